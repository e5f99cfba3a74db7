import { Module } from '@nestjs/common';
import { CaseModule } from '../case/case.module';
import { SurveyModule } from '../survey/survey.module';
import { DataChecks } from './check-data.service';
import { FollowUpConsumer } from './follow-up.consumer';
import { FollowUpController } from './follow-up.controller';
import { FollowUpTimers } from './follow-up.timers';
import { CallSheets } from './hand-in-sheets.service';
import { PlanningModule } from './planning.module';
import { FollowUpCalls } from './record-attempt.service';

@Module({ imports: [PlanningModule, SurveyModule, CaseModule], controllers: [FollowUpController, FollowUpConsumer], providers: [FollowUpCalls, FollowUpTimers, CallSheets, DataChecks] })
export class FollowUpModule {}
