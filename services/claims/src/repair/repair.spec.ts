import fc from 'fast-check';
import { authorised, comesAt, completed, completedAt, excluded, faultFound, hasCome, jobOpened, oldPart, opened, promiseMoved, settled, unknownRepair, waitsFor, type Repair } from './repair';

const instant = (hours: number) => new Date(Date.UTC(2026, 2, 10, hours)).toISOString();
const line = (lineId: string, payer: 'warranty' | 'customer') => ({ lineId, kind: 'labour' as const, partNumber: 'P-1', quantity: 1000, unitPrice: { amount: 5, currency: 'CNY' }, amount: { amount: 5, currency: 'CNY' }, payer, faultCode: 'B1' });
const car = { visitId: 'v', vehicleId: 'car', customerId: 'c', repairOrder: 'RO-1', brand: 'nova', mileage: 100 } as never;
const authorise = (version: number, hours: number, payers: ('warranty' | 'customer')[]) => (repair: Repair) =>
  authorised(repair, { ...(car as object), version, lines: payers.map((payer, i) => line(`l${i}`, payer)), authorisedAt: instant(hours), promisedAt: instant(hours + 4) } as never, 'Asia/Taipei');

const done = (hours: number, lineIds: string[], unfinishedLineIds: string[] = []) => (repair: Repair) =>
  completed(repair, { completedAt: instant(hours), operations: lineIds.map((lineId) => ({ lineId, faultCode: null })), unfinishedLineIds, replacedParts: [{ lineId: 'l0', partNumber: 'P-1', quantity: 1000 }], checks: [], evidenceIds: ['c', 'a'] } as never);

const floor = (...codes: string[]) => (repair: Repair) => jobOpened(repair, { operations: codes.map((operationCode, i) => ({ lineId: `l${i}`, operationCode, skill: 'general', bayType: 'lift', flatHours: 1 })) } as never);

type Change = (repair: Repair) => Repair;
// Each topic keeps its own order; between them any order may come.
const topics: Change[][] = [
  [(repair) => opened(repair, car), authorise(1, 1, ['customer']), authorise(2, 3, ['customer', 'warranty']), authorise(3, 5, ['warranty', 'warranty']), (repair) => promiseMoved(repair, { promisedAt: instant(25) } as never), (repair) => settled(repair, { lines: [line('l0', 'warranty')], customerSigned: true } as never)],
  [
    (repair) => faultFound(repair, { faultId: 'f1', evidenceIds: ['b', 'a'] } as never),
    floor('MND', 'MND'),
    done(20, ['l0']),
    floor('NEW', 'MND'),
    done(30, ['l0'], ['l1']),
  ],
  [
    (repair) => waitsFor(repair, [{ lineId: 'l0', eta: null }, { lineId: 'l1', eta: instant(9) }]),
    (repair) => comesAt(repair, [{ lineId: 'l0', eta: instant(20) }]),
    (repair) => oldPart(repair, { lineId: 'l0', tag: 'T1', custody: 'claims' } as never),
    (repair) => hasCome(repair, ['l1']),
  ],
];
const run = (changes: Change[]) => changes.reduce((repair, change) => change(repair), unknownRepair);
const expected = run(topics.flat());

describe('a repair', () => {
  it('CLM-2 begins at the first agreement with a warranty line, on the store’s day, and ends with its completion', () => {
    expect(expected).toMatchObject({ agreedAt: new Date(instant(3)), agreedOn: '2026-03-10', completions: [{ at: instant(20), lineIds: [] }, { at: instant(30), lineIds: ['l0', 'l1'] }], estimateVersion: 3, promisedAt: new Date(instant(25)), waiting: [{ lineId: 'l0', eta: instant(20) }], photos: ['a', 'b', 'c'] });
    expect(completedAt(expected)).toEqual(new Date(instant(30)));
    expect(authorise(1, 17, ['warranty'])(unknownRepair).agreedOn).toBe('2026-03-11'); // past midnight in Taipei
    expect(authorise(1, 1, ['customer'])(unknownRepair).agreedAt).toBeNull();
  });

  it('CLM-2 is over when the last of its labour is done or left: an add-on lets it run again, the customer’s own work does not', () => {
    const of = (...changes: Change[]) => completedAt(run(changes))?.toISOString() ?? null;
    expect(of(authorise(1, 1, ['warranty']))).toBeNull();
    expect(of(authorise(1, 1, ['warranty']), done(2, ['l0']))).toBe(instant(2));
    expect(of(authorise(1, 1, ['warranty']), done(2, ['l0']), authorise(2, 3, ['warranty', 'warranty']))).toBeNull();
    expect(of(authorise(1, 1, ['warranty']), done(2, ['l0']), authorise(2, 3, ['warranty', 'warranty']), done(9, ['l0'], ['l1']))).toBe(instant(9));
    expect(of(authorise(1, 1, ['warranty']), done(2, ['l0']), authorise(2, 3, ['warranty', 'customer']), done(9, ['l0', 'l1']))).toBe(instant(2));
    expect(of(authorise(1, 1, ['customer']), done(2, ['l0']), authorise(2, 3, ['customer', 'warranty']))).toBeNull();
    const partAlone = (repair: Repair): Repair => ({ ...repair, lines: repair.lines.map((one) => ({ ...one, kind: 'part' })) });
    expect(of(authorise(1, 1, ['warranty']), partAlone, done(2, []))).toBe(instant(2));
  });

  it('CLM-2 ends the same in whatever order the topics come', () => {
    fc.assert(fc.property(fc.shuffledSubarray(topics.flatMap((list, topic) => list.map(() => topic)), { minLength: topics.flat().length }), (order) => {
      const next = topics.map(() => 0);
      expect(run(order.map((topic) => topics[topic]![next[topic]!++]!))).toEqual(expected);
    }));
  });

  it('CLM-2 the same fact again changes nothing', () => {
    for (const change of topics.flat()) expect(change(change(unknownRepair))).toEqual(change(unknownRepair));
  });

  it('CLM-4 an old part that goes to the customer is no evidence', () => {
    expect(oldPart(unknownRepair, { lineId: 'l0', tag: 'T', custody: 'customer' } as never).tags).toEqual([]);
  });

  it('CLM-2 only what the pack names is left out, and only inside the repair', () => {
    const now = new Date(instant(40));
    const out = (from: number, to: number, reason = 'rescue-road') => () => excluded(expected, { reason, from: instant(from), to: instant(to), by: 'p' }, ['rescue-road'], now);
    expect(out(3, 30)().excluded).toHaveLength(1);
    expect(out(3, 30, 'waiting-for-parts')).toThrow(expect.objectContaining({ code: 'standing.exclusion-of-the-pack' }));
    for (const [from, to] of [[2, 30], [3, 31], [9, 9], [10, 9]] as const) expect(out(from, to)).toThrow(expect.objectContaining({ code: 'standing.exclusion-inside-repair' }));
  });
});
