import type { Fact } from '@aftersales/contracts/kernel/event';
import { PolicyChanged } from '@aftersales/contracts/hq/policy';
import { AppointmentBooked, AppointmentReleased } from '@aftersales/contracts/reception/appointment';
import { VisitDelivered, VisitLeft, VisitOpened } from '@aftersales/contracts/reception/visit';
import { Consumer, On } from '@aftersales/platform/bus/on';
import { insertRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { OnTimer, type Rung } from '@aftersales/platform/timers/on-timer';
import { wake } from '@aftersales/platform/timers/wake';
import { v7 as uuidv7 } from 'uuid';
import { keeperHeld } from '../file/alias.store';
import { readMileage } from '../file/history.store';
import { ReminderPlanning } from './planning.service';
import { isPlan } from './reminder';
import { lockMaintenance, type Maintenance } from './reminder.row';
import { Reminders } from './reminders.service';

/** Above every version of an appointment: a visit that came of it, or a car that left again, ends a booking for good, though `booked` may arrive later on its own topic. */
const served = 2_147_483_647;
const planned = ['maintenance.remind', 'maintenance.remind-again', 'maintenance.prediction'];

@Consumer('crm.reminder')
export class ReminderConsumer {
  constructor(private readonly planning: ReminderPlanning, private readonly reminders: Reminders) {}

  /** Maintenance done is the plan from now on; any other visit only tells where the mileage stands, and the plan while there is none. */
  @On(VisitDelivered)
  async delivered(tx: Tx, { storeId, data }: Fact<typeof VisitDelivered>) {
    const { visitId, appointmentId, mileage, maintenanceDone, nextServiceOn, nextServiceAtKm } = data;
    const [vehicleId, customerId] = [await keeperHeld(tx, data.vehicleId), await keeperHeld(tx, data.customerId)];
    if (appointmentId) await this.#booking(tx, appointmentId, vehicleId, storeId!, served, false);
    const car = await lockMaintenance(tx, vehicleId, storeId!);
    await readMileage(tx, vehicleId, mileage, data.deliveredAt);
    const told = { deliveredAt: new Date(data.deliveredAt), maintenanceDone, nextServiceOn, nextServiceAtKm };
    await this.planning.plan(tx, isPlan(told, car) ? await updateRow(tx, 'maintenance', car, { storeId: storeId!, customerId, visitId, ...told }) : car);
  }

  @On(VisitOpened)
  async opened(tx: Tx, { storeId, data }: Fact<typeof VisitOpened>) {
    const vehicleId = await keeperHeld(tx, data.vehicleId);
    const car = await lockMaintenance(tx, vehicleId, storeId!);
    await readMileage(tx, vehicleId, data.mileage, data.openedAt);
    await this.planning.plan(tx, car);
  }

  @On(AppointmentBooked)
  async booked(tx: Tx, { storeId, version, data }: Fact<typeof AppointmentBooked>) {
    if (data.kind !== 'maintenance') return;
    const vehicleId = await keeperHeld(tx, data.vehicleId);
    await this.#booking(tx, data.appointmentId, vehicleId, storeId!, version, true);
    await this.planning.plan(tx, await lockMaintenance(tx, vehicleId, storeId!));
  }

  @On(AppointmentReleased)
  async released(tx: Tx, { storeId, version, data }: Fact<typeof AppointmentReleased>) {
    const vehicleId = await keeperHeld(tx, data.vehicleId);
    await this.#booking(tx, data.appointmentId, vehicleId, storeId!, version, false);
    await this.planning.plan(tx, await lockMaintenance(tx, vehicleId, storeId!));
  }

  /** Gone before its check-in, the car was not serviced. The fact names its booking alone, which may be heard later: then it was over before it began. */
  @On(VisitLeft)
  async left(tx: Tx, { storeId, data: { appointmentId } }: Fact<typeof VisitLeft>) {
    const ended = appointmentId && (await this.#booking(tx, appointmentId, null, storeId!, served, false));
    if (ended) await this.planning.plan(tx, await lockMaintenance(tx, await keeperHeld(tx, ended), storeId!));
  }

  /** TIM-6: the running reminders follow where the policy says so, from the instant it is in force. */
  @On(PolicyChanged)
  async policyChanged(tx: Tx, { data: { kind, version, scope, onOpen, from } }: Fact<typeof PolicyChanged>) {
    if (!planned.includes(kind) || onOpen !== 're-plan') return;
    const change = { id: uuidv7(), storeId: scope.level === 'store' ? scope.storeId : null, version: 1, policy: kind, policyVersion: version, fromAt: new Date(from) };
    await insertRow(tx, 'maintenance_policy', change);
    wake(tx, 'maintenance.policy', change, change.fromAt > tx.now ? change.fromAt : tx.now);
  }

  /** Only now is it known which reminders run: some were planned since it was published. Each by a timer of its own, so that no transaction holds them all. */
  @OnTimer('maintenance.policy', { locks: 'maintenance_policy' })
  async inForce(tx: Tx, { storeId }: Rung) {
    const cars = await tx.query<{ id: string; storeId: string }>(`select vehicle_id as id, store_id from reminder where state in ('planned', 'reminded') and ($1::uuid is null or store_id = $1)`, [storeId]);
    for (const car of cars) wake(tx, 'maintenance.re-plan', car, tx.now);
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

  /** Written before the car's row is locked, in every case: whoever gets that plans with all the bookings that were written. @returns the booking's car, when it is known and this is news of it */
  async #booking(tx: Tx, appointmentId: string, vehicleId: string | null, storeId: string, version: number, alive: boolean): Promise<string | null> {
    const news = await tx.one<{ vehicleId: string | null }>(
      `insert into maintenance_booking (appointment_id, vehicle_id, store_id, version, alive) values ($1, $2, $3, $4, $5)
       on conflict (appointment_id) do update set version = excluded.version, alive = excluded.alive, vehicle_id = coalesce(excluded.vehicle_id, maintenance_booking.vehicle_id)
         where maintenance_booking.version < excluded.version
       returning vehicle_id`,
      [appointmentId, vehicleId, storeId, version, alive],
    );
    return news?.vehicleId ?? null;
  }
}
