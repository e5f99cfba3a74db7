import { addDays, atLocal, localDate } from '@aftersales/calendar/local-time';
import { PartChanged } from '@aftersales/contracts/parts/part';
import { CoverageDecided } from '@aftersales/contracts/claims/coverage';
import { VehicleRegistered } from '@aftersales/contracts/crm/vehicle';
import { PartsIssued } from '@aftersales/contracts/parts/reservation';
import { JobCompleted, JobOpened } from '@aftersales/contracts/workshop/job';
import { TestOrganisation } from '@aftersales/directory/testing/organisation';
import { TestService } from '@aftersales/platform/testing/test-service';
import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import type { EstimateView } from '../../estimate/estimate.views';
import { ReceptionModule } from '../../reception.module';
import { receptionSettings } from '../../reception.settings';
import { stations } from '../check-in';

export const minute = 60_000;
export const hour = 60 * minute;

/** A sheet with nothing to find fault with. */
export const goodSheet = {
  kind: 'maintenance', vin: 'JTDKN3DU5A0123456', mileage: 19850, mileageReason: null, fuelEighths: 4,
  walkAround: stations.map((station) => ({ station, ok: true, marks: [] as object[], finding: null })),
  valuables: [{ what: 'Umbrella', kept: 'at-desk' }], protectionLaid: true, keys: 1, papers: ['licence'], keyTag: 'K-12', concern: 'Beim Bremsen quietscht es vorne rechts', concernCodes: ['noise'],
  diagnosis: null, roadTest: null, oldParts: 'hand-over', waiting: true, contactId: null,
};

export const serviceLines = {
  labour: { kind: 'labour', payer: 'customer', operationCode: 'MNT-10K', skill: 'maintenance', bayType: 'lift', flatHours: 1200, title: 'Service 10.000 km' },
  oil: { kind: 'part', payer: 'customer', partNumber: '08880-83478', quantity: 4300 },
  regulator: { kind: 'labour', payer: 'warranty', operationCode: 'ELE-WIN-FL', skill: 'electrics', bayType: 'lift', flatHours: 1000, faultCode: 'B1234' },
  motor: { kind: 'part', payer: 'warranty', partNumber: '69820-06170', quantity: 1000, faultCode: 'B1234' },
} as const;

/** An estimate as the desk sees it. */
export type Offer = z.output<typeof EstimateView>;

/** reception with an organisation, a catalogue and a car, and the steps of a visit through its doors. */
export class TestDesk {
  constructor(readonly service: TestService, readonly org: TestOrganisation) {}

  static async open(): Promise<TestDesk> {
    const service = await TestService.start({ name: 'reception', module: ReceptionModule, settings: receptionSettings }, { AFTERSALES_PUBLIC_URL: 'https://desk.example' });
    const desk = new TestDesk(service, await TestOrganisation.publish(service));
    await desk.monday();
    for (const [partNumber, amount] of [['08880-83478', 45000], ['69820-06170', 430000], ['04465-06200', 260000]] as const)
      await service.hear(PartChanged, { partNumber, version: 1, title: { en: partNumber }, unit: 'piece', listPrices: [{ amount, currency: 'TWD' }], kind: 'genuine', supersededBy: null, returnableCore: false, assembly: null, active: true });
    return desk;
  }

  /** No test leaves a fact behind that could not be handled. */
  async close(): Promise<void> {
    const dead = await this.service.rows(`select type, reason from dead_letter`);
    await this.service.stop();
    if (dead.length) throw new Error(`dead letters: ${JSON.stringify(dead)}`);
  }

  /** Next Monday, 9:00 on the store's wall: what is promised for today lies in working time. */
  async monday(): Promise<void> {
    const now = await this.service.now();
    const monday = atLocal('Asia/Taipei', addDays(localDate('Asia/Taipei', now), 8 - (new Date(`${localDate('Asia/Taipei', now)}T00:00:00Z`).getUTCDay() || 7)), '09:00');
    await this.service.jump(monday);
  }

  get storeId(): string {
    return this.org.a.storeId;
  }
  get advisor(): string {
    return this.org.a.staff.advisor;
  }

  /** On the desk's store; If-Match is the visit's version as it is unless `ifMatch` says otherwise. */
  async post(path: string, body?: object, { as = this.advisor, ifMatch, key, storeId = this.storeId }: { as?: string; ifMatch?: number; key?: string; storeId?: string } = {}) {
    return this.service.http(`POST /stores/${storeId}/visits${path}`, { as, body, key, ifMatch: ifMatch ?? (await this.version(path)) });
  }

  get(path: string, as = this.advisor, storeId = this.storeId) {
    return this.service.http(`GET /stores/${storeId}/visits${path}`, { as });
  }

  async version(path: string): Promise<number | undefined> {
    const id = /^\/([0-9a-f-]{36})/.exec(path)?.[1];
    return id ? (await this.service.rows(`select version from visit where id = $1`, [id]))[0]?.['version'] : undefined;
  }

  async ok(path: string, body?: object, options: { as?: string } = {}) {
    const answer = await this.post(path, body, options);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  async car(changes: object = {}) {
    const [vehicleId, customerId] = [uuidv7(), uuidv7()];
    const vin = `JTD${vehicleId.replaceAll('-', '').toUpperCase().replace(/[IOQ]/g, 'X').slice(-14)}`;
    await this.service.hear(VehicleRegistered, { vehicleId, version: 1, vin, brand: 'nova', model: 'nova-3', market: 'TW', use: 'household', saleDate: '2025-01-10', customerId, contactId: customerId, complete: true, ...changes });
    return { vehicleId, customerId, vin };
  }

  async arrived(changes: object = {}) {
    const car = await this.car();
    return { ...car, visitId: (await this.ok('', { how: 'gate', vehicleId: car.vehicleId, ...changes })).visitId as string };
  }

  async opened(sheet: object = {}) {
    const car = await this.arrived();
    await this.ok(`/${car.visitId}/check-in`, { ...goodSheet, vin: car.vin, ...sheet });
    await this.ok(`/${car.visitId}/open`, { readBack: true, signatureId: uuidv7() });
    return car;
  }

  async decide(visitId: string, n: number, lines: { lineId: string; payer?: string }[], covered = true, more: { id?: string; days?: number } = {}) {
    const decided = await this.service.now();
    await this.service.hear(CoverageDecided, {
      visitId, version: n, decidedBy: [uuidv7(), uuidv7()], decidedAt: decided.toISOString(), validUntil: new Date(decided.getTime() + (more.days ?? 30) * 24 * hour).toISOString(),
      lines: lines.filter(({ payer }) => (payer ?? 'warranty') === 'warranty').map(({ lineId }) => ({ lineId, covered, reason: covered ? null : 'wear-part', preApproval: null })),
    }, { storeId: this.storeId, id: more.id });
  }

  async inHours(hours: number): Promise<string> {
    return new Date((await this.service.now()).getTime() + hours * hour).toISOString();
  }

  /** Drafted, covered where it must be, and shown. */
  async offered(visitId: string, lines: readonly object[], promisedAt?: string) {
    const draft = await this.ok(`/${visitId}/estimates`, { lines });
    if (draft.state === 'coverage-asked') await this.decide(visitId, draft.n, draft.lines);
    return this.ok(`/${visitId}/estimates/${draft.n}/offer`, { promisedAt: promisedAt ?? (await this.inHours(5)) });
  }

  answers(offer: Pick<Offer, 'lines'>, no: readonly string[] = []) {
    return offer.lines.filter(({ standing }) => standing === 'open').map(({ lineId }) => (no.includes(lineId) ? { lineId, yes: false, reason: 'too-expensive' } : { lineId, yes: true }));
  }

  signed(visitId: string, offer: Offer, no: readonly string[] = []) {
    return this.ok(`/${visitId}/estimates/${offer.n}/answer`, { how: 'signed', shownHash: offer.shownHash, signatureId: uuidv7(), answers: this.answers(offer, no) });
  }

  async authorised(lines: readonly object[] = Object.values(serviceLines), sheet: object = {}) {
    const car = await this.opened(sheet);
    const offer = await this.offered(car.visitId, lines);
    await this.signed(car.visitId, offer);
    return { ...car, offer, jobId: uuidv7(), technicianId: uuidv7(), inspectorId: uuidv7() };
  }

  async issue(visitId: string, lines: readonly { lineId: string; kind: string; partNumber?: string; quantity?: number }[], requisitionId = uuidv7()) {
    await this.service.hear(PartsIssued, {
      holderKind: 'visit', holderId: visitId, round: 1, requisitionId, technicianId: uuidv7(), advisorId: this.advisor, issuedAt: (await this.service.now()).toISOString(),
      lines: lines.filter(({ kind }) => kind === 'part').map(({ lineId, partNumber, quantity }) => ({ lineId, partNumber: partNumber!, quantity: quantity! })),
    }, { storeId: this.storeId });
  }

  /** The floor has done all labour lines but `undone`. */
  async completed(visit: { visitId: string; vehicleId: string; jobId: string; technicianId: string; inspectorId: string }, lines: Offer['lines'], { undone = [] as readonly string[], version = 9, checks = ['own', 'team', 'final'] as ('own' | 'team' | 'final')[] } = {}) {
    const at = (await this.service.now()).toISOString();
    const labour = lines.filter(({ kind }) => kind === 'labour');
    await this.service.hear(JobOpened, { jobId: visit.jobId, visitId: visit.visitId, version: 1, promisedAt: at, operations: labour.map(({ lineId, operationCode, skill, bayType, flatHours }) => ({ lineId, operationCode: operationCode!, skill: skill!, bayType: bayType!, flatHours: flatHours! })) }, { storeId: this.storeId, version: version - 1 });
    await this.service.hear(JobCompleted, {
      jobId: visit.jobId, visitId: visit.visitId, vehicleId: visit.vehicleId, completedAt: at, unfinishedLineIds: [...undone], replacedParts: [], technicianIds: [visit.technicianId], inspectorIds: [visit.inspectorId], evidenceIds: [],
      operations: labour.filter(({ lineId }) => !undone.includes(lineId)).map(({ lineId, operationCode, flatHours }) => ({ lineId, operationCode: operationCode!, flatHours: flatHours!, clockedHours: flatHours!, technicianIds: [visit.technicianId], faultCode: null })),
      checks: checks.map((check) => ({ check, by: visit.inspectorId, checkedAt: at })),
    }, { storeId: this.storeId, version });
  }

  async done(lines?: readonly object[], sheet?: object) {
    const visit = await this.authorised(lines, sheet);
    await this.issue(visit.visitId, visit.offer.lines);
    await this.completed(visit, visit.offer.lines);
    return visit;
  }
}
