import fc from 'fast-check';
import { clockedHours, type Clocked, type Split } from './split';

const hour = 3_600_000;
const on = (staffId: string, operation: string, from: number, to: number | null, flatHours = 1000): Clocked => ({ staffId, operation, flatHours, from: from * hour, to: to === null ? null : to * hour });
const ended = (one: Clocked) => one as Clocked & { to: number };
const even: Split = { oneOnTwoCars: 'even', twoOnOne: 'each-own' };

describe('the split rule', () => {
  it('WRK-5 alone it is the time itself', () => {
    expect(clockedHours(ended(on('t', 'a', 0, 1.5)), [], even)).toBe(1500);
    expect(clockedHours(ended(on('t', 'a', 1, 1)), [], even)).toBe(0);
  });

  it('WRK-5 one on two cars: only the time they share is split, evenly or by flat hours', () => {
    const [a, b] = [ended(on('t', 'a', 0, 2, 3000)), ended(on('t', 'b', 1, 3, 1000))];
    expect([clockedHours(a, [b], even), clockedHours(b, [a], even)]).toEqual([1500, 1500]);
    const byFlat: Split = { ...even, oneOnTwoCars: 'by-flat-hours' };
    expect([clockedHours(a, [b], byFlat), clockedHours(b, [a], byFlat)]).toEqual([1750, 1250]);
    expect(clockedHours(ended(on('t', 'a', 0, 2, 0)), [on('t', 'b', 0, 2, 0)], byFlat)).toBe(1000);
  });

  it('WRK-5 one that still runs shares what it has up to now', () => {
    expect(clockedHours(ended(on('t', 'a', 0, 2)), [on('t', 'b', 1, null)], even)).toBe(1500);
  });

  it('WRK-5 two on one operation: each in full, or the hour shared', () => {
    const [mine, other] = [ended(on('t', 'a', 0, 2)), on('u', 'a', 1, null)];
    expect(clockedHours(mine, [other], even)).toBe(2000);
    expect(clockedHours(mine, [other], { ...even, twoOnOne: 'even' })).toBe(1500);
  });

  it('WRK-5 however many cars at once, a technician never clocks more, nor less, than the time spent', () => {
    const stretches = fc.array(fc.record({ operation: fc.constantFrom('a', 'b', 'c'), from: fc.integer({ min: 0, max: 500 }), long: fc.integer({ min: 0, max: 500 }), flatHours: fc.integer({ min: 0, max: 5000 }) }), { minLength: 1, maxLength: 8 });
    fc.assert(fc.property(stretches, fc.constantFrom('even' as const, 'by-flat-hours' as const), (drawn, oneOnTwoCars) => {
      const all = drawn.map(({ operation, from, long, flatHours }, i) => ended({ staffId: 't', operation: `${operation}${i}`, flatHours, from: from * 60_000, to: (from + long) * 60_000 }));
      const positive = all.every(({ flatHours }) => flatHours > 0);
      if (oneOnTwoCars === 'by-flat-hours' && !positive) return; // a stretch of no flat hours takes nothing beside others: sums are tested with positive ones
      const sum = all.reduce((hours, one) => hours + clockedHours(one, all.filter((other) => other !== one), { oneOnTwoCars, twoOnOne: 'each-own' }), 0);
      const spent = new Set(all.flatMap(({ from, to }) => Array.from({ length: (to - from) / 60_000 }, (_, i) => from / 60_000 + i))).size;
      expect(Math.abs(sum - (spent / 60) * 1000)).toBeLessThanOrEqual(all.length);
    }));
  });
});
