import { Module } from '@nestjs/common';
import { AppointmentModule } from '../appointment/appointment.module';
import { DeskTaskModule } from '../desk-task/desk-task.module';
import { LinkModule } from '../link/link.module';
import { ArrivalService } from './arrival.service';
import { CheckInService } from './check-in.service';
import { DeliveryService } from './delivery.service';
import { FloorConsumer } from './floor.consumer';
import { FloorService } from './floor.service';
import { PromisedTimeService } from './promised-time.service';
import { VisitConsumer } from './visit.consumer';
import { VisitController } from './visit.controller';

@Module({
  imports: [AppointmentModule, DeskTaskModule, LinkModule],
  controllers: [VisitController, VisitConsumer, FloorConsumer],
  providers: [ArrivalService, CheckInService, PromisedTimeService, FloorService, DeliveryService],
  exports: [PromisedTimeService],
})
export class VisitModule {}
