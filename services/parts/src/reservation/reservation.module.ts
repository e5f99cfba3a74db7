import { Module } from '@nestjs/common';
import { AppointmentHolds } from './appointment-holds';
import { Floor } from './floor';
import { Picking } from './picking';
import { ReservationConsumer } from './reservation.consumer';
import { ReservationController } from './reservation.controller';
import { VisitHolds } from './visit-holds';

@Module({ controllers: [ReservationController, ReservationConsumer], providers: [AppointmentHolds, VisitHolds, Picking, Floor] })
export class ReservationModule {}
