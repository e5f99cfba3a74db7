import { Module } from '@nestjs/common';
import { DeskTaskModule } from '../desk-task/desk-task.module';
import { LinkModule } from '../link/link.module';
import { AppointmentConsumer } from './appointment.consumer';
import { AppointmentController } from './appointment.controller';
import { AppointmentService } from './appointment.service';
import { Booking } from './booking';
import { ConfirmQuestion } from './confirm-question';
import { Confirmation } from './confirmation';
import { Releasing } from './releasing';
import { Rounds } from './rounds';
import { TroubleService } from './trouble';

@Module({
  imports: [LinkModule, DeskTaskModule],
  controllers: [AppointmentController, AppointmentConsumer],
  providers: [AppointmentService, Rounds, Booking, Confirmation, ConfirmQuestion, Releasing, TroubleService],
  exports: [AppointmentService],
})
export class AppointmentModule {}
