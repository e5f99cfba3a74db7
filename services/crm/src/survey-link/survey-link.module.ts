import { Module } from '@nestjs/common';
import { linkController, slowedDown } from '@aftersales/platform/http/link-door';
import { CaseModule } from '../case/case.module';
import { PlanningModule } from '../follow-up/planning.module';
import { MessageModule } from '../message/message.module';
import { SurveyModule } from '../survey/survey.module';
import { AnswersByLink } from './answer-by-link.service';
import { SurveyLinkController } from './survey-link.controller';
import { SurveyLinks } from './survey-link.service';

@Module({
  imports: [slowedDown, SurveyModule, PlanningModule, CaseModule, MessageModule],
  controllers: [SurveyLinkController, linkController(AnswersByLink)],
  providers: [SurveyLinks, AnswersByLink],
})
export class SurveyLinkModule {}
