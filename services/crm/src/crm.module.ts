import { Module } from '@nestjs/common';
import { DirectoryModule } from '@aftersales/directory/directory.module';
import { FileModule } from './file/file.module';
import { FollowUpModule } from './follow-up/follow-up.module';
import { MessageModule } from './message/message.module';
import { ReminderModule } from './reminder/reminder.module';

@Module({ imports: [DirectoryModule.for('crm'), FileModule, FollowUpModule, MessageModule, ReminderModule] })
export class CrmModule {}
