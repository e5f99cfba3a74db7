import { AppointmentBooked, AppointmentReleased, AppointmentRequested } from '@aftersales/contracts/reception/appointment';
import type { EstimateLine } from '@aftersales/contracts/reception/estimate-line';
import { EstimateOffered, VisitArrived, VisitAuthorised, VisitDelivered, VisitLeft } from '@aftersales/contracts/reception/visit';
import type { DataOf } from '@aftersales/contracts/kernel/event';
import type { PartNeed, Payer } from '@aftersales/contracts/kernel/values';
import { TestOrganisation, type TestStore } from '@aftersales/directory/testing/organisation';
import type { Tx } from '@aftersales/platform/database/tx';
import { TestService, type Answered } from '@aftersales/platform/testing/test-service';
import { v7 as uuidv7 } from 'uuid';
import { PartsModule } from '../parts.module';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

type Booking = DataOf<typeof AppointmentRequested>;
type Consent = DataOf<typeof VisitAuthorised>;

/** The store room with its three doors, and the desk's facts as it would say them. */
export class StoreRoom {
  #parts = 0;
  #versions = new Map<string, number>();

  private constructor(readonly service: TestService, readonly org: TestOrganisation) {}

  static async open(): Promise<StoreRoom> {
    const service = await TestService.start({ name: 'parts', module: PartsModule });
    return new StoreRoom(service, await TestOrganisation.publish(service));
  }

  get a(): TestStore {
    return this.org.a;
  }

  async at(ms: number): Promise<string> {
    return new Date((await this.service.now()).getTime() + ms).toISOString();
  }

  /** A part in the catalogue and, unless it is none, some of it on the shelf of store A. */
  async part(onHand = 0, changes: object = {}, store = this.a): Promise<string> {
    const partNumber = `P-${++this.#parts}`;
    const added = await this.service.http('POST /catalogue', { as: store.staff['parts-manager'], body: { partNumber, title: { en: 'Part' }, unit: 'piece', listPrices: [{ amount: 1000, currency: 'TWD' }], kind: 'genuine', class: 'component', ...changes } });
    if (added.status !== 201) throw new Error(JSON.stringify(added.body));
    if (onHand) await this.stock(partNumber, onHand, store);
    return partNumber;
  }

  async stock(partNumber: string, quantity: number, store = this.a): Promise<Answered> {
    return this.service.http(`POST /stores/${store.storeId}/stock`, { as: store.staff['parts-manager'], body: { partNumber, quantity, warehouse: 'W1', rack: 'R2', level: '3', bin: '04' } });
  }

  async card(partNumber: string, store = this.a): Promise<any> {
    const answer = await this.service.http(`GET /stores/${store.storeId}/stock?partNumber=${partNumber}`, { as: store.staff['parts-keeper'] });
    return answer.body.cards[0];
  }

  async expect(partNumber: string, quantity: number, eta: string | null, store = this.a): Promise<any> {
    return (await this.service.http(`POST /stores/${store.storeId}/inbound`, { as: store.staff.buyer, body: { partNumber, quantity, eta } })).body;
  }

  /** The lines of this part that are still to come. */
  async inbound(partNumber: string, store = this.a): Promise<any[]> {
    const answer = await this.service.http(`GET /stores/${store.storeId}/inbound?partNumber=${partNumber}`, { as: store.staff.buyer });
    return answer.body.lines.filter(({ state }: { state: string }) => state === 'planned' || state === 'expected');
  }

  receive(line: { id: string; version: number; quantity: number }, quantity = line.quantity, store = this.a): Promise<Answered> {
    return this.service.http(`POST /stores/${store.storeId}/inbound/${line.id}/receive`, { as: store.staff['parts-keeper'], ifMatch: line.version, body: { quantity } });
  }

  moveEta(line: { id: string; version: number }, eta: string | null, cause = 'supplier-late', store = this.a): Promise<Answered> {
    return this.service.http(`POST /stores/${store.storeId}/inbound/${line.id}/eta`, { as: store.staff.buyer, ifMatch: line.version, body: { eta, cause } });
  }

  need(partNumber: string, quantity = 1000): PartNeed {
    return { lineId: uuidv7(), partNumber, quantity };
  }

  #next(id: string): number {
    const version = (this.#versions.get(id) ?? 0) + 1;
    this.#versions.set(id, version);
    return version;
  }

  async booking(parts: PartNeed[], changes: Partial<Booking> = {}): Promise<Booking> {
    const startsAt = changes.startsAt ?? (await this.at(2 * hour));
    return { appointmentId: uuidv7(), round: 1, customerId: uuidv7(), vehicleId: uuidv7(), brand: 'nova', kind: 'maintenance', channel: 'phone', startsAt, operations: [], parts, partsBy: startsAt, replaces: null, ...changes };
  }

  async request(wish: Booking, about: { id?: string; storeId?: string } = {}): Promise<Booking> {
    await this.service.hear(AppointmentRequested, wish, { storeId: this.a.storeId, version: this.#next(wish.appointmentId), ...about });
    return wish;
  }

  async book({ appointmentId, round, customerId, vehicleId, kind, channel, startsAt, operations, parts, partsBy }: Booking, about: { id?: string } = {}): Promise<void> {
    const endsAt = new Date(Date.parse(startsAt) + hour).toISOString();
    await this.service.hear(AppointmentBooked, { appointmentId, round, customerId, vehicleId, kind, channel, slot: { startsAt, endsAt }, advisorId: null, operations, parts, partsBy }, { storeId: this.a.storeId, version: this.#next(appointmentId), ...about });
  }

  async release({ appointmentId, round, customerId, vehicleId, kind, startsAt }: Booking, cause: DataOf<typeof AppointmentReleased>['cause'], about: { id?: string } = {}): Promise<void> {
    await this.service.hear(AppointmentReleased, { appointmentId, round, customerId, vehicleId, kind, cause, detail: null, wasBooked: true, startsAt }, { storeId: this.a.storeId, version: this.#next(appointmentId), ...about });
  }

  partLine({ lineId, partNumber, quantity }: PartNeed, payer: Payer = 'customer', changes: Partial<EstimateLine> = {}): EstimateLine {
    return { lineId, kind: 'part', partNumber, quantity, unitPrice: { amount: 1000, currency: 'TWD' }, amount: { amount: quantity, currency: 'TWD' }, payer, ...changes };
  }

  async consent(lines: EstimateLine[], changes: Partial<Consent> = {}): Promise<Consent> {
    return {
      visitId: uuidv7(), customerId: uuidv7(), vehicleId: uuidv7(), appointmentId: null, repairOrder: 'RO-1', brand: 'nova', kind: 'repair', mileage: 1000, version: 1, lines,
      promisedAt: await this.at(8 * hour), authorisedAt: await this.at(0), advisorId: this.a.staff.advisor, waiting: false, ...changes,
    };
  }

  async authorise(consent: Consent, about: { id?: string; version?: number } = {}): Promise<Consent> {
    await this.service.hear(VisitAuthorised, consent, { storeId: this.a.storeId, version: this.#next(consent.visitId), ...about });
    return consent;
  }

  async offer({ visitId, customerId, vehicleId, appointmentId, version, lines, promisedAt }: Consent, expiresAt: string, about: { id?: string } = {}): Promise<void> {
    await this.service.hear(EstimateOffered, { visitId, customerId, vehicleId, appointmentId, version, lines, shares: [], shownHash: 'a'.repeat(64), promisedAt, expiresAt }, { storeId: this.a.storeId, version: this.#next(visitId), ...about });
  }

  async arrive({ visitId, appointmentId, vehicleId }: Consent): Promise<void> {
    const now = await this.at(0);
    await this.service.hear(VisitArrived, { visitId, appointmentId, vehicleId, how: 'gate', arrivedAt: now, late: false, waiting: false }, { storeId: this.a.storeId, version: this.#next(visitId) });
  }

  async leave({ visitId, appointmentId, kind }: Consent): Promise<void> {
    await this.service.hear(VisitLeft, { visitId, appointmentId, kind, leftAt: await this.at(0) }, { storeId: this.a.storeId, version: this.#next(visitId) });
  }

  async deliver({ visitId, customerId, vehicleId, appointmentId, repairOrder, brand, kind, mileage, advisorId }: Consent): Promise<void> {
    await this.service.hear(VisitDelivered, {
      visitId, customerId, vehicleId, contactId: customerId, appointmentId, repairOrder, brand, kind, mileage, deliveredAt: await this.at(0), promisedAt: null, advisorId,
      technicianIds: [], inspectorIds: [], operationCodes: [], maintenanceDone: false, nextServiceOn: null, nextServiceAtKm: null,
    }, { storeId: this.a.storeId, version: this.#next(visitId) });
  }

  /** The statement with which `asked` waits for this transaction. */
  async waitsAt(tx: Tx, asked: Promise<unknown>): Promise<string> {
    const { pid } = (await tx.one<{ pid: number }>('select pg_backend_pid() as pid'))!;
    let answered = false;
    const end = () => (answered = true);
    asked.then(end, end);
    while (!answered) {
      const [waiting] = await this.service.rows<{ query: string }>('select query from pg_stat_activity where $1 = any(pg_blocking_pids(pid))', [pid]);
      if (waiting) return waiting.query;
    }
    return 'nobody waited';
  }

  /** What was said about one holder, in order, when nobody has anything left to tell: type without service and version, and data. */
  async told(holderId: string): Promise<{ what: string; data: any; version: number }[]> {
    await this.service.fireDue();
    const rows = await this.service.rows<{ envelope: string }>(`select envelope from outbox where topic = 'parts.reservation' and key = $1 order by id`, [holderId]);
    return rows.map(({ envelope }) => JSON.parse(envelope)).map(({ type, data, aggregateversion }) => ({ what: type.replace(/^parts\.|\.v1$/g, ''), data, version: aggregateversion }));
  }
}
