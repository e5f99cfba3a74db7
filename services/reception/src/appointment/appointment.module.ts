import { Module } from '@nestjs/common';
import { DeskTaskModule } from '../desk-task/desk-task.module';
import { LinkModule } from '../link/link.module';
import { AppointmentConsumer } from './appointment.consumer';
import { AppointmentController } from './appointment.controller';
import { AppointmentService } from './appointment.service';
import { Booking } from './booking.service';
import { ConfirmQuestion } from './confirmation.link';
import { Confirmation } from './confirmation.service';
import { Releasing } from './releasing.service';
import { Rounds } from './rounds.service';
import { TroubleService } from './trouble.service';

@Module({
  imports: [LinkModule, DeskTaskModule],
  controllers: [AppointmentController, AppointmentConsumer],
  providers: [AppointmentService, Rounds, Booking, Confirmation, ConfirmQuestion, Releasing, TroubleService],
  exports: [AppointmentService],
})
export class AppointmentModule {}
