import { randomUUID } from 'node:crypto';
import { at, staff, type Car } from './cast';
import type { Stage } from './stage';

const stations = [
  'left-front-door', 'left-front-wing', 'front', 'right-front-wing', 'right-front-door', 'right-rear-door', 'right-rear-wing', 'rear', 'left-rear-wing', 'left-rear-door', 'roof',
  'engine-bay', 'spare-wheel', 'interior', 'electrics', 'warning-lights',
];

/** Doors of one visit at the desk, always with the version as it is. */
export class VisitAtDesk {
  constructor(private readonly stage: Stage, readonly visitId: string) {}

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
  async checkIn(car: Car, mileage: number): Promise<void> {
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
  constructor(private readonly stage: Stage, readonly jobId: string) {}

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
}

/** Parts for lines of a visit, from the shelf to the technician's hands, every paper first. */
export async function issueParts(stage: Stage, visitId: string, lines: readonly { lineId: string; quantity: number; payer: string; exempt: boolean }[]): Promise<void> {
  const asked = await stage.ask('technician.a', `POST ${at('parts')}/requisitions`, { body: { visitId, lines: lines.map(({ lineId, quantity }) => ({ lineId, quantity })) } });
  const path = `${at('parts')}/requisitions/${asked.id}`;
  const move = (login: string, verb: string, body?: object): Promise<any> => stage.move(login, path, verb, body, { as: 'parts-keeper.a' });
  for (const { lineId, payer, exempt } of lines) if (!exempt) await move('parts-keeper.a', 'hand-in', { lineId, tag: `OLD-${lineId.slice(-6)}`, ...(payer !== 'warranty' && { agreed: 'customer' }) });
  await move('advisor.a', 'countersign');
  if (lines.some(({ payer }) => payer === 'warranty')) await move('claims-clerk.a', 'sign-claims');
  await move('parts-keeper.a', 'issue');
}

/** What lies reserved for a holder goes to its shelf. */
export async function pick(stage: Stage, holder: (row: any) => boolean): Promise<void> {
  const { rows } = await stage.ask('parts-keeper.a', `GET ${at('parts')}/reservations?show=to-pick&limit=100`);
  const mine = rows.filter(holder);
  for (const reservationId of new Set<string>(mine.map((row: any) => row.reservationId))) {
    await stage.move('parts-keeper.a', `${at('parts')}/reservations/${reservationId}`, 'pick', { lineIds: mine.filter((row: any) => row.reservationId === reservationId).map((row: any) => row.lineId) });
  }
}
