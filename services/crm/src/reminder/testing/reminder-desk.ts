import { addDays, localDate } from '@aftersales/calendar/local-time';
import { ReminderSent, ReminderVoid } from '@aftersales/contracts/crm/reminder';
import type { DataOf } from '@aftersales/contracts/kernel/event';
import { AppointmentBooked, AppointmentReleased } from '@aftersales/contracts/reception/appointment';
import { VisitLeft } from '@aftersales/contracts/reception/visit';
import { TestOrganisation } from '@aftersales/directory/testing/organisation';
import { TestService } from '@aftersales/platform/testing/test-service';
import { v7 as uuidv7 } from 'uuid';
import { CrmModule } from '../../crm.module';
import { crmSettings } from '../../crm.settings';
import { FarEnds } from '../../testing/far-ends';
import { Told } from '../../testing/told';
import type { ReminderRow } from '../reminder.row';

export const zone = 'Asia/Taipei';
type Sealed = Parameters<Told['introduced']>[1];
type Delivered = NonNullable<Parameters<Told['delivered']>[0]>;

/** Cars and their reminders in tests, with gateways that letters really arrive at. */
export class ReminderDesk {
  private constructor(readonly far: FarEnds, readonly service: TestService, readonly org: TestOrganisation) {}

  static async start(): Promise<ReminderDesk> {
    const far = await FarEnds.start();
    const service = await TestService.start({ name: 'crm', module: CrmModule, settings: crmSettings }, far.settings);
    return new ReminderDesk(far, service, await TestOrganisation.publish(service));
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.far.stop();
  }

  async inDays(days: number): Promise<string> {
    return addDays(localDate(zone, await this.service.now()), days);
  }

  jumpTo(instant: string | Date): Promise<void> {
    return this.service.jump(new Date(instant));
  }

  get(path: string, as = this.org.a.staff.advisor, store = this.org.a) {
    return this.service.http(`GET /stores/${store.storeId}/${path}`, { as });
  }

  /** Delivered after maintenance, with the next one so many days from now. */
  async serviced(days: number | null, { sealed = {}, ...data }: Delivered & { sealed?: Sealed } = {}) {
    const car = new Told(this.service, this.org.a.storeId);
    const address = `${car.vehicleId}@example.org`;
    await car.introduced({}, { email: address, ...sealed });
    await car.delivered({ nextServiceOn: days === null ? null : await this.inDays(days), ...data });
    return Object.assign(car, { address });
  }

  appointment(car: Told, { storeId = this.org.b.storeId, kind = 'maintenance' as 'maintenance' | 'repair' } = {}) {
    const appointmentId = uuidv7();
    const slot = { startsAt: '2027-03-01T02:00:00.000Z', endsAt: '2027-03-01T04:00:00.000Z' };
    const who = { appointmentId, customerId: car.customerId, vehicleId: car.vehicleId, kind };
    const booking: DataOf<typeof AppointmentBooked> = { ...who, round: 1, channel: 'phone', slot, advisorId: null, operations: [], parts: [], partsBy: slot.startsAt };
    return {
      appointmentId,
      booked: (version = 2, round = 1) => this.service.hear(AppointmentBooked, { ...booking, round }, { storeId, version }),
      released: (version = 3, cause: 'cancelled' | 'no-show' = 'cancelled') =>
        this.service.hear(AppointmentReleased, { ...who, round: 1, cause, detail: null, wasBooked: true, startsAt: slot.startsAt }, { storeId, version }),
      left: () => this.service.hear(VisitLeft, { visitId: car.visitId, appointmentId, kind, leftAt: slot.startsAt }, { storeId, version: 3 }),
    };
  }

  /** Until so many wait for a lock that somebody holds. */
  async waiting(sessions: number): Promise<void> {
    while ((await this.service.rows(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).length < sessions);
  }

  remindersOf(car: Told) {
    return this.service.rows<Pick<ReminderRow, 'state' | 'why'>>(`select state, why from reminder where vehicle_id = $1 order by planned_at, id`, [car.vehicleId]);
  }

  /** What became of the car's reminders, the oldest first: why it is void, or its state. */
  async states(car: Told): Promise<string[]> {
    return (await this.remindersOf(car)).map(({ state, why }) => why ?? state);
  }

  async open(car: Told) {
    return (await this.get(`reminders?vehicleId=${car.vehicleId}`)).body.reminders.find(({ state }: { state: string }) => state === 'planned' || state === 'reminded');
  }

  async promisesOf(reminderId: string) {
    return Object.fromEntries((await this.get(`promises?subject=${reminderId}`)).body.promises.map((promise: { kind: string }) => [promise.kind.split('.')[1], promise]));
  }

  async sent(car: Told) {
    return (await this.service.said(ReminderSent)).filter(({ data }) => data.vehicleId === car.vehicleId);
  }

  async voids(car: Told): Promise<string[]> {
    return (await this.service.said(ReminderVoid)).filter(({ data }) => data.vehicleId === car.vehicleId).map(({ data }) => data.why);
  }
}
