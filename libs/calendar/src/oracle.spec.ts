// The working-time arithmetic against a naive one: a table of minutes around the nights the clock changes, counted one by one.
import fc from 'fast-check';
import { countedIn, explain } from './steps';
import { add, between, due, isOpen, nextOpen, subtract, type Pause } from './working-time';
import type { Interval, WorkCalendar } from './work-calendar';
import { WEEKDAYS } from './local-time';

const MINUTE = 60_000;
const MINUTES = 7 * 1440;

interface Table {
  zone: string;
  start: number;
  /** Per minute: the furthest the wall clock has ever read, as [date, time]. While it is put back it has not moved on. */
  read: [string, string][];
  dates: string[];
}

function tableOf(zone: string, from: string): Table {
  const clock = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const start = Date.parse(from);
  let furthest = '';
  const read = Array.from({ length: MINUTES }, (_, i): [string, string] => {
    const now = clock.format(start + i * MINUTE);
    if (now > furthest) furthest = now;
    return [furthest.slice(0, 10), furthest.slice(12)];
  });
  return { zone, start, read, dates: [...new Set(read.map(([date]) => date))] };
}

const tables = ([
  ['Europe/Berlin', '2026-03-26T00:00:00Z'],
  ['Europe/Berlin', '2026-10-22T00:00:00Z'],
  ['America/New_York', '2026-03-05T00:00:00Z'],
  ['America/New_York', '2026-10-29T00:00:00Z'],
  ['Asia/Taipei', '2026-02-12T00:00:00Z'],
  ['Asia/Shanghai', '1988-04-14T00:00:00Z'],
  ['Asia/Shanghai', '1988-09-08T00:00:00Z'],
  ['Australia/Lord_Howe', '2026-04-02T00:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-01T00:00:00Z'],
  ['Asia/Beirut', '2024-10-24T00:00:00Z'], // put back over midnight
] as const).map(([zone, from]) => tableOf(zone, from));

class Oracle {
  private readonly open: boolean[];

  constructor(private readonly table: Table, calendar: WorkCalendar) {
    this.open = table.read.map(([date, time]) => {
      const name = (['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const)[new Date(date).getUTCDay()]!;
      return (calendar.days[date] ?? calendar.week[name]).some(({ from, to }) => from <= time && time < to);
    });
  }

  at = (minute: number): Date => new Date(this.table.start + minute * MINUTE);
  isOpen = (minute: number): boolean => this.open[minute]!;
  between = (a: number, b: number): number => this.open.slice(a, b).filter(Boolean).length;

  add(minute: number, left: number, paused: (minute: number) => boolean = () => false): number {
    while (left > 0) if (this.open[minute++] && !paused(minute - 1)) left--;
    return minute;
  }

  subtract(minute: number, left: number): number {
    while (left > 0) if (this.open[--minute]) left--;
    return minute;
  }
}

const clockTime = (minutes: number): string => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** Cuts through the day, each piece open or not: touching intervals, night hours and 24:00 come up often. */
const intervals: fc.Arbitrary<Interval[]> = fc
  .uniqueArray(fc.oneof(fc.integer({ min: 0, max: 240 }), fc.integer({ min: 0, max: 1440 }), fc.constantFrom(0, 1440)), { maxLength: 6 })
  .chain((cuts) => {
    const sorted = cuts.toSorted((a, b) => a - b);
    return fc.array(fc.boolean(), { minLength: sorted.length, maxLength: sorted.length }).map((kept) =>
      sorted.slice(1).flatMap((to, i) => (kept[i] ? [{ from: clockTime(sorted[i]!), to: clockTime(to) }] : [])));
  });

const calendarIn = (table: Table): fc.Arbitrary<WorkCalendar> =>
  fc.record({
    zone: fc.constant(table.zone),
    week: fc.record(Object.fromEntries(WEEKDAYS.map((day) => [day, intervals])) as Record<(typeof WEEKDAYS)[number], typeof intervals>),
    days: fc.dictionary(fc.constantFrom(...table.dates), intervals, { maxKeys: 4, noNullPrototype: true }),
  });

const situation = fc.constantFrom(...tables).chain((table) =>
  fc.record({
    table: fc.constant(table),
    calendar: calendarIn(table),
    // not from the table's edge: before its first minute the clock may have been further
    points: fc.array(fc.integer({ min: 120, max: MINUTES }), { minLength: 2, maxLength: 6 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    pauses: fc.array(fc.tuple(fc.integer({ min: 120, max: MINUTES }), fc.integer({ min: 0, max: 2000 })), { maxLength: 4 }),
    ms: fc.integer({ min: 0, max: MINUTE - 1 }),
  }));

describe('working time, counted minute by minute', () => {
  it('TIM-1 isOpen and between agree with the count, at every point', () => {
    fc.assert(fc.property(situation, ({ table, calendar, points }) => {
      const oracle = new Oracle(table, calendar);
      for (const a of points.filter((point) => point < MINUTES)) expect(isOpen(calendar, oracle.at(a))).toBe(oracle.isOpen(a));
      const [a = 0, b = 0] = points.toSorted((x, y) => x - y);
      expect(between(calendar, oracle.at(a), oracle.at(b))).toBe(oracle.between(a, b) * MINUTE);
      expect(between(calendar, oracle.at(b), oracle.at(a)) + oracle.between(a, b) * MINUTE).toBe(0);
    }), { numRuns: 160 });
  });

  it('TIM-1 add gives the earliest instant, subtract the latest, nextOpen the first open one', () => {
    fc.assert(fc.property(situation, ({ table, calendar, points, share }) => {
      const oracle = new Oracle(table, calendar);
      const point = points[0]!;
      const ahead = Math.floor(oracle.between(point, MINUTES) * share);
      expect(add(calendar, oracle.at(point), ahead * MINUTE).at).toEqual(oracle.at(oracle.add(point, ahead)));
      const behind = Math.floor(oracle.between(120, point) * share);
      expect(subtract(calendar, oracle.at(point), behind * MINUTE).at).toEqual(oracle.at(oracle.subtract(point, behind)));
      if (oracle.between(point, MINUTES) > 0) expect(nextOpen(calendar, oracle.at(point)).at).toEqual(oracle.at(oracle.add(point, 1) - 1));
    }), { numRuns: 160 });
  });

  it('TIM-1 a promise with pauses is due when the unpaused open minutes are used up', () => {
    fc.assert(fc.property(situation, ({ table, calendar, points, share, pauses }) => {
      const oracle = new Oracle(table, calendar);
      const paused = (minute: number): boolean => pauses.some(([from, length]) => minute >= from && minute < from + length);
      const start = points[0]!;
      const usable = Array.from({ length: MINUTES - start }, (_, i) => start + i).filter((minute) => oracle.isOpen(minute) && !paused(minute)).length;
      const wanted = Math.floor(usable * share);
      const given = pauses.map(([from, length]): Pause => ({ from: oracle.at(from), to: oracle.at(from + length) }));
      const answer = due(calendar, oracle.at(start), wanted * MINUTE, given);
      expect(answer?.at).toEqual(oracle.at(oracle.add(start, wanted, paused)));
      expect(countedIn(answer?.steps ?? [])).toBe(wanted * MINUTE);

      // and with an open pause: the same instant if it had come by then, else none
      const open = points[1]!;
      const cut = due(calendar, oracle.at(start), wanted * MINUTE, [...given, { from: oracle.at(open) }]);
      expect(cut?.at ?? null).toEqual(wanted === 0 || answer!.at <= oracle.at(open) ? answer!.at : null);
    }), { numRuns: 140 });
  });
});

describe('working time, to the millisecond', () => {
  const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  /** A quarter of an hour a week: 80 hours are reached within 2,240 days, and nobody counts further than 4,000. */
  const opensEnough = ({ calendar }: { calendar: WorkCalendar }): boolean => Object.values(calendar.week).flat().reduce((sum, { from, to }) => sum + minuteOf(to) - minuteOf(from), 0) >= 15;
  const amount = fc.integer({ min: 1, max: 40 * 60 * MINUTE });
  const plus = (at: Date, ms: number): Date => new Date(at.getTime() + ms);

  it('TIM-1 between(a, add(a, d)) = d, and a millisecond earlier it is less; subtract mirrors it', () => {
    fc.assert(fc.property(situation.filter(opensEnough), amount, ({ table, calendar, points, ms }, d) => {
      const a = new Date(table.start + points[0]! * MINUTE + ms);
      const later = add(calendar, a, d);
      expect(between(calendar, a, later.at)).toBe(d);
      expect(between(calendar, a, plus(later.at, -1))).toBe(d - 1);
      const earlier = subtract(calendar, a, d);
      expect(between(calendar, earlier.at, a)).toBe(d);
      expect(between(calendar, plus(earlier.at, 1), a)).toBe(d - 1);
      for (const { steps } of [later, earlier]) expect(countedIn(steps)).toBe(d);
    }), { numRuns: 140 });
  });

  it('TIM-1 adding in two parts is adding at once; between adds up over any third instant', () => {
    fc.assert(fc.property(situation.filter(opensEnough), amount, amount, ({ table, calendar, points, ms }, d, e) => {
      const [a, b] = points.map((point) => new Date(table.start + point * MINUTE + ms)) as [Date, Date];
      expect(add(calendar, add(calendar, a, d).at, e).at).toEqual(add(calendar, a, d + e).at);
      const c = plus(a, d);
      expect(between(calendar, a, b) + between(calendar, b, c)).toBe(between(calendar, a, c));
    }), { numRuns: 140 });
  });

  it('TIM-5 the steps between two instants count what lies between them: intervals apart and in order, closed days truly closed', () => {
    fc.assert(fc.property(situation, ({ table, calendar, points, ms }) => {
      const [a, b] = points.toSorted((x, y) => x - y).map((point) => new Date(table.start + point * MINUTE + ms)) as [Date, Date];
      const steps = explain(calendar, a, b);
      expect(countedIn(steps)).toBe(between(calendar, a, b));
      let reached = a.getTime();
      for (const step of steps) {
        if (step.rule === 'interval') {
          expect(Date.parse(step.from)).toBeGreaterThanOrEqual(reached);
          reached = Date.parse(step.to);
          expect(between(calendar, new Date(step.from), new Date(step.to))).toBe(step.counted);
          expect(reached - Date.parse(step.from)).toBe(step.counted);
        }
      }
      expect(reached).toBeLessThanOrEqual(b.getTime());
      expect(steps.some((step, i) => step.rule === 'closed-days' && steps[i + 1]?.rule === 'closed-days')).toBe(false);
    }), { numRuns: 140 });
  });
});
