import { randomUUID } from 'node:crypto';
import { at, hour, maintenance, staff, type Car } from './cast';
import type { Stage } from './stage';

/** All that a person at a door needs: the fault tests' driver has its own, which does not give up. */
type AtDoors = Pick<Stage, 'ask' | 'move'>;

const stations = [
  'left-front-door', 'left-front-wing', 'front', 'right-front-wing', 'right-front-door', 'right-rear-door', 'right-rear-wing', 'rear', 'left-rear-wing', 'left-rear-door', 'roof',
  'engine-bay', 'spare-wheel', 'interior', 'electrics', 'warning-lights',
];

/** Doors of one visit at the desk, always with the version as it is. */
export class VisitAtDesk {
  constructor(private readonly stage: AtDoors, readonly visitId: string) {}

  get path(): string {
    return `${at('reception')}/visits/${this.visitId}`;
  }

  look(): Promise<any> {
    return this.stage.ask('advisor.a', `GET ${this.path}`);
  }

  async move(verb: string, body?: object, login = 'advisor.a'): Promise<any> {
    return this.stage.move(login, this.path, verb, body, { as: 'advisor.a' });
  }

  /** The car read round and signed for. */
  async checkIn(car: Pick<Car, 'vin'>, mileage: number): Promise<void> {
    await this.move('check-in', {
      kind: 'maintenance', vin: car.vin, mileage, mileageReason: null, fuelEighths: 5,
      walkAround: stations.map((station) => ({ station, ok: station !== 'rear', marks: station === 'rear' ? [{ kind: 'scratch', x: 420, y: 610, photoIds: [randomUUID()], note: null }] : [], finding: null })),
      valuables: [{ what: '行车记录仪', kept: 'in-car' }], protectionLaid: true, keys: 1, papers: ['vehicle-licence', 'maintenance-book'], keyTag: 'A-07',
      concern: '两万公里保养；堵车时水温偏高', concernCodes: ['maintenance', 'overheating'], diagnosis: null, roadTest: { byId: staff('technician.a'), withCustomer: true, kilometres: 3, finding: '水温 108 度' },
      oldParts: 'hand-over', waiting: false, contactId: null,
    });
    await this.move('open', { readBack: true, signatureId: randomUUID() });
  }

  async estimate(n: number): Promise<any> {
    return this.stage.ask('advisor.a', `GET ${this.path}/estimates/${n}`);
  }

  /** The answers of a person at the desk: yes to all that is open but `no`. */
  async sign(n: number, no: (line: any) => boolean = () => false): Promise<any> {
    const offer = await this.estimate(n);
    const answers = offer.lines.filter((line: any) => line.standing === 'open').map((line: any) => (no(line) ? { lineId: line.lineId, yes: false, reason: 'too-expensive' } : { lineId: line.lineId, yes: true }));
    return this.move(`estimates/${n}/answer`, { how: 'signed', shownHash: offer.shownHash, signatureId: randomUUID(), answers });
  }
}

/** Doors of its job on the floor. */
export class JobOnFloor {
  constructor(private readonly stage: AtDoors, readonly jobId: string) {}

  get path(): string {
    return `${at('workshop')}/jobs/${this.jobId}`;
  }

  look(): Promise<any> {
    return this.stage.ask('workshop-manager.a', `GET ${this.path}`);
  }

  async move(login: string, verb: string, body?: object): Promise<any> {
    return this.stage.move(login, this.path, verb, body, { as: 'workshop-manager.a' });
  }

  async work(login: string, lineId: string): Promise<void> {
    await this.move(login, 'clock-on', { lineId });
    await this.move(login, 'clock-off', { lineId, finished: true });
  }

  /** A photo of what the technician sees, kept with the job. */
  async photo(login: string, of: string): Promise<string> {
    const { id } = await this.stage.ask(login, `POST ${this.path}/evidence`, { body: { kind: 'photo', contentType: 'image/png', content: Buffer.from(`a photo of ${of}`).toString('base64') } });
    return id;
  }

  /** The last check passed, washed, parked. */
  async finish(): Promise<void> {
    await this.move('technical-director.a', 'pass-check', { check: 'final' });
    await this.move('driver.a', 'wash');
    await this.move('driver.a', 'park', { place: 'P-12' });
  }
}

/** Coverage of the warranty lines of a draft, decided by claims clerk and technical director. */
export async function covered(stage: Stage, visit: VisitAtDesk, n: number): Promise<void> {
  const coverage = await stage.until('the coverage case', async () => (await stage.ask('claims-clerk.a', `GET ${at('claims')}/coverages?visitId=${visit.visitId}`)).coverages[0]);
  const assessed = await stage.ask('claims-clerk.a', `POST ${at('claims')}/coverages/${coverage.coverageId}/assess`, { ifMatch: coverage.version, body: { lines: coverage.lines.map(({ lineId }: any) => ({ lineId, covered: true })) } });
  await stage.ask('technical-director.a', `POST ${at('claims')}/coverages/${coverage.coverageId}/confirm`, { ifMatch: assessed.version });
  await stage.fact('claims.coverage-decided', (data) => data.visitId === visit.visitId);
  await stage.until('the desk has heard it', async () => (await visit.estimate(n)).allowed.includes('offer'));
}

/** The advisor's check, settlement, the customer's payment, the key handed over. */
export async function handedOver(stage: Stage, visit: VisitAtDesk, oldParts: 'handed-over' | 'none'): Promise<{ settled: any; delivered: any }> {
  await stage.until('the desk has heard of the completion', async () => (await visit.look()).allowed.includes('pass'));
  await visit.move('pass');
  const settled = await visit.move('settle', { signatureId: randomUUID() }, 'cashier.a');
  await stage.ask('cashier.a', `POST ${visit.path}/payments`, { body: { payer: 'customer', method: 'card', tendered: settled.shares[0].owed, reference: 'POS-0042' } });
  await visit.move('deliver', { oldParts, valuablesReturned: true, nextServiceTold: true });
  const { data: delivered } = await stage.fact('reception.visit-delivered', (one) => one.visitId === visit.visitId);
  return { settled, delivered };
}

/** A whole visit without a finding, from the gate to the way home: maintenance for the customer, and what else is asked for; labour only. */
export async function served(stage: Stage, visit: VisitAtDesk, car: Pick<Car, 'vin'>, more: readonly object[] = []): Promise<any> {
  await visit.checkIn(car, 12_000);
  const draft = await visit.move('estimates', { lines: [{ kind: 'labour', payer: 'customer', ...maintenance }, ...more] });
  if (more.length) await covered(stage, visit, draft.n);
  await visit.move(`estimates/${draft.n}/offer`, { promisedAt: new Date((await stage.now()).getTime() + 7 * hour).toISOString() });
  await visit.sign(draft.n);
  const lines = (await stage.fact('reception.visit-authorised', (data) => data.visitId === visit.visitId)).data.lines.map(({ lineId }: any) => lineId);
  const job = new JobOnFloor(stage, (await stage.fact('workshop.job-opened', (data) => data.visitId === visit.visitId)).data.jobId);
  await job.move('workshop-manager.a', 'assign', { lineIds: lines, technicianIds: [staff('technician.a')], briefing: '保养' });
  for (const lineId of lines) await job.work('technician.a', lineId);
  await job.move('technician.a', 'pass-check', { check: 'own' });
  await job.move('inspector.a', 'pass-check', { check: 'team' });
  await job.finish();
  return (await handedOver(stage, visit, 'none')).delivered;
}

/** Parts for lines of a visit, from the shelf to the technician's hands, every paper first. */
export async function issueParts(stage: AtDoors, visitId: string, lines: readonly { lineId: string; quantity: number; payer: string; exempt: boolean }[]): Promise<void> {
  const asked = await stage.ask('technician.a', `POST ${at('parts')}/requisitions`, { body: { visitId, lines: lines.map(({ lineId, quantity }) => ({ lineId, quantity })) } });
  const path = `${at('parts')}/requisitions/${asked.id}`;
  const move = (login: string, verb: string, body?: object): Promise<any> => stage.move(login, path, verb, body, { as: 'parts-keeper.a' });
  for (const { lineId, payer, exempt } of lines) if (!exempt) await move('parts-keeper.a', 'hand-in', { lineId, tag: `OLD-${lineId.slice(-6)}`, ...(payer !== 'warranty' && { agreed: 'customer' }) });
  await move('advisor.a', 'countersign');
  if (lines.some(({ payer }) => payer === 'warranty')) await move('claims-clerk.a', 'sign-claims');
  await move('parts-keeper.a', 'issue');
}

/** What lies reserved for a holder goes to its shelf. */
export async function pick(stage: AtDoors, holder: (row: any) => boolean): Promise<void> {
  const { rows } = await stage.ask('parts-keeper.a', `GET ${at('parts')}/reservations?show=to-pick&limit=100`);
  const mine = rows.filter(holder);
  for (const reservationId of new Set<string>(mine.map((row: any) => row.reservationId))) {
    await stage.move('parts-keeper.a', `${at('parts')}/reservations/${reservationId}`, 'pick', { lineIds: mine.filter((row: any) => row.reservationId === reservationId).map((row: any) => row.lineId) });
  }
}
