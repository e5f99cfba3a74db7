import fc from 'fast-check';
import { followUpPlan, type FollowUpPolicy } from './follow-up-plan';
import { addDays, atLocal, localDate, weekday, WEEKDAYS } from './local-time';
import { nextWindow, windowAt, windowsBetween } from './windows';
import type { Interval, WorkCalendar } from './work-calendar';

const both: Interval[] = [{ from: '09:00', to: '11:30' }, { from: '14:00', to: '19:00' }];
const morning: Interval[] = [{ from: '09:00', to: '11:30' }];
/** Sundays off; Spring Festival 16–22 February 2026 off; 28 February off. */
const desk: WorkCalendar = {
  zone: 'Asia/Taipei',
  week: { mon: both, tue: both, wed: both, thu: both, fri: both, sat: both, sun: [] },
  days: Object.fromEntries([...[16, 17, 18, 19, 20, 21, 22, 28].map((day) => [`2026-02-${day}`, []]), ['2026-02-27', morning]]),
};
const office: WorkCalendar = { ...desk, week: { ...desk.week, sat: [] } };
const at = (text: string): Date => atLocal('Asia/Taipei', text.slice(0, 10), text.slice(11));
const three: FollowUpPolicy = { days: 3, count: 'calendar' };
const threeWorking: FollowUpPolicy = { days: 3, count: 'working' };
const plan = (calendar: WorkCalendar, delivered: string, policy = three) => {
  const { opensAt, dueAt } = followUpPlan(calendar, at(delivered), policy);
  return [opensAt, dueAt];
};

describe('call windows', () => {
  it('CRM-5 a call is allowed in a window only, half-open', () => {
    expect(windowAt(desk, at('2026-03-02 09:00'))?.key).toBe('2026-03-02/09:00');
    expect(windowAt(desk, at('2026-03-02 11:30'))).toBeNull();
    expect(windowAt(desk, at('2026-03-02 18:59'))?.key).toBe('2026-03-02/14:00');
    expect(windowAt(desk, at('2026-03-01 10:00'))).toBeNull(); // Sunday
    expect(windowsBetween(desk, at('2026-02-27 11:00'), at('2026-03-02 14:00')).map((one) => one.key)).toEqual(['2026-02-27/09:00', '2026-03-02/09:00']);
  });

  it('CRM-6 the next attempt waits for a different window', () => {
    const first = windowAt(desk, at('2026-03-02 09:40'))!;
    const second = nextWindow(desk, at('2026-03-02 09:40'), [first.key]);
    expect(second.at).toEqual(at('2026-03-02 14:00'));
    const third = nextWindow(desk, at('2026-03-02 14:05'), [first.key, second.window.key]);
    expect(third.at).toEqual(at('2026-03-03 09:00'));
    expect(nextWindow(desk, at('2026-03-07 18:00'), ['2026-03-07/14:00'])).toMatchObject({ at: at('2026-03-09 09:00') });
  });

  it('CRM-6 a window open now is used now, unless it was used', () => {
    expect(nextWindow(desk, at('2026-03-02 10:00')).at).toEqual(at('2026-03-02 10:00'));
    expect(nextWindow(desk, at('2026-03-02 11:30')).at).toEqual(at('2026-03-02 14:00'));
    expect(nextWindow(desk, at('2026-03-07 19:00')).steps).toEqual([{ rule: 'closed-days', from: '2026-03-08', to: '2026-03-08', days: 1, exceptions: 0 }]);
  });
});

describe('the follow-up plan', () => {
  it('CRM-5 opens in the first window of day 1 and is late after the last window of day 3', () => {
    expect(plan(desk, '2026-03-02 16:00')).toEqual([at('2026-03-03 09:00'), at('2026-03-05 19:00')]);
    expect(followUpPlan(desk, at('2026-03-02 16:00'), three).windows).toHaveLength(6);
  });

  it('CRM-5 day 3 closed: late after the last window before it', () => {
    expect(plan(desk, '2026-03-05 16:00')).toEqual([at('2026-03-06 09:00'), at('2026-03-07 19:00')]);
  });

  it('CRM-5 day 1 closed: opens in the first window after it', () => {
    expect(plan(desk, '2026-03-07 16:00')).toEqual([at('2026-03-09 09:00'), at('2026-03-10 19:00')]);
  });

  it('CRM-5 starts early enough that three windows fit', () => {
    // Friday, office closed at the weekend: Monday alone has two
    expect(plan(office, '2026-03-06 11:00')).toEqual([at('2026-03-06 14:00'), at('2026-03-09 19:00')]);
    // Thursday before a half Friday: one on Friday, two on Thursday if delivered before nine
    expect(plan(desk, '2026-02-26 08:00')).toEqual([at('2026-02-26 09:00'), at('2026-02-27 11:30')]);
    expect(plan(desk, '2026-02-26 10:00')).toEqual([at('2026-02-26 14:00'), at('2026-02-27 11:30')]);
    // nothing is left of the day: what there is
    expect(plan(office, '2026-03-06 15:00')).toEqual([at('2026-03-09 09:00'), at('2026-03-09 19:00')]);
  });

  it('CRM-5 no window left between: the first one after the closure', () => {
    expect(plan(desk, '2026-02-16 10:00')).toEqual([at('2026-02-23 09:00'), at('2026-02-23 11:30')]);
    expect(plan(desk, '2026-02-15 10:00')).toEqual([at('2026-02-23 09:00'), at('2026-02-23 11:30')]);
    expect(plan(desk, '2026-02-19 10:00')).toEqual([at('2026-02-23 09:00'), at('2026-02-23 11:30')]);
  });

  it('CRM-5 in working days the closed ones are not counted', () => {
    expect(plan(desk, '2026-03-05 16:00', threeWorking)).toEqual([at('2026-03-06 09:00'), at('2026-03-09 19:00')]);
    expect(plan(desk, '2026-02-14 16:00', threeWorking)).toEqual([at('2026-02-23 09:00'), at('2026-02-25 19:00')]);
  });

  it('CRM-5 delivered near midnight: day 1 is the store\'s next day, not UTC\'s', () => {
    expect(plan(desk, '2026-03-02 00:30')).toEqual([at('2026-03-03 09:00'), at('2026-03-05 19:00')]);
    expect(plan(desk, '2026-03-02 23:30')).toEqual([at('2026-03-03 09:00'), at('2026-03-05 19:00')]);
  });

  it('TIM-5 says which day and which window, and why that one', () => {
    expect(followUpPlan(office, at('2026-03-05 13:00'), three).steps).toEqual([
      { rule: 'delivered', date: '2026-03-05' },
      { rule: 'day', n: 1, date: '2026-03-06', windows: 2 },
      { rule: 'day', n: 3, date: '2026-03-08', windows: 0 },
      { rule: 'opens', window: '2026-03-05/14:00', because: 'three-windows' },
      { rule: 'late-after', window: '2026-03-06/14:00', because: 'last-before-closed-day' },
    ]);
  });

  it('CRM-5 a follow-up of no days is refused', () => {
    expect(() => followUpPlan(desk, new Date(), { days: 0, count: 'calendar' })).toThrow(RangeError);
  });
});

describe('the follow-up plan of any desk, any delivery', () => {
  const hours = fc.constantFrom<Interval[]>([], morning, both, [...morning, { from: '11:30', to: '13:00' }, { from: '20:00', to: '24:00' }]);
  const desks = fc.record({
    zone: fc.constantFrom('Europe/Berlin', 'Asia/Taipei', 'Australia/Lord_Howe'),
    week: fc.record(Object.fromEntries(WEEKDAYS.map((day) => [day, hours])) as Record<(typeof WEEKDAYS)[number], typeof hours>),
    days: fc.dictionary(fc.integer({ min: 0, max: 14 }).map((n) => addDays('2026-03-23', n)), hours, { noNullPrototype: true }),
  }).filter(({ week }) => Object.values(week).some((day) => day.length > 0));
  const delivered = fc.integer({ min: Date.parse('2026-03-23T00:00:00Z'), max: Date.parse('2026-04-02T00:00:00Z') }).map((ms) => new Date(ms));

  /** Naive: [start, end] of every window of a local date. */
  const windowsOf = (calendar: WorkCalendar, date: string): [Date, Date][] =>
    (calendar.days[date] ?? calendar.week[weekday(date)]).map(({ from, to }) => [atLocal(calendar.zone, date, from), atLocal(calendar.zone, date, to)]);

  it.each<FollowUpPolicy>([three, threeWorking, { days: 1, count: 'calendar' }])('CRM-5 %j', (policy) => {
    fc.assert(fc.property(desks, delivered, (calendar, deliveredAt) => {
      const { opensAt, dueAt, windows } = followUpPlan(calendar, deliveredAt, policy);
      const day0 = localDate(calendar.zone, deliveredAt);
      const days: string[] = [];
      for (let n = 1; days.length < policy.days; n++) {
        const date = addDays(day0, n);
        if (policy.count === 'calendar' || windowsOf(calendar, date).length > 0) days.push(date);
      }
      const inside = days.flatMap((date) => windowsOf(calendar, date));
      const sameDay = windowsOf(calendar, day0).filter(([from]) => from >= deliveredAt);

      if (inside.length === 0) {
        let date = addDays(days.at(-1)!, 1);
        while (windowsOf(calendar, date).length === 0) date = addDays(date, 1);
        expect([opensAt, dueAt]).toEqual(windowsOf(calendar, date)[0]);
        return;
      }
      expect(dueAt).toEqual(inside.at(-1)![1]);
      const early = sameDay.slice(Math.max(0, sameDay.length - Math.max(0, 3 - inside.length)));
      expect(windows.map(({ from, to }) => [from, to])).toEqual([...early, ...inside]);
      expect(opensAt).toEqual(windows[0]!.from);
      expect(opensAt >= deliveredAt && opensAt < dueAt).toBe(true);
      expect(windows.length >= 3 || windows.length === sameDay.length + inside.length).toBe(true);
    }), { numRuns: 300 });
  });
});
