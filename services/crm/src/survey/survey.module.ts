import { Module } from '@nestjs/common';
import { QuestionnaireController } from './questionnaire.controller';
import { SurveyController } from './survey.controller';
import { Surveys } from './survey.service';

@Module({ controllers: [SurveyController, QuestionnaireController], providers: [Surveys], exports: [Surveys] })
export class SurveyModule {}
