import { Module } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import { CaseModule } from '../case/case.module';
import { PlanningModule } from '../follow-up/planning.module';
import { MessageModule } from '../message/message.module';
import { SurveyModule } from '../survey/survey.module';
import { AnswersByLink } from './answer-by-link.service';
import { LinkController } from './link.controller';
import { SurveyLinkController } from './survey-link.controller';
import { SurveyLinks } from './survey-link.service';

/** Tries per minute and address: far above a person's, far below what would find a token of 256 bits. */
const triesPerMinute = 30;

@Module({
  imports: [ThrottlerModule.forRoot([{ ttl: 60_000, limit: triesPerMinute }]), SurveyModule, PlanningModule, CaseModule, MessageModule],
  controllers: [SurveyLinkController, LinkController],
  providers: [SurveyLinks, AnswersByLink],
})
export class SurveyLinkModule {}
