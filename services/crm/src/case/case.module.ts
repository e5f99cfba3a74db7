import { Module } from '@nestjs/common';
import { PlanningModule } from '../follow-up/planning.module';
import { SurveyModule } from '../survey/survey.module';
import { CaseController } from './case.controller';
import { Cases } from './case.service';
import { CorrectionController } from './correction.controller';

@Module({ imports: [PlanningModule, SurveyModule], controllers: [CaseController, CorrectionController], providers: [Cases], exports: [Cases] })
export class CaseModule {}
