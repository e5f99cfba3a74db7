import { localDate } from '@aftersales/calendar/local-time';
import { CoverageAsked, VisitAuthorised, VisitOpened, VisitSettled } from '@aftersales/contracts/reception/visit';
import { VehicleRegistered } from '@aftersales/contracts/crm/vehicle';
import type { DataOf } from '@aftersales/contracts/kernel/event';
import { OldPartHandedIn } from '@aftersales/contracts/parts/reservation';
import type { EstimateLine } from '@aftersales/contracts/reception/estimate-line';
import { JobCompleted, JobOpened } from '@aftersales/contracts/workshop/job';
import { TestOrganisation } from '@aftersales/directory/testing/organisation';
import { TestService } from '@aftersales/platform/testing/test-service';
import { v7 as uuidv7 } from 'uuid';
import { ClaimsModule } from '../claims.module';
import { claimsSettings } from '../claims.settings';
import { freePort, TestMaker } from './maker';

export const day = 24 * 3600_000;
export const hour = 3600_000;

export interface TestVisit {
  readonly storeId: string;
  readonly visitId: string;
  readonly vehicleId: string;
  readonly repairOrder: string;
  readonly mileage: number;
  readonly lines: readonly EstimateLine[];
}

const yuan = (amount: number, currency = 'CNY') => ({ amount, currency });

export const labour = (faultCode: string, more: Partial<EstimateLine> = {}): EstimateLine => ({
  lineId: uuidv7(), kind: 'labour', operationCode: `FIX-${faultCode}`, skill: 'general', bayType: 'lift', flatHours: 1000, unitPrice: yuan(24_000), amount: yuan(24_000), payer: 'warranty', faultCode, ...more,
});
export const part = (faultCode: string, partNumber: string, more: Partial<EstimateLine> = {}): EstimateLine => ({
  lineId: uuidv7(), kind: 'part', partNumber, quantity: 1000, unitPrice: yuan(86_000), amount: yuan(86_000), payer: 'warranty', faultCode, ...more,
});

/** The same fact again is the same bytes, its time included. */
const said = new Date('2026-01-01T00:00:00Z');
let counter = 0;

/** The claims service with a group of stores and the maker's real simulator; facts as the other services would say them. */
export class ClaimsWorld {
  private constructor(readonly service: TestService, readonly org: TestOrganisation, readonly maker: TestMaker) {}

  static async start(): Promise<ClaimsWorld> {
    const port = await freePort();
    const maker = await TestMaker.start(`http://127.0.0.1:${port}/callbacks/maker`);
    const service = await TestService.start({ name: 'claims', module: ClaimsModule, settings: claimsSettings }, { AFTERSALES_MAKER_URL: maker.url, AFTERSALES_MAKER_SECRET: maker.secret });
    await service.built.app.listen(port, '127.0.0.1');
    return new ClaimsWorld(service, await TestOrganisation.publish(service), maker);
  }

  /** @throws Error when a fact could not be handled: no test wants that */
  async stop(): Promise<void> {
    const dead = await this.service.rows('select type, reason from dead_letter');
    await this.maker.stop();
    await this.service.stop();
    if (dead.length) throw new Error(`dead letters: ${JSON.stringify(dead)}`);
  }

  /** A household car of the CN market, sold `soldDaysAgo`. */
  async car({ soldDaysAgo = 100, ...file }: { soldDaysAgo?: number } & Partial<DataOf<typeof VehicleRegistered>> = {}): Promise<string> {
    const vehicleId = file.vehicleId ?? uuidv7();
    const saleDate = localDate('Asia/Taipei', new Date((await this.service.now()).getTime() - soldDaysAgo * day)); // the stores' zone: from 16:00 UTC on it is another day
    await this.service.hear(VehicleRegistered, { vehicleId, version: 1, vin: `LVGBE40K28G${String(100_000 + ++counter)}`, brand: 'nova', model: null, market: 'CN', use: 'household', saleDate, customerId: uuidv7(), contactId: null, complete: true, ...file });
    return vehicleId;
  }

  visit(vehicleId: string, lines: readonly EstimateLine[], { storeId = this.org.a.storeId, mileage = 12_000 } = {}): TestVisit {
    return { storeId, visitId: uuidv7(), vehicleId, repairOrder: `RO-A-${++counter}`, mileage, lines };
  }

  opened(visit: TestVisit) {
    const { storeId, visitId, vehicleId, repairOrder, mileage } = visit;
    const at = new Date().toISOString();
    return this.service.hear(VisitOpened, { visitId, vehicleId, customerId: uuidv7(), appointmentId: null, repairOrder, brand: 'nova', kind: 'repair', concerns: [], mileage, mileageCorrected: false, advisorId: uuidv7(), arrivedAt: at, openedAt: at }, { storeId });
  }

  async coverageAsked({ storeId, visitId, vehicleId, repairOrder, mileage, lines }: TestVisit, { version = 1, id = uuidv7() as string, of = lines } = {}) {
    await this.service.hear(CoverageAsked, { visitId, vehicleId, customerId: visitId, repairOrder, brand: 'nova', version, mileage, lines: [...of] }, { storeId, version, id, at: said });
  }

  async authorised(visit: TestVisit, { at = undefined as Date | undefined, version = 1, id = uuidv7() as string, promisedIn = 4 * hour, lines = visit.lines } = {}) {
    const { storeId, visitId, vehicleId, repairOrder, mileage } = visit;
    const authorisedAt = at ?? (await this.service.now());
    await this.service.hear(VisitAuthorised, {
      visitId, vehicleId, customerId: visitId, appointmentId: null, repairOrder, brand: 'nova', kind: 'repair', mileage, version, lines: [...lines], promisedAt: new Date(authorisedAt.getTime() + promisedIn).toISOString(),
      authorisedAt: authorisedAt.toISOString(), advisorId: visitId, waiting: false,
    }, { storeId, version, id, at: said });
  }

  /** The workshop's card as it is agreed to now: there is work to do. */
  async jobOpened({ storeId, visitId, lines: all }: TestVisit, { version = 1, id = uuidv7() as string, lines = all } = {}) {
    const operations = lines.flatMap(({ kind, lineId, operationCode, skill }) => (kind === 'labour' ? [{ lineId, operationCode: operationCode!, skill: skill!, bayType: 'lift', flatHours: 1000 }] : []));
    await this.service.hear(JobOpened, { jobId: visitId, visitId, version, operations, promisedAt: said.toISOString() }, { storeId, id, at: said });
  }

  async completed(visit: TestVisit, { at = undefined as Date | undefined, id = uuidv7() as string, photos = 1, unfinished = [] as string[], lines = visit.lines } = {}) {
    const completedAt = (at ?? (await this.service.now())).toISOString();
    const done = lines.filter(({ lineId }) => !unfinished.includes(lineId));
    const replacedParts = done.flatMap(({ lineId, kind, partNumber, quantity }) => (kind === 'part' ? [{ lineId, partNumber: partNumber!, quantity: quantity! }] : []));
    const checks = (['own', 'team', 'final'] as const).map((check) => ({ check, by: visit.visitId, checkedAt: completedAt }));
    const operations = done.flatMap(({ lineId, kind, operationCode, faultCode }) => (kind === 'labour' ? [{ lineId, operationCode: operationCode!, flatHours: 1000, clockedHours: 1000, technicianIds: [], faultCode: faultCode ?? null }] : []));
    await this.service.hear(JobCompleted, {
      jobId: visit.visitId, visitId: visit.visitId, vehicleId: visit.vehicleId, completedAt, operations, unfinishedLineIds: unfinished, replacedParts, checks, technicianIds: [], inspectorIds: [],
      evidenceIds: Array.from({ length: photos }, () => uuidv7()),
    }, { storeId: visit.storeId, id, at: said });
  }

  async oldParts(visit: TestVisit) {
    for (const { lineId, kind, partNumber, payer } of visit.lines) {
      if (kind !== 'part') continue;
      await this.service.hear(OldPartHandedIn, {
        holderKind: 'visit', holderId: visit.visitId, round: 1, oldPartId: uuidv7(), lineId, partNumber: partNumber!, quantity: 1000, payer, tag: `TAG-${++counter}`, custody: payer === 'warranty' ? 'claims' : 'customer',
        technicianId: uuidv7(), handedInAt: (await this.service.now()).toISOString(),
      }, { storeId: visit.storeId });
    }
  }

  async settled(visit: TestVisit, { customerSigned = true, lines = visit.lines } = {}) {
    const { storeId, visitId, vehicleId, repairOrder } = visit;
    await this.service.hear(VisitSettled, { visitId, vehicleId, customerId: visitId, repairOrder, version: 1, lines: [...lines], shares: [], customerSigned, settledAt: (await this.service.now()).toISOString() }, { storeId });
  }

  /** From agreement to settlement: all that a claim needs. */
  async wholeVisit(lines: readonly EstimateLine[], more: { storeId?: string } = {}): Promise<TestVisit> {
    const visit = this.visit(await this.car(), lines, more);
    await this.authorised(visit);
    await this.completed(visit);
    await this.oldParts(visit);
    await this.settled(visit);
    return visit;
  }

  async claimOf(visit: TestVisit): Promise<{ id: string; version: number; number: string; state: string; submitBy: Date | null }> {
    const [row] = await this.service.rows('select id, version, number, state, submit_by from claim where visit_id = $1', [visit.visitId]);
    return (row && { ...row, submitBy: row['submit_by'] }) as never;
  }

  /** One move at HTTP, with the version as it is now. */
  async move(visit: TestVisit, verb: string, { as = this.org.a.staff['claims-clerk'], body = undefined as object | undefined, ifMatch = undefined as number | undefined, key = undefined as string | undefined } = {}) {
    const claim = await this.claimOf(visit);
    return this.service.http(`POST /stores/${visit.storeId}/claims/${claim.id}/${verb}`, { as, body, ifMatch: ifMatch ?? claim.version, ...(key && { key }) });
  }

  /** Waits for what the maker's calls bring about. */
  async until<T>(look: () => Promise<T>, holds: (value: T) => boolean, withinMs = 10_000): Promise<T> {
    for (const end = Date.now() + withinMs; ; ) {
      const value = await look();
      if (holds(value)) return value;
      if (Date.now() > end) throw new Error(`still ${JSON.stringify(value)}`);
      await new Promise((done) => setTimeout(done, 25));
    }
  }

  async claimIs(visit: TestVisit, state: string): Promise<void> {
    await this.until(() => this.claimOf(visit), (claim) => claim.state === state);
  }
}
