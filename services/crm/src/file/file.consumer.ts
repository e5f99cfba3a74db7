import type { Fact } from '@aftersales/contracts/kernel/event';
import { AppointmentBooked, AppointmentReleased } from '@aftersales/contracts/reception/appointment';
import { CustomerIntroduced } from '@aftersales/contracts/reception/customer';
import { LinesDeclined, VisitDelivered, VisitOpened } from '@aftersales/contracts/reception/visit';
import { Consumer, On } from '@aftersales/platform/bus/on';
import { findRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { OnTimer, type Rung } from '@aftersales/platform/timers/on-timer';
import { keeperHeld } from './alias.store';
import type { Vehicle } from './file';
import { readMileage, remember } from './history.store';
import { Introductions } from './introductions.service';
import { Vehicles } from './vehicles.service';

interface AboutCar {
  readonly vehicleId: string;
  readonly customerId: string;
}

/** CRM-1: files open, fill and remember by themselves, from what the desks say. */
@Consumer('crm.file')
export class FileConsumer {
  constructor(private readonly introductions: Introductions, private readonly vehicles: Vehicles) {}

  @On(CustomerIntroduced)
  introduced(tx: Tx, fact: Fact<typeof CustomerIntroduced>) {
    return this.introductions.introduced(tx, fact);
  }

  @On(VisitOpened)
  async opened(tx: Tx, fact: Fact<typeof VisitOpened>) {
    const { visitId, repairOrder, kind, mileage, openedAt } = fact.data;
    const car = await this.introductions.met(tx, fact.storeId!, fact.data);
    await this.vehicles.visited(tx, car, fact.storeId!, new Date(openedAt));
    await readMileage(tx, car.id, mileage, openedAt);
    await this.#remember(tx, fact, 'visit-opened', visitId, openedAt, { repairOrder, kind, mileage });
  }

  @On(VisitDelivered)
  async delivered(tx: Tx, fact: Fact<typeof VisitDelivered>) {
    const { visitId, repairOrder, kind, mileage, deliveredAt, maintenanceDone, nextServiceOn, nextServiceAtKm } = fact.data;
    const car = await this.introductions.met(tx, fact.storeId!, fact.data);
    await readMileage(tx, car.id, mileage, deliveredAt);
    await this.#remember(tx, fact, 'visit-delivered', visitId, deliveredAt, { repairOrder, kind, mileage, maintenanceDone, nextServiceOn, nextServiceAtKm });
  }

  @On(LinesDeclined)
  declined(tx: Tx, fact: Fact<typeof LinesDeclined>) {
    const { visitId, lines, declinedAt } = fact.data;
    return this.#remember(tx, fact, 'lines-declined', visitId, declinedAt, { lines: lines.length });
  }

  @On(AppointmentBooked)
  booked(tx: Tx, fact: Fact<typeof AppointmentBooked>) {
    const { appointmentId, kind, slot } = fact.data;
    return this.#remember(tx, fact, 'appointment-booked', appointmentId, fact.at, { kind, startsAt: slot.startsAt });
  }

  @On(AppointmentReleased)
  released(tx: Tx, fact: Fact<typeof AppointmentReleased>) {
    const { appointmentId, kind, cause, startsAt } = fact.data;
    return this.#remember(tx, fact, 'appointment-released', appointmentId, fact.at, { kind, cause, startsAt });
  }

  /** After an outage it is late all the same: the platform marks it, with the cause. */
  @OnTimer('file.complete', { locks: 'vehicle' })
  async due(tx: Tx, { subject }: Rung) {
    const car = await findRow<Vehicle>(tx, 'vehicle', subject);
    if (car.mergedInto) return 'the file was merged';
    if (car.complete) return 'the file is complete';
  }

  async #remember(tx: Tx, fact: Fact & { data: AboutCar }, what: string, subject: string, at: Date | string, detail: Record<string, string | number | boolean | null>): Promise<void> {
    const [vehicleId, customerId] = [await keeperHeld(tx, fact.data.vehicleId), await keeperHeld(tx, fact.data.customerId)];
    await remember(tx, { vehicleId, customerId, storeId: fact.storeId!, what, subject, version: fact.version, at, detail });
  }
}
