import { addDays } from '@aftersales/calendar/local-time';
import fc from 'fast-check';
import { unknownRepair, type WarrantyLine } from '../repair/repair';
import { packOf } from './rule-packs';
import { assess, isNear, type AgreedRepair, type CarFile } from './standing';

const day = 24 * 3600_000;
const sold = '2025-03-01';
const car: CarFile = { market: 'CN', use: 'household', saleDate: sold };
const on = (date: string, time = '09:00') => new Date(`${date}T${time}:00Z`);
const line = (more: Partial<WarrantyLine> = {}): WarrantyLine => ({ lineId: '1', kind: 'labour', faultCode: 'B1', partNumber: null, safety: false, amount: { amount: 1, currency: 'CNY' }, ...more });
let n = 0;
const repair = (date: string, days: number | null, more: Partial<AgreedRepair> = {}): AgreedRepair => ({
  ...unknownRepair, id: `r${String(++n).padStart(4, '0')}`, lines: [line()], mileage: 1_000, agreedAt: on(date), agreedOn: date, promisedAt: on(date, '18:00'), completions: days === null ? [] : [{ at: new Date(on(date).getTime() + days * day).toISOString(), lineIds: ['1', '2', '3'] }], ...more,
});
const look = (repairs: AgreedRepair[], now = on('2026-06-01'), file = car, parts: [string, string][] = []) => assess(file, repairs, new Map(parts), now);
const reading = (found: ReturnType<typeof look>, limit: string, of?: string) => found.readings.find((one) => one.limit === limit && (of === undefined || one.of === of));

describe('the rule pack', () => {
  it.each([
    ['CN', '2022-01-01', 'CN-2022'], ['CN', '2021-12-31', 'CN-2013'], ['CN', '2013-10-01', 'CN-2013'], ['CN', '2013-09-30', undefined], ['TW', '2021-01-01', 'TW-2021'], ['TW', '2020-12-31', undefined],
    ['US', '2025-01-01', undefined], ['CN', null, undefined], [null, '2025-01-01', undefined],
  ])('CLM-1 of market %s sold on %s is %s', (market, saleDate, name) => expect(packOf(market, saleDate)?.name).toBe(name));

  it('CLM-1 CN-2022: repair cover 3 years or 60,000 km, three guarantees 2 years or 50,000 km, both to their last day', () => {
    expect(look([]).standing).toMatchObject({ rulePack: 'CN-2022', threeGuarantees: true, repairCover: { until: '2028-03-01', untilKm: 60_000 }, threeGuaranteePeriod: { until: '2027-03-01', untilKm: 50_000 }, daysInRepairLimit: 30 });
    expect(look([], on('2026-06-01'), { ...car, saleDate: '2024-02-29' }).standing).toMatchObject({ repairCover: { until: '2027-02-28' }, threeGuaranteePeriod: { until: '2026-02-28' } });
  });

  it('CLM-2 only household cars have three guarantees', () => {
    for (const use of ['commercial', 'unknown'] as const) {
      const found = look([repair('2025-05-01', 40)], on('2026-06-01'), { ...car, use });
      expect(found.standing).toMatchObject({ rulePack: 'CN-2022', threeGuarantees: false, threeGuaranteePeriod: { until: null, untilKm: null }, daysInRepair: 0, daysInRepairLimit: null });
      expect(found.readings).toEqual([]);
    }
  });

  it('CLM-1 TW-2021 has a repair warranty of 1 year or 20,000 km and no three guarantees', () => {
    expect(look([], on('2026-06-01'), { ...car, market: 'TW' }).standing).toMatchObject({ rulePack: 'TW-2021', threeGuarantees: false, repairCover: { until: '2026-03-01', untilKm: 20_000 } });
  });

  it('CLM-2 CN-2013 begins its rights above 35 days and 5 repairs', () => {
    const found = look([repair('2021-06-01', 2)], on('2022-01-01'), { ...car, saleDate: '2021-03-01' });
    expect([reading(found, 'days-in-repair')!.threshold, reading(found, 'same-fault')!.threshold]).toEqual([35, 5]);
  });
});

describe('the ledger', () => {
  it.each([
    ['the last day', '2027-03-01', 50_000, 3], ['a day late', '2027-03-02', 50_000, 0], ['the last kilometre', '2026-01-01', 50_000, 3], ['a kilometre more', '2026-01-01', 50_001, 0], ['before the sale', '2025-02-28', 0, 0],
  ])('CLM-2 a repair agreed %s counts or not', (_name, date, mileage, days) => expect(look([repair(date, 3, { mileage })], on('2027-06-01')).standing.daysInRepair).toBe(days));

  it('CLM-2 the forecast: day 27 of 30 when the part arrives', () => {
    const now = on('2025-07-10', '10:00');
    const open = repair('2025-07-08', null, { waiting: [{ lineId: '1', eta: '2025-07-14T08:00:00.000Z' }, { lineId: '2', eta: '2025-07-09T08:00:00.000Z' }] });
    const found = look([repair('2025-05-01', 21), open], now);
    expect(reading(found, 'days-in-repair')).toMatchObject({ value: 24, forecast: 27, threshold: 30, forecastAt: on('2025-07-14', '08:00') });
  });

  it('CLM-2 nobody knows when the part comes: there is no forecast; a promise that passed says now', () => {
    const now = on('2025-07-10', '10:00');
    expect(reading(look([repair('2025-07-08', null, { waiting: [{ lineId: '1', eta: null }] })], now), 'days-in-repair')).toMatchObject({ value: 3, forecast: null, forecastAt: null });
    expect(reading(look([repair('2025-07-08', null)], now), 'days-in-repair')).toMatchObject({ value: 3, forecast: 3, forecastAt: now });
  });

  it('CLM-2 the same fault counts once a repair, in any store, and an unfinished line not at all', () => {
    const twoLines = [line(), line({ lineId: '2', kind: 'part', partNumber: 'P' })];
    const found = look([repair('2025-05-01', 1, { lines: twoLines }), repair('2025-06-01', 1, { lines: [line(), line({ lineId: '3', faultCode: 'C9' })], unfinished: ['3'] }), repair('2026-05-31', null)]);
    expect(found.standing.sameFault).toEqual([{ of: 'B1', count: 2, limit: 4 }]);
    expect(reading(found, 'same-fault', 'B1')).toMatchObject({ value: 2, forecast: 3 });
  });

  it('CLM-2 an assembly counts once a repair, its main parts with it; what is agreed is forecast', () => {
    const parts: [string, string][] = [['E1', 'engine'], ['E2', 'engine'], ['R', 'radio']];
    const lines = [line({ kind: 'part', partNumber: 'E1' }), line({ lineId: '2', kind: 'part', partNumber: 'E2' }), line({ lineId: '3', kind: 'part', partNumber: 'R' })];
    const replaced = [{ lineId: '1', partNumber: 'E1' }, { lineId: '2', partNumber: 'E2' }, { lineId: '3', partNumber: 'R' }];
    const found = look([repair('2025-05-01', 1, { lines, replaced }), repair('2026-05-30', null, { lines: [lines[0]!] })], on('2026-06-01'), car, parts);
    expect(found.standing.assemblies).toEqual([{ of: 'engine', count: 1, limit: 2 }]);
    expect(reading(found, 'assembly', 'engine')).toMatchObject({ value: 1, forecast: 2 });
  });

  it('CLM-2 a safety repair has failed when the car is agreed to be repaired for safety again', () => {
    const lines = [line({ safety: true })];
    const once = look([repair('2025-05-01', 1, { lines })]);
    expect([reading(once, 'safety')!.value, once.standing.failedSafetyRepairs]).toEqual([0, []]);
    const again = look([repair('2025-05-01', 1, { lines }), repair('2025-06-01', 1, { lines: [line({ faultCode: 'C7', safety: true })] }), repair('2025-07-01', null, { lines })]);
    expect(again.standing.failedSafetyRepairs).toEqual([{ of: 'safety', count: 2, limit: 2 }]);
  });

  it.each([
    ['an assembly on day 7', 7, 9_000, 'assembly', 1], ['an assembly on day 8', 8, 100, 'assembly', 0],
    ['a safety fault on day 60 at 3,000 km', 60, 3_000, 'safety', 1], ['a safety fault on day 61', 61, 100, 'safety', 0], ['a safety fault at 3,001 km', 10, 3_001, 'safety', 0],
  ])('CLM-2 early rights: %s', (_name, days, mileage, what, count) => {
    const lines = [what === 'safety' ? line({ safety: true }) : line({ kind: 'part', partNumber: 'G' })];
    const found = look([repair(addDays(sold, days), 1, { lines, mileage, replaced: [{ lineId: '1', partNumber: 'G' }] })], on('2025-06-01'), car, [['G', 'gearbox']]);
    expect(found.readings.filter(({ limit, of }) => limit === 'early-rights' && of === what)).toHaveLength(count);
  });

  it.each([['a millisecond before day 6', 5 * day - 1, 0], ['day 6', 5 * day, 1]])('CLM-2 a loaner is owed from %s of one repair', (_name, ms, count) => {
    const open = repair('2025-07-01', null);
    expect(look([open], new Date(open.agreedAt.getTime() + ms)).readings.filter(({ limit }) => limit === 'loaner-day-6')).toHaveLength(count);
  });

  it('CLM-3 a limit is near from the policy’s share, counted whole', () => {
    const near = (value: number, threshold: number, forecast: number | null = null) => isNear({ limit: 'days-in-repair', of: null, value, threshold, forecast, forecastAt: null }, 80);
    expect([near(23, 30), near(24, 30), near(10, 30, 24), near(2, 4), near(3, 4), near(0, 2), near(1, 2)]).toEqual([false, true, true, false, true, false, true]);
  });

  it('CLM-2 the order of hearing and of stores plays no part, and no repair makes a count smaller', () => {
    const some = fc.array(fc.record({ start: fc.integer({ min: 0, max: 700 }), days: fc.option(fc.integer({ min: 1, max: 9 })), fault: fc.constantFrom('A', 'B'), safety: fc.boolean() }), { maxLength: 6 })
      .map((rows) => rows.map(({ start, days, fault, safety }, i): AgreedRepair => ({ ...repair(addDays(sold, start), days, { lines: [line({ faultCode: fault, safety })] }), id: `r${i}` })));
    fc.assert(fc.property(some, fc.integer(), (repairs, seed) => {
      const shuffled = repairs.map((one, i) => ({ one, key: (i * 7919 + seed) % 13 })).sort((a, b) => a.key - b.key).map(({ one }) => one);
      const now = on('2027-06-01');
      expect(look(shuffled, now).standing).toEqual(look(repairs, now).standing);
      for (let i = 0; i < repairs.length; i++) {
        const [fewer, all] = [look(repairs.slice(0, i), now).standing, look(repairs, now).standing];
        expect(all.daysInRepair).toBeGreaterThanOrEqual(fewer.daysInRepair);
        for (const { of, count } of fewer.sameFault) expect(all.sameFault.find((one) => one.of === of)!.count).toBeGreaterThanOrEqual(count);
      }
    }));
  });
});
