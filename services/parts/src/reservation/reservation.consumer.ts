import type { Fact } from '@aftersales/contracts/kernel/event';
import { AlternativesOffered, AppointmentBooked, AppointmentMoved, AppointmentReleased, AppointmentRequested } from '@aftersales/contracts/reception/appointment';
import { EstimateOffered, LinesDeclined, VisitArrived, VisitAuthorised, VisitDelivered, VisitLeft } from '@aftersales/contracts/reception/visit';
import { VisitLabelled } from '@aftersales/contracts/reception/visit-label';
import { JobBlocked, JobUnblocked } from '@aftersales/contracts/workshop/job';
import { Consumer, On } from '@aftersales/platform/bus/on';
import type { Tx } from '@aftersales/platform/database/tx';
import { OnTimer, type Rung } from '@aftersales/platform/timers/on-timer';
import { AppointmentHolds } from './appointment-holds.service';
import { Floor } from './floor.service';
import { Picking } from './picking.service';
import { tell } from './tell.service';
import { VisitHolds } from './visit-holds.service';

@Consumer('parts.reservation')
export class ReservationConsumer {
  constructor(
    private readonly appointments: AppointmentHolds,
    private readonly visits: VisitHolds,
    private readonly picking: Picking,
    private readonly floor: Floor,
  ) {}

  @On(AppointmentRequested)
  requested(tx: Tx, fact: Fact<typeof AppointmentRequested>) {
    return this.appointments.request(tx, fact);
  }

  @On(AppointmentMoved)
  moved(tx: Tx, fact: Fact<typeof AppointmentMoved>) {
    return this.appointments.request(tx, fact);
  }

  @On(AppointmentBooked)
  booked(tx: Tx, fact: Fact<typeof AppointmentBooked>) {
    return this.appointments.book(tx, fact);
  }

  @On(AlternativesOffered)
  alternatives(tx: Tx, fact: Fact<typeof AlternativesOffered>) {
    return this.appointments.giveUpRound(tx, fact);
  }

  @On(AppointmentReleased)
  released(tx: Tx, fact: Fact<typeof AppointmentReleased>) {
    return this.appointments.release(tx, fact);
  }

  @On(VisitArrived)
  arrived(tx: Tx, fact: Fact<typeof VisitArrived>) {
    return this.visits.arrive(tx, fact);
  }

  @On(EstimateOffered)
  offered(tx: Tx, fact: Fact<typeof EstimateOffered>) {
    return this.visits.offer(tx, fact);
  }

  @On(VisitAuthorised)
  authorised(tx: Tx, fact: Fact<typeof VisitAuthorised>) {
    return this.visits.authorise(tx, fact);
  }

  @On(LinesDeclined)
  declined(tx: Tx, fact: Fact<typeof LinesDeclined>) {
    return this.visits.declineLines(tx, fact);
  }

  @On(VisitDelivered)
  delivered(tx: Tx, fact: Fact<typeof VisitDelivered>) {
    return this.visits.end(tx, fact, 'delivered');
  }

  @On(VisitLeft)
  left(tx: Tx, fact: Fact<typeof VisitLeft>) {
    return this.visits.end(tx, fact, 'released');
  }

  @On(VisitLabelled)
  labelled(tx: Tx, fact: Fact<typeof VisitLabelled>) {
    return this.floor.labelled(tx, fact);
  }

  @On(JobBlocked)
  blocked(tx: Tx, fact: Fact<typeof JobBlocked>) {
    return this.floor.blocked(tx, fact);
  }

  @On(JobUnblocked)
  unblocked(tx: Tx, fact: Fact<typeof JobUnblocked>) {
    return this.floor.unblocked(tx, fact);
  }

  @OnTimer('reservation.expire', { locks: 'reservation' })
  expire(tx: Tx, { subject }: Rung) {
    return this.picking.expire(tx, subject);
  }

  @OnTimer('reservation.tell', { locks: 'reservation' })
  tell(tx: Tx, { subject }: Rung) {
    return tell(tx, subject);
  }

  /** The promise's own due instant: what is not picked by now is late, and the ledger says so. */
  @OnTimer('parts.pick-ahead', { locks: 'reservation' })
  async pickAhead() {}
}
