import type { Fact } from '@aftersales/contracts/kernel/event';
import { PolicyChanged } from '@aftersales/contracts/hq/policy';
import { AppointmentBooked, AppointmentReleased } from '@aftersales/contracts/reception/appointment';
import { VisitDelivered, VisitOpened } from '@aftersales/contracts/reception/visit';
import { Consumer, On } from '@aftersales/platform/bus/on';
import { updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { OnTimer, type Rung } from '@aftersales/platform/timers/on-timer';
import { wake } from '@aftersales/platform/timers/wake';
import { keeperOf } from '../file/alias.store';
import { readMileage } from '../file/history.store';
import { ReminderPlanning } from './planning.service';
import { lockMaintenance, type Maintenance } from './reminder.row';
import { Reminders } from './reminders.service';

/** Above every version of an appointment: a visit that came of it ends a booking for good, though `booked` may arrive later on its own topic. */
const served = 2_147_483_647;
const planned = ['maintenance.remind', 'maintenance.remind-again', 'maintenance.prediction'];

@Consumer('crm.reminder')
export class ReminderConsumer {
  constructor(private readonly planning: ReminderPlanning, private readonly reminders: Reminders) {}

  /** Maintenance done is the plan from now on; any other visit only tells where the mileage stands, and the plan while there is none. */
  @On(VisitDelivered)
  async delivered(tx: Tx, { storeId, data }: Fact<typeof VisitDelivered>) {
    const { visitId, appointmentId, mileage, maintenanceDone, nextServiceOn, nextServiceAtKm } = data;
    const [vehicleId, customerId] = [await keeperOf(tx, data.vehicleId), await keeperOf(tx, data.customerId)];
    const deliveredAt = new Date(data.deliveredAt);
    let car = await lockMaintenance(tx, vehicleId, storeId!);
    await readMileage(tx, vehicleId, mileage, deliveredAt);
    if (appointmentId) await this.#booking(tx, appointmentId, vehicleId, storeId!, served, false);
    const newer = !car.deliveredAt || deliveredAt > car.deliveredAt;
    if (newer && (maintenanceDone || !car.visitId)) car = await updateRow(tx, 'maintenance', car, { storeId: storeId!, customerId, visitId, deliveredAt, nextServiceOn, nextServiceAtKm });
    await this.planning.plan(tx, car);
  }

  @On(VisitOpened)
  async opened(tx: Tx, { storeId, data }: Fact<typeof VisitOpened>) {
    const vehicleId = await keeperOf(tx, data.vehicleId);
    const car = await lockMaintenance(tx, vehicleId, storeId!);
    await readMileage(tx, vehicleId, data.mileage, data.openedAt);
    await this.planning.plan(tx, car);
  }

  @On(AppointmentBooked)
  async booked(tx: Tx, { storeId, version, data }: Fact<typeof AppointmentBooked>) {
    if (data.kind !== 'maintenance') return;
    const vehicleId = await keeperOf(tx, data.vehicleId);
    const car = await lockMaintenance(tx, vehicleId, storeId!);
    await this.#booking(tx, data.appointmentId, vehicleId, storeId!, version, true);
    await this.planning.plan(tx, car);
  }

  @On(AppointmentReleased)
  async released(tx: Tx, { storeId, version, data }: Fact<typeof AppointmentReleased>) {
    const vehicleId = await keeperOf(tx, data.vehicleId);
    const car = await lockMaintenance(tx, vehicleId, storeId!);
    await this.#booking(tx, data.appointmentId, vehicleId, storeId!, version, false);
    await this.planning.plan(tx, car);
  }

  /** TIM-6: the running reminders follow where the policy says so, from the instant it is in force. */
  @On(PolicyChanged)
  async policyChanged(tx: Tx, { data }: Fact<typeof PolicyChanged>) {
    if (!planned.includes(data.kind) || data.onOpen !== 're-plan') return;
    const at = new Date(Math.max(tx.now.getTime(), Date.parse(data.from)));
    const place = data.scope.level === 'store' ? data.scope.storeId : null;
    for (const car of await tx.query<{ id: string; storeId: string }>(`select vehicle_id as id, store_id from reminder where state in ('planned', 'reminded') and ($1::uuid is null or store_id = $1)`, [place]))
      wake(tx, 'maintenance.re-plan', car, at);
  }

  @OnTimer('maintenance.re-plan', { locks: 'maintenance' })
  async replan(tx: Tx, { subject }: Rung) {
    const car = await tx.one<Maintenance>(`select * from maintenance where id = $1`, [subject]);
    if (!car) return 'the file was merged';
    await this.planning.plan(tx, car, true);
  }

  @OnTimer('maintenance.remind', { locks: 'reminder' })
  remind(tx: Tx, rung: Rung) {
    return this.reminders.remind(tx, 'first', rung);
  }

  @OnTimer('maintenance.remind-again', { locks: 'reminder' })
  remindAgain(tx: Tx, rung: Rung) {
    return this.reminders.remind(tx, 'again', rung);
  }

  #booking(tx: Tx, appointmentId: string, vehicleId: string, storeId: string, version: number, alive: boolean): Promise<unknown> {
    return tx.query(
      `insert into maintenance_booking (appointment_id, vehicle_id, store_id, version, alive) values ($1, $2, $3, $4, $5)
       on conflict (appointment_id) do update set version = excluded.version, alive = excluded.alive, vehicle_id = excluded.vehicle_id where maintenance_booking.version < excluded.version`,
      [appointmentId, vehicleId, storeId, version, alive],
    );
  }
}
