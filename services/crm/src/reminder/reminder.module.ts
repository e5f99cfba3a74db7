import { Module } from '@nestjs/common';
import { FileModule } from '../file/file.module';
import { MessageModule } from '../message/message.module';
import { ReminderPlanning } from './planning.service';
import { ReminderRekeying } from './rekeying.service';
import { ReminderConsumer } from './reminder.consumer';
import { ReminderController } from './reminder.controller';
import { Reminders } from './reminders.service';

@Module({ imports: [FileModule, MessageModule], controllers: [ReminderController, ReminderConsumer], providers: [ReminderPlanning, Reminders, ReminderRekeying] })
export class ReminderModule {}
