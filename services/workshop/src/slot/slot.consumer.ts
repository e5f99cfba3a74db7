import type { Fact } from '@aftersales/contracts/kernel/event';
import { AlternativesOffered, AppointmentBooked, AppointmentMoved, AppointmentReleased, AppointmentRequested } from '@aftersales/contracts/reception/appointment';
import { VisitDelivered, VisitLeft } from '@aftersales/contracts/reception/visit';
import { Consumer, On } from '@aftersales/platform/bus/on';
import type { Tx } from '@aftersales/platform/database/tx';
import { OnTimer, type Rung } from '@aftersales/platform/timers/on-timer';
import { SlotService } from './slot.service';

@Consumer('workshop.slot')
export class SlotConsumer {
  constructor(private readonly slots: SlotService) {}

  @On(AppointmentRequested)
  requested(tx: Tx, { storeId, data }: Fact<typeof AppointmentRequested>) {
    return this.slots.ask(tx, storeId!, data);
  }

  @On(AppointmentMoved)
  moved(tx: Tx, { storeId, data }: Fact<typeof AppointmentMoved>) {
    return this.slots.ask(tx, storeId!, data);
  }

  @On(AppointmentBooked)
  booked(tx: Tx, { storeId, data }: Fact<typeof AppointmentBooked>) {
    return this.slots.book(tx, storeId!, data);
  }

  @On(AlternativesOffered)
  alternativesOffered(tx: Tx, { data }: Fact<typeof AlternativesOffered>) {
    return this.slots.freeRound(tx, data.appointmentId, data.round);
  }

  @On(AppointmentReleased)
  released(tx: Tx, { storeId, data }: Fact<typeof AppointmentReleased>) {
    return this.slots.release(tx, storeId!, data);
  }

  @On(VisitLeft)
  async left(tx: Tx, { storeId, data: { appointmentId, kind } }: Fact<typeof VisitLeft>) {
    if (appointmentId && kind) await this.slots.release(tx, storeId!, { appointmentId, kind });
  }

  /** Nobody worked on it: its slot is as unused as that of a car that left. */
  @On(VisitDelivered)
  async delivered(tx: Tx, { storeId, data: { appointmentId, kind, technicianIds } }: Fact<typeof VisitDelivered>) {
    if (appointmentId) await (technicianIds.length > 0 ? this.slots.used(tx, storeId!, { appointmentId, kind }) : this.slots.release(tx, storeId!, { appointmentId, kind }));
  }

  @OnTimer('slot.expire', { locks: 'slot' })
  expire(tx: Tx, { subject }: Rung) {
    return this.slots.expire(tx, subject);
  }
}
