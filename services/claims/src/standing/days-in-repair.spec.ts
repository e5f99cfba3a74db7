import fc from 'fast-check';
import { countedMs, daysInRepair, nextDayAt, type Stretch } from './days-in-repair';

const at = (text: string) => new Date(`2026-03-${text}:00Z`);
const minute = 60_000;

/** Minute by minute, as somebody with a ruler would. */
function oracle({ from, to }: Stretch, leftOut: readonly Stretch[]): number {
  let minutes = 0;
  for (let now = from.getTime(); now < to.getTime(); now += minute) if (!leftOut.some((out) => now >= out.from.getTime() && now < out.to.getTime())) minutes++;
  let days = 0;
  while (minutes > 0) {
    days++;
    minutes -= 24 * 60;
  }
  return Math.max(days, 1);
}

const stretch = (longest: number) =>
  fc.tuple(fc.integer({ min: -3000, max: 9000 }), fc.integer({ min: 0, max: longest })).map(([start, length]): Stretch => ({ from: new Date(start * minute), to: new Date((start + length) * minute) }));

describe('days in repair', () => {
  it.each([
    ['at once', '01T09:00', '01T09:00', 1],
    ['under a day', '01T09:00', '01T17:00', 1],
    ['over midnight, still one', '01T17:00', '02T09:00', 1],
    ['24 hours to the minute', '01T09:00', '02T09:00', 1],
    ['a minute more', '01T09:00', '02T09:01', 2],
    ['30 days to the minute', '01T09:00', '31T09:00', 30],
  ])('CLM-2 %s', (_name, from, to, days) => expect(daysInRepair({ from: at(from), to: at(to) }, [])).toBe(days));

  it('CLM-2 what is left out does not count, and the repair stays a day', () => {
    expect(daysInRepair({ from: at('01T09:00'), to: at('04T09:00') }, [{ from: at('02T09:00'), to: at('03T09:00') }])).toBe(2);
    expect(daysInRepair({ from: at('01T09:00'), to: at('04T09:00') }, [{ from: at('01T09:00'), to: at('04T09:00') }])).toBe(1);
  });

  it('CLM-2 equals the count minute by minute, whatever overlaps what', () => {
    fc.assert(fc.property(stretch(6000), fc.array(stretch(2500), { maxLength: 5 }), (repair, leftOut) => {
      expect(daysInRepair(repair, leftOut)).toBe(oracle(repair, leftOut));
    }), { numRuns: 300 });
  });

  it('CLM-2 the next day begins exactly when the count goes up', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 8000 }), fc.array(stretch(2500), { maxLength: 3 }), (minutes, outs) => {
      const [from, now] = [new Date(0), new Date(minutes * minute)];
      const leftOut = outs.filter(({ to }) => to <= now); // only what is over is recorded
      const next = nextDayAt({ from }, leftOut, now);
      expect(daysInRepair({ from, to: next }, leftOut)).toBe(daysInRepair({ from, to: now }, leftOut) + 1);
      expect(daysInRepair({ from, to: new Date(next.getTime() - 1) }, leftOut)).toBe(daysInRepair({ from, to: now }, leftOut));
    }));
  });

  it('CLM-2 leaving more out never counts more', () => {
    fc.assert(fc.property(stretch(6000), fc.array(stretch(2500), { maxLength: 4 }), stretch(2500), (repair, leftOut, more) => {
      expect(countedMs(repair, [...leftOut, more])).toBeLessThanOrEqual(countedMs(repair, leftOut));
      expect(countedMs(repair, leftOut)).toBeLessThanOrEqual(Math.max(0, repair.to.getTime() - repair.from.getTime()));
    }));
  });
});
