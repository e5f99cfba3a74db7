import { Module } from '@nestjs/common';
import { DirectoryModule } from '@aftersales/directory/directory.module';
import { FileModule } from './file/file.module';
import { FollowUpModule } from './follow-up/follow-up.module';
import { MessageModule } from './message/message.module';
import { ReminderModule } from './reminder/reminder.module';
import { SurveyLinkModule } from './survey-link/survey-link.module';

@Module({ imports: [DirectoryModule.for('crm'), FileModule, FollowUpModule, MessageModule, ReminderModule, SurveyLinkModule] })
export class CrmModule {}
