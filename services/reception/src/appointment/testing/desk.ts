import { atLocal, addDays, localDate, weekday } from '@aftersales/calendar/local-time';
import { ReservationMade, ReservationRefused } from '@aftersales/contracts/parts/reservation';
import { SlotHeld, SlotRefused } from '@aftersales/contracts/workshop/slot';
import { TestOrganisation } from '@aftersales/directory/testing/organisation';
import { TestService, type Answered } from '@aftersales/platform/testing/test-service';
import { v7 as uuidv7 } from 'uuid';
import { ReceptionModule } from '../../reception.module';
import { receptionSettings } from '../../reception.settings';

export const minute = 60_000;
export const hour = 60 * minute;
const zone = 'Asia/Taipei';

export interface Appt {
  readonly appointmentId: string;
  readonly customerId: string;
  readonly vehicleId: string;
  readonly version: number;
  readonly newest: { readonly round: number; readonly operations: { lineId: string }[]; readonly parts: { lineId: string; partNumber: string; quantity: number }[]; readonly startsAt: string; readonly partsBy: string } & Record<string, any>;
}

/** The desk of store A with workshop, parts and crm played by hand: for the use-case tests of everything around an appointment. */
export class TestDesk {
  private constructor(readonly service: TestService, readonly org: TestOrganisation) {}

  static async open(): Promise<TestDesk> {
    const service = await TestService.start({ name: 'reception', module: ReceptionModule, settings: receptionSettings }, { AFTERSALES_PUBLIC_URL: 'https://desk.example' });
    return new TestDesk(service, await TestOrganisation.publish(service));
  }

  get storeId(): string {
    return this.org.a.storeId;
  }
  get advisor(): string {
    return this.org.a.staff.advisor;
  }
  get path(): string {
    return `/stores/${this.storeId}/appointments`;
  }

  /** The clock goes on to that time of the next day of that name, so that tests do not depend on when they run. */
  async until(day: 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat', time: string): Promise<Date> {
    let date = addDays(localDate(zone, await this.service.now()), 1);
    while (weekday(date) !== day) date = addDays(date, 1);
    const at = atLocal(zone, date, time);
    await this.service.jump(at);
    return at;
  }

  /** That many days after today, at that time on the store's wall. */
  async at(days: number, time: string): Promise<Date> {
    return atLocal(zone, addDays(localDate(zone, await this.service.now()), days), time);
  }

  body(startsAt: Date, changes: object = {}) {
    return {
      kind: 'maintenance', channel: 'phone', startsAt: startsAt.toISOString(), concern: '保養，順便看一下煞車聲音', car: { known: true, customerId: uuidv7(), vehicleId: uuidv7(), brand: 'nova' },
      operations: [{ operationCode: 'MNT-10K', skill: 'maintenance', bayType: 'lift', flatHours: 1_200 }], parts: [{ partNumber: '04152-YZZA6', quantity: 1_000 }], ...changes,
    };
  }

  async request(startsAt: Date, changes: object = {}): Promise<Appt> {
    const answer = await this.service.http(`POST ${this.path}`, { as: this.advisor, body: this.body(startsAt, changes) });
    if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as Appt;
  }

  async get(id: string): Promise<Record<string, any>> {
    return (await this.service.http(`GET ${this.path}/${id}`, { as: this.advisor })).body;
  }

  /** A move with the newest version, whatever that is. */
  async move(id: string, verb: string, body?: object, as = this.advisor): Promise<Answered> {
    const { version } = await this.get(id);
    return this.service.http(`POST ${this.path}/${id}/${verb}`, { as, body, ifMatch: version });
  }

  slotOf(startsAt: string) {
    return { startsAt, endsAt: new Date(Date.parse(startsAt) + 2 * hour).toISOString() };
  }

  async holdSlot({ appointmentId, newest }: Appt, id?: string): Promise<void> {
    await this.service.hear(SlotHeld, { appointmentId, round: newest.round, slot: this.slotOf(newest.startsAt), bayId: null, expiresAt: new Date(Date.parse(newest.startsAt)).toISOString() }, { storeId: this.storeId, id });
  }

  refuseSlot({ appointmentId, newest }: Appt, alternatives: { startsAt: string; endsAt: string }[] = []): Promise<void> {
    return this.service.hear(SlotRefused, { appointmentId, round: newest.round, reason: 'no-bay', alternatives }, { storeId: this.storeId });
  }

  holdParts({ appointmentId, newest }: Appt, id?: string): Promise<void> {
    const lines = newest.parts.map((part) => ({ ...part, from: 'stock' as const, eta: null }));
    return this.service.hear(ReservationMade, { holderKind: 'appointment', holderId: appointmentId, round: newest.round, lines, expiresAt: newest.startsAt }, { storeId: this.storeId, id });
  }

  shortParts({ appointmentId, newest }: Appt, eta: Date | null): Promise<void> {
    const short = newest.parts.map((part) => ({ ...part, missing: part.quantity, eta: eta?.toISOString() ?? null }));
    return this.service.hear(ReservationRefused, { holderKind: 'appointment', holderId: appointmentId, round: newest.round, short }, { storeId: this.storeId });
  }

  readonly estimate = { flatHours: 1_200, cost: { amount: 320_000, currency: 'TWD' }, papers: ['driving-licence', 'maintenance-book'] };

  /** Held by both, read back and booked. */
  async book(appointment: Appt): Promise<Record<string, any>> {
    await this.holdSlot(appointment);
    await this.holdParts(appointment);
    await this.move(appointment.appointmentId, 'read-back', this.estimate);
    const answer = await this.move(appointment.appointmentId, 'book', {});
    if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async booked(startsAt: Date, changes: object = {}): Promise<Record<string, any> & Appt> {
    return (await this.book(await this.request(startsAt, changes))) as Record<string, any> & Appt;
  }

  /** The promise of a kind on an appointment that was made last. */
  async promise(id: string, kind: string): Promise<Record<string, any> | undefined> {
    const { body } = await this.service.http(`GET /stores/${this.storeId}/promises?subject=${id}`, { as: this.advisor });
    return body.promises.filter((promise: { kind: string }) => promise.kind === kind).at(-1);
  }

  async tasks(subject: string): Promise<Record<string, any>[]> {
    return (await this.service.http(`GET /stores/${this.storeId}/desk-tasks?subject=${subject}`, { as: this.advisor })).body.tasks;
  }
}
