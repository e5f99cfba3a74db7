import { Module } from '@nestjs/common';
import { Claiming } from './claiming.service';
import { MailGateway } from './mail.gateway';
import { MessageConsumer } from './message.consumer';
import { MessageController } from './message.controller';
import { Receipts } from './message.receipts';
import { Sender } from './message.sender';
import { Messages } from './messages.service';
import { Outcomes } from './outcomes.service';
import { SmsGateway } from './sms.gateway';

@Module({
  controllers: [MessageController, MessageConsumer],
  providers: [Messages, Claiming, Outcomes, SmsGateway, MailGateway, Sender, Receipts],
  exports: [Messages],
})
export class MessageModule {}
