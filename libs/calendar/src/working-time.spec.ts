import { atLocal } from './local-time';
import { add, between, due, isOpen, nextOpen, subtract } from './working-time';
import { NoOpening, type Interval, type WorkCalendar } from './work-calendar';
import { closeOfDay } from './open-days';
import { countedIn, explain } from './steps';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const full: Interval[] = [{ from: '08:30', to: '12:00' }, { from: '13:30', to: '18:00' }];
const half: Interval[] = [{ from: '08:30', to: '12:00' }];
const store: WorkCalendar = {
  zone: 'Asia/Taipei',
  week: { mon: full, tue: full, wed: full, thu: full, fri: full, sat: full, sun: [] },
  days: {
    '2026-02-15': full, // a Sunday made up for the holiday
    '2026-02-16': [], '2026-02-17': [], '2026-02-18': [], '2026-02-19': [], '2026-02-20': [],
    '2026-02-21': half,
  },
};
const closed: WorkCalendar = { zone: 'Asia/Taipei', week: { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] }, days: {} };
const allDay: Interval[] = [{ from: '00:00', to: '24:00' }];
const always = (zone: string): WorkCalendar => ({ zone, week: { mon: allDay, tue: allDay, wed: allDay, thu: allDay, fri: allDay, sat: allDay, sun: allDay }, days: {} });
const nights = (zone: string, ...intervals: Interval[]): WorkCalendar => ({ ...always(zone), week: { ...always(zone).week, sat: [], sun: intervals, mon: [] } });

/** 'YYYY-MM-DD HH:MM' on the store's clock */
const at = (text: string, zone = 'Asia/Taipei'): Date => atLocal(zone, text.slice(0, 10), text.slice(11));

describe('working time', () => {
  it('TIM-1 Friday 17:40 + 1 h, Saturday open, is Saturday 9:10', () => {
    expect(add(store, at('2026-03-06 17:40'), HOUR).at).toEqual(at('2026-03-07 09:10'));
  });

  it('TIM-1 11:45 + 1 h, over the noon break, is 14:15', () => {
    expect(add(store, at('2026-03-06 11:45'), HOUR).at).toEqual(at('2026-03-06 14:15'));
  });

  it('TIM-1 Saturday 17:40 + 1 h, Sunday closed, is Monday 9:10', () => {
    expect(add(store, at('2026-03-07 17:40'), HOUR).at).toEqual(at('2026-03-09 09:10'));
  });

  it('TIM-1 the earliest instant: used up at noon is due at noon, not after the break', () => {
    expect(add(store, at('2026-03-06 11:00'), HOUR).at).toEqual(at('2026-03-06 12:00'));
    expect(subtract(store, at('2026-03-06 14:30'), HOUR).at).toEqual(at('2026-03-06 13:30'));
  });

  it('TIM-1 adding nothing is the instant itself, even at night', () => {
    expect(add(store, at('2026-03-08 03:00'), 0)).toEqual({ at: at('2026-03-08 03:00'), steps: [] });
    expect(add(closed, at('2026-03-08 03:00'), 0).at).toEqual(at('2026-03-08 03:00'));
  });

  it('TIM-1 a make-up Sunday counts, the holiday it was made up for does not, a half day counts half', () => {
    expect(add(store, at('2026-02-14 17:30'), HOUR).at).toEqual(at('2026-02-15 09:00'));
    expect(add(store, at('2026-02-15 17:30'), 4 * HOUR).at).toEqual(at('2026-02-21 12:00'));
    expect(add(store, at('2026-02-15 17:30'), 4 * HOUR + MINUTE).at).toEqual(at('2026-02-23 08:31'));
    expect(between(store, at('2026-02-15 00:00'), at('2026-02-22 00:00'))).toBe((8 + 3.5) * HOUR);
  });

  it('TIM-1 the warning 60 min of work before a promise on Monday 9:00 is Saturday 17:30', () => {
    expect(subtract(store, at('2026-03-09 09:00'), HOUR).at).toEqual(at('2026-03-07 17:30'));
  });

  it('TIM-1 open from the first minute, closed at the last', () => {
    expect(['08:29', '08:30', '11:59', '12:00', '13:30', '18:00'].map((time) => isOpen(store, at(`2026-03-06 ${time}`)))).toEqual([false, true, true, false, true, false]);
    expect(isOpen(store, new Date(at('2026-03-06 08:30').getTime() - 1))).toBe(false);
    expect(nextOpen(store, at('2026-03-06 10:00')).at).toEqual(at('2026-03-06 10:00'));
    expect(nextOpen(store, at('2026-03-06 12:00')).at).toEqual(at('2026-03-06 13:30'));
    expect(nextOpen(store, at('2026-02-15 18:00')).at).toEqual(at('2026-02-21 08:30'));
  });

  it('TIM-1 a desk up to day and night counts wall time, over midnights', () => {
    expect(add(always('Asia/Taipei'), at('2026-03-06 23:30'), 49 * HOUR).at).toEqual(at('2026-03-09 00:30'));
  });

  it('TIM-1 backwards counts below zero', () => {
    expect(between(store, at('2026-03-09 09:00'), at('2026-03-07 17:30'))).toBe(-HOUR);
  });

  it('TIM-1 no opening within 400 days is an error; the 400th day still counts', () => {
    const once = (date: string): WorkCalendar => ({ ...closed, days: { [date]: half } });
    expect(() => add(closed, at('2026-01-01 12:00'), 1)).toThrow(NoOpening);
    expect(() => subtract(closed, at('2026-01-01 12:00'), 1)).toThrow(NoOpening);
    expect(() => nextOpen(closed, at('2026-01-01 12:00'))).toThrow(NoOpening);
    expect(add(once('2027-02-05'), at('2026-01-01 12:00'), MINUTE).at).toEqual(at('2027-02-05 08:31')); // day 400
    expect(() => add(once('2027-02-06'), at('2026-01-01 12:00'), MINUTE)).toThrow(NoOpening);
    expect(subtract(once('2024-11-27'), at('2026-01-01 12:00'), MINUTE).at).toEqual(at('2024-11-27 11:59'));
    expect(() => subtract(once('2024-11-26'), at('2026-01-01 12:00'), MINUTE)).toThrow(NoOpening);
    expect(() => add(once('2026-01-02'), at('2026-01-01 12:00'), 4 * HOUR)).toThrow(new NoOpening('Asia/Taipei', '2026-01-02', 400));
    expect(between(closed, at('2020-01-01 00:00'), at('2026-01-01 00:00'))).toBe(0);
  });

  it('TIM-1 nothing is promised for more than 4,000 days ahead, nor counted as far back: whoever asks for it is told at once', () => {
    for (const far of [12 * 365 * 9.5 * HOUR, Number.MAX_SAFE_INTEGER]) {
      expect(() => add(store, at('2026-03-06 12:00'), far)).toThrow(new NoOpening('Asia/Taipei', '2026-03-06', 4_000));
      expect(() => subtract(store, at('2026-03-06 12:00'), far)).toThrow(NoOpening);
    }
    expect(add(always('Asia/Taipei'), at('2026-03-06 12:00'), 3_999 * 24 * HOUR).at).toEqual(new Date(at('2026-03-06 12:00').getTime() + 3_999 * 24 * HOUR));
  });

  it('TIM-1 working time is whole milliseconds, never negative', () => {
    for (const wrong of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) expect(() => add(store, new Date(), wrong)).toThrow(RangeError);
  });
});

describe('the nights the clock changes', () => {
  it.each<[string, string, string, string, number]>([
    // zone, date, from, to, minutes that truly pass
    ['Europe/Berlin', '2026-03-29', '00:00', '24:00', 23 * 60],
    ['Europe/Berlin', '2026-10-25', '00:00', '24:00', 25 * 60],
    ['Europe/Berlin', '2026-03-29', '01:00', '02:30', 60],
    ['Europe/Berlin', '2026-03-29', '02:10', '02:50', 0],
    ['Europe/Berlin', '2026-10-25', '01:00', '03:00', 180],
    ['Europe/Berlin', '2026-10-25', '01:00', '02:30', 90],
    ['Europe/Berlin', '2026-10-25', '02:30', '04:00', 150],
    ['America/New_York', '2026-03-08', '01:00', '05:00', 180],
    ['America/New_York', '2026-11-01', '01:00', '05:00', 300],
    ['Australia/Lord_Howe', '2026-10-04', '01:00', '05:00', 210],
    ['Australia/Lord_Howe', '2026-04-05', '01:00', '05:00', 270],
    ['Asia/Taipei', '2026-03-29', '00:00', '24:00', 24 * 60],
    ['Asia/Shanghai', '1988-04-17', '00:00', '24:00', 23 * 60],
    ['Asia/Shanghai', '2026-04-12', '00:00', '24:00', 24 * 60],
  ])('TIM-1 %s %s %s–%s lasts %i min', (zone, date, from, to, minutes) => {
    const calendar = nights(zone, { from, to });
    expect(between(calendar, at(`${date} 00:00`, zone), at(`${date} 24:00`, zone))).toBe(minutes * MINUTE);
  });

  it('TIM-1 an hour promised at 1:30 before the jump is due at 3:30', () => {
    expect(add(always('Europe/Berlin'), at('2026-03-29 01:30', 'Europe/Berlin'), HOUR).at).toEqual(at('2026-03-29 03:30', 'Europe/Berlin'));
  });

  it('TIM-1 a day whose only hours were skipped is a closed day', () => {
    expect(closeOfDay(nights('Europe/Berlin', { from: '02:10', to: '02:50' }), '2026-03-29')).toBeNull();
  });

  it('TIM-1 Sunday that has begun stays Sunday, though the clock goes back into Saturday', () => {
    const desk = nights('America/St_Johns', { from: '00:00', to: '06:00' }); // 2010: at 00:01 back to 23:01
    expect(isOpen(desk, new Date('2010-11-07T02:31:00Z'))).toBe(true);
    expect(isOpen(desk, new Date('2010-11-07T03:00:00Z'))).toBe(true);
    expect(between(desk, new Date('2010-11-07T02:30:00Z'), new Date('2010-11-07T12:00:00Z'))).toBe(7 * HOUR);
  });

  it('TIM-1 a desk that closed at 2:30 does not open again when 2:00 comes back', () => {
    const desk = nights('Europe/Berlin', { from: '01:00', to: '02:30' });
    expect(isOpen(desk, new Date('2026-10-25T00:29:00Z'))).toBe(true);
    expect(isOpen(desk, new Date('2026-10-25T01:10:00Z'))).toBe(false); // 02:10 again
  });
});

describe('pauses', () => {
  const start = at('2026-03-06 09:00');

  it('TIM-1 a paused promise is due later by the working time of the pause', () => {
    const paused = due(store, start, 2 * HOUR, [{ from: at('2026-03-06 10:00'), to: at('2026-03-06 13:45') }]);
    expect(paused?.at).toEqual(at('2026-03-06 14:45'));
    expect(countedIn(paused?.steps ?? [])).toBe(2 * HOUR);
    expect(paused?.steps.map((step) => step.rule)).toEqual(['interval', 'pause', 'interval']);
  });

  it('TIM-1 an open pause leaves no due instant, unless the due instant had come before it', () => {
    expect(due(store, start, 2 * HOUR, [{ from: at('2026-03-06 10:00') }])).toBeNull();
    expect(due(store, start, 2 * HOUR, [{ from: at('2026-03-06 08:00') }])).toBeNull();
    expect(due(store, start, 2 * HOUR, [{ from: at('2026-03-06 11:00') }])?.at).toEqual(at('2026-03-06 11:00'));
  });

  it('TIM-1 overlapping pauses count once, in any order; those outside change nothing', () => {
    const pauses = [
      { from: at('2026-03-06 10:20'), to: at('2026-03-06 10:40') },
      { from: at('2026-03-06 10:00'), to: at('2026-03-06 10:30') },
      { from: at('2026-03-05 10:00'), to: at('2026-03-05 17:00') },
      { from: at('2026-03-06 15:00') },
    ];
    expect(due(store, start, 2 * HOUR, pauses)?.at).toEqual(at('2026-03-06 11:40'));
  });

  it('TIM-1 a pause by night costs nothing; one that ends before it begins is refused', () => {
    expect(due(store, start, 10 * HOUR, [{ from: at('2026-03-06 18:00'), to: at('2026-03-07 08:30') }])?.at).toEqual(add(store, start, 10 * HOUR).at);
    expect(() => due(store, start, HOUR, [{ from: start, to: at('2026-03-06 08:00') }])).toThrow(RangeError);
  });
});

describe('why this deadline', () => {
  it('TIM-5 names the make-up day, the closed days as one run, the half day, and what each interval counted', () => {
    const answer = add(store, at('2026-02-14 17:30'), 9 * HOUR);
    expect(answer.steps).toEqual([
      { rule: 'interval', date: '2026-02-14', from: at('2026-02-14 17:30').toISOString(), to: at('2026-02-14 18:00').toISOString(), counted: 0.5 * HOUR },
      { rule: 'make-up-day', date: '2026-02-15' },
      { rule: 'interval', date: '2026-02-15', from: at('2026-02-15 08:30').toISOString(), to: at('2026-02-15 12:00').toISOString(), counted: 3.5 * HOUR },
      { rule: 'interval', date: '2026-02-15', from: at('2026-02-15 13:30').toISOString(), to: at('2026-02-15 18:00').toISOString(), counted: 4.5 * HOUR },
      { rule: 'closed-days', from: '2026-02-16', to: '2026-02-20', days: 5, exceptions: 5 },
      { rule: 'changed-day', date: '2026-02-21' },
      { rule: 'interval', date: '2026-02-21', from: at('2026-02-21 08:30').toISOString(), to: at('2026-02-21 09:00').toISOString(), counted: 0.5 * HOUR },
    ]);
  });

  it('TIM-5 tells a warning before a promise in the same order, earliest first', () => {
    expect(subtract(store, at('2026-03-09 09:00'), HOUR).steps.map((step) => step.rule)).toEqual(['interval', 'closed-days', 'interval']);
  });

  it('TIM-5 does not name the day that only begins at the end', () => {
    expect(explain(store, at('2026-03-07 17:00'), at('2026-03-08 00:00')).map((step) => step.rule)).toEqual(['interval']);
  });

  it('TIM-5 is plain JSON and stays short over years, with nothing uncounted', () => {
    const answer = add(store, at('2026-01-01 00:00'), 5_000 * HOUR);
    expect(answer.steps.length).toBeLessThanOrEqual(61);
    expect(countedIn(answer.steps)).toBe(5_000 * HOUR);
    expect(JSON.parse(JSON.stringify(answer.steps))).toEqual(answer.steps);
  });
});
