import { Module } from '@nestjs/common';
import { AppointmentHolds } from './appointment-holds.service';
import { Floor } from './floor.service';
import { Picking } from './picking.service';
import { ReservationConsumer } from './reservation.consumer';
import { ReservationController } from './reservation.controller';
import { VisitHolds } from './visit-holds.service';

@Module({ controllers: [ReservationController, ReservationConsumer], providers: [AppointmentHolds, VisitHolds, Picking, Floor] })
export class ReservationModule {}
