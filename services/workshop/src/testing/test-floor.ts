import { atLocal } from '@aftersales/calendar/local-time';
import { addOpenDays } from '@aftersales/calendar/open-days';
import type { AnyContract, DataOf } from '@aftersales/contracts/kernel/event';
import type { Operation } from '@aftersales/contracts/kernel/values';
import { AppointmentBooked, AppointmentReleased, AppointmentRequested } from '@aftersales/contracts/reception/appointment';
import type { EstimateLine } from '@aftersales/contracts/reception/estimate-line';
import { PartsShort } from '@aftersales/contracts/parts/reservation';
import { VisitArrived, VisitAuthorised, VisitDelivered } from '@aftersales/contracts/reception/visit';
import { hours, TestOrganisation, type TestStore } from '@aftersales/directory/testing/organisation';
import { TestService, type Answered } from '@aftersales/platform/testing/test-service';
import { v7 as uuidv7 } from 'uuid';
import { WorkshopModule } from '../workshop.module';

export const zone = 'Asia/Taipei';
/** As TestOrganisation's service desk works. */
const open = hours([{ from: '08:30', to: '12:00' }, { from: '13:30', to: '18:00' }], zone);

export const operation = (changes: Partial<Operation> = {}): Operation => ({ lineId: uuidv7(), operationCode: 'MNT-10K', skill: 'maintenance', bayType: 'lift', flatHours: 1000, ...changes });
const money = { amount: 100, currency: 'TWD' };
export const labour = (changes: Partial<EstimateLine> = {}): EstimateLine => ({ ...operation(), kind: 'labour', unitPrice: money, amount: money, payer: 'customer', ...changes });
export const part = (changes: Partial<EstimateLine> = {}): EstimateLine => ({ lineId: uuidv7(), kind: 'part', partNumber: '04465-06200', quantity: 1000, unitPrice: money, amount: money, payer: 'customer', ...changes });

export const photo = Buffer.from('what was seen').toString('base64');

export interface Visit {
  readonly visitId: string;
  readonly customerId: string;
  readonly vehicleId: string;
}

/** A workshop with an organisation, for use-case tests: facts as the desk would say them, and people who act. */
export class TestFloor {
  #factVersion = 0;

  /** What wishes ask for when they don't say. */
  skill = 'maintenance';
  bayType = 'lift';

  private constructor(readonly service: TestService, readonly org: TestOrganisation) {}

  static async start(): Promise<TestFloor> {
    const service = await TestService.start({ name: 'workshop', module: WorkshopModule });
    const floor = new TestFloor(service, await TestOrganisation.publish(service));
    await floor.org.policy('capacity.planned-ahead', { calendarDays: 12 });
    return floor;
  }

  /** With a bay, and a technician who can do what comes. */
  static async manned(): Promise<TestFloor> {
    const floor = await TestFloor.start();
    await floor.bay();
    await floor.technicianOnFloor({ skills: ['maintenance', 'brakes', 'electrics'] });
    return floor;
  }

  get a(): TestStore {
    return this.org.a;
  }
  get manager(): string {
    return this.a.staff['workshop-manager'];
  }
  get technician(): string {
    return this.a.staff.technician;
  }

  /** Local time on the nth open day after today. */
  async at(time: string, n = 1): Promise<Date> {
    return atLocal(zone, addOpenDays(open, await this.service.now(), n).date, time);
  }

  path(rest: string, store: TestStore = this.a): string {
    return `/stores/${store.storeId}/${rest}`;
  }

  async bay(changes: object = {}, store: TestStore = this.a): Promise<{ id: string; version: number }> {
    return this.expect(201, await this.service.http(`POST ${this.path('bays', store)}`, { as: store.staff['workshop-manager'], body: { name: `B${uuidv7().slice(-6)}`, bayType: this.bayType, ...changes } }));
  }

  async technicianOnFloor({ staffId = this.technician, skills = ['maintenance'], grade = 3, store = this.a, ...changes }: { staffId?: string; skills?: string[]; grade?: number; store?: TestStore; shift?: object } = {}): Promise<{ id: string; version: number; staffId: string }> {
    const body = { staffId, grade, skills: skills.map((skill, i) => ({ skill, percent: i === 0 ? 100 : 0 })), ...changes };
    return this.expect(201, await this.service.http(`POST ${this.path('technicians', store)}`, { as: store.staff['workshop-manager'], body }));
  }

  /** Another technician of store A. */
  async person(role: 'technician' | 'inspector' = 'technician'): Promise<string> {
    const staffId = uuidv7();
    await this.org.person(staffId, [{ role, storeId: this.a.storeId }]);
    return staffId;
  }

  /** A corner of the floor that no other test books: one bay of a type of its own, one technician with a skill of one's own. */
  async corner(): Promise<{ id: string; version: number }> {
    [this.skill, this.bayType] = [`skill-${uuidv7().slice(-8)}`, `type-${uuidv7().slice(-8)}`];
    await this.technicianOnFloor({ staffId: await this.person(), skills: [this.skill] });
    return this.bay();
  }

  operation(changes: Partial<Operation> = {}): Operation {
    return operation({ skill: this.skill, bayType: this.bayType, ...changes });
  }

  expect(status: number, answer: Answered): any {
    if (answer.status !== status) throw new Error(`${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  request(changes: Partial<DataOf<typeof AppointmentRequested>> & { startsAt: string }): DataOf<typeof AppointmentRequested> {
    return {
      appointmentId: uuidv7(), round: 1, customerId: uuidv7(), vehicleId: uuidv7(), brand: 'nova', kind: 'maintenance', channel: 'phone', operations: [this.operation()], parts: [], partsBy: changes.startsAt, replaces: null, ...changes,
    };
  }

  /** The next fact of store A. */
  about(version = ++this.#factVersion) {
    return { storeId: this.a.storeId, version, at: new Date(0) };
  }

  /** The very same bytes, twice at once. */
  async twice<C extends AnyContract>(contract: C, data: DataOf<C>): Promise<void> {
    const about = { ...this.about(), id: uuidv7() };
    await Promise.all([this.service.hear(contract, data, about), this.service.hear(contract, data, about)]);
  }

  async ask(changes: Partial<DataOf<typeof AppointmentRequested>> & { startsAt: string }) {
    const data = this.request(changes);
    await this.service.hear(AppointmentRequested, data, this.about());
    return data;
  }

  async book(asked: DataOf<typeof AppointmentRequested>): Promise<void> {
    const { appointmentId, round, customerId, vehicleId, kind, channel, operations, parts, partsBy, startsAt } = asked;
    await this.service.hear(AppointmentBooked, { appointmentId, round, customerId, vehicleId, kind, channel, operations, parts, partsBy, slot: { startsAt, endsAt: startsAt }, advisorId: null }, this.about());
  }

  async release(asked: DataOf<typeof AppointmentRequested>): Promise<void> {
    const { appointmentId, round, customerId, vehicleId, kind, startsAt } = asked;
    await this.service.hear(AppointmentReleased, { appointmentId, round, customerId, vehicleId, kind, cause: 'cancelled', detail: null, wasBooked: true, startsAt }, this.about());
  }

  /** The opening of the next open day, and a car of its own. */
  async newDay(): Promise<Visit> {
    await this.service.jump(await this.at('09:00'));
    return this.newVisit();
  }

  newVisit(): Visit {
    return { visitId: uuidv7(), customerId: uuidv7(), vehicleId: uuidv7() };
  }

  async arrive(visit: Visit, appointmentId: string | null = null): Promise<void> {
    await this.service.hear(VisitArrived, { visitId: visit.visitId, appointmentId, vehicleId: visit.vehicleId, how: 'gate', arrivedAt: (await this.service.now()).toISOString(), late: false, waiting: true }, this.about());
  }

  authorised(visit: Visit, lines: EstimateLine[], changes: Partial<DataOf<typeof VisitAuthorised>> = {}): DataOf<typeof VisitAuthorised> {
    return {
      ...visit, appointmentId: null, repairOrder: 'RO-A-1', brand: 'nova', kind: 'maintenance', mileage: 19_850, version: 1, lines, promisedAt: '2027-01-01T00:00:00.000Z', authorisedAt: '2026-01-01T00:00:00.000Z', advisorId: this.a.staff.advisor, waiting: true, ...changes,
    };
  }

  async authorise(visit: Visit, lines: EstimateLine[], changes: Partial<DataOf<typeof VisitAuthorised>> = {}): Promise<void> {
    await this.service.hear(VisitAuthorised, this.authorised(visit, lines, changes), this.about());
  }

  async delivered(visit: Visit, changes: Partial<DataOf<typeof VisitDelivered>> = {}): Promise<DataOf<typeof VisitDelivered>> {
    return {
      ...visit, contactId: visit.customerId, appointmentId: null, repairOrder: 'RO-A-1', brand: 'nova', kind: 'maintenance', mileage: 1, deliveredAt: (await this.service.now()).toISOString(), promisedAt: null,
      advisorId: this.a.staff.advisor, technicianIds: [], inspectorIds: [], operationCodes: [], maintenanceDone: false, nextServiceOn: null, nextServiceAtKm: null, ...changes,
    };
  }

  /** The card of a visit as the person sees it. */
  async card(visit: Visit, as = this.manager): Promise<any> {
    const { jobs } = this.expect(200, await this.service.http(`GET ${this.path(`jobs?visitId=${visit.visitId}`)}`, { as }));
    return this.expect(200, await this.service.http(`GET ${this.path(`jobs/${jobs[0].id}`)}`, { as }));
  }

  /** A move at the version the card has now. */
  async move(visit: Visit, verb: string, as: string, body?: object, changes: { ifMatch?: number; key?: string } = {}): Promise<Answered> {
    const { id, version } = await this.card(visit);
    return this.service.http(`POST ${this.path(`jobs/${id}/${verb}`)}`, { as, body, ifMatch: version, ...changes });
  }

  async does(visit: Visit, verb: string, as: string, body?: object): Promise<any> {
    return this.expect(200, await this.move(visit, verb, as, body));
  }

  /** What parts says of a visit. */
  holder({ visitId }: Visit) {
    return { holderKind: 'visit' as const, holderId: visitId, round: 1 };
  }

  async short(visit: Visit, { lineId, partNumber, quantity }: EstimateLine, eta: string | null = null, about = this.about()): Promise<void> {
    await this.service.hear(PartsShort, { ...this.holder(visit), lines: [{ lineId, partNumber: partNumber!, quantity: quantity!, missing: quantity!, eta }] }, about);
  }

  async keep(visit: Visit, as = this.technician): Promise<Answered> {
    const { id } = await this.card(visit);
    return this.service.http(`POST ${this.path(`jobs/${id}/evidence`)}`, { as, body: { kind: 'photo', contentType: 'image/jpeg', content: photo } });
  }

  /** @returns the find reported */
  async find(visit: Visit, as = this.technician): Promise<string> {
    const kept = this.expect(201, await this.keep(visit, as));
    const operations = [{ operationCode: 'BRK-PAD-F', skill: 'brakes', bayType: 'lift', flatHours: 800 }];
    const card = await this.does(visit, 'report-fault', as, { faultCode: 'C1201', safety: true, operations, parts: [{ partNumber: '04465-06200', quantity: 1000 }], evidenceIds: [kept.id] });
    return card.faults.at(-1).id;
  }

  async threeChecks(visit: Visit): Promise<void> {
    await this.does(visit, 'pass-check', this.technician, { check: 'own' });
    await this.does(visit, 'pass-check', this.a.staff.inspector, { check: 'team' });
    await this.does(visit, 'pass-check', this.a.staff['technical-director'], { check: 'final' });
  }

  /** From the last operation done to the parked car. */
  async finish(visit: Visit): Promise<void> {
    await this.threeChecks(visit);
    await this.does(visit, 'wash', this.technician);
    await this.does(visit, 'park', this.technician, { place: 'P1' });
  }

  /** What was said of a visit's job, in order. */
  async saidOf<C extends AnyContract>(visit: Visit, contract: C) {
    return (await this.service.said(contract)).filter(({ data }) => (data as { visitId: string }).visitId === visit.visitId);
  }

  /** One operation, from briefing to done, in `ms`. */
  async work(visit: Visit, lineId: string, as = this.technician, ms = 600_000): Promise<void> {
    await this.does(visit, 'assign', this.manager, { lineIds: [lineId], technicianIds: [as], briefing: 'As the desk says.' });
    await this.does(visit, 'clock-on', as, { lineId });
    await this.service.jump(ms);
    await this.does(visit, 'clock-off', as, { lineId, finished: true });
  }

  /** @throws for a fact that could not be handled: a fault of the test or of the code, never a detail */
  async stop(): Promise<void> {
    const dead = await this.service.rows(`select type, reason, state from dead_letter`);
    await this.service.stop();
    expect(dead).toEqual([]);
  }
}
