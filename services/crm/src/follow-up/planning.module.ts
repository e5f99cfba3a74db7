import { Module } from '@nestjs/common';
import { SurveyModule } from '../survey/survey.module';
import { FollowUpClosing } from './close-follow-up.service';
import { FollowUpPlans } from './plan-follow-up.service';

/** What cases need of follow-ups, so that neither feature needs the whole of the other. */
@Module({ imports: [SurveyModule], providers: [FollowUpPlans, FollowUpClosing], exports: [FollowUpPlans, FollowUpClosing] })
export class PlanningModule {}
