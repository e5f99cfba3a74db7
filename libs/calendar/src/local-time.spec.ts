import fc from 'fast-check';
import { addDays, addMonths, atLocal, isLocalDate, localDate, localTime, weekday } from './local-time';

const at = (iso: string): Date => new Date(iso);

describe('local time', () => {
  it.each([
    ['Asia/Taipei', '2026-03-01T16:00:00Z', '2026-03-02', '00:00'],
    ['Asia/Shanghai', '1988-07-01T14:59:00Z', '1988-07-01', '23:59'], // summer time, +9
    ['America/New_York', '2026-03-08T06:59:00Z', '2026-03-08', '01:59'],
    ['America/New_York', '2026-03-08T07:00:00Z', '2026-03-08', '03:00'],
    ['Australia/Lord_Howe', '2026-04-04T14:59:00Z', '2026-04-05', '01:59'],
    ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', '2026-04-05', '01:30'], // half an hour back
  ])('TIM-1 in %s the instant %s is %s %s', (zone, instant, date, time) => {
    expect([localDate(zone, at(instant)), localTime(zone, at(instant))]).toEqual([date, time]);
  });

  it('TIM-1 a time read twice means the first, a time never read means the jump', () => {
    expect(atLocal('Europe/Berlin', '2026-10-25', '02:30')).toEqual(at('2026-10-25T00:30:00Z'));
    expect(atLocal('Europe/Berlin', '2026-03-29', '02:30')).toEqual(at('2026-03-29T01:00:00Z'));
    expect(atLocal('Australia/Lord_Howe', '2026-10-04', '02:15')).toEqual(at('2026-10-03T15:30:00Z'));
    expect(atLocal('America/New_York', '2026-11-01', '01:30')).toEqual(at('2026-11-01T05:30:00Z'));
  });

  it('TIM-1 24:00 is midnight at the end of the day, also where the clock is put back over midnight', () => {
    expect(atLocal('Asia/Taipei', '2026-02-28', '24:00')).toEqual(atLocal('Asia/Taipei', '2026-03-01', '00:00'));
    expect(atLocal('Asia/Beirut', '2024-10-26', '24:00')).toEqual(at('2024-10-26T22:00:00Z'));
    expect(localDate('Asia/Beirut', at('2024-10-26T21:30:00Z'))).toBe('2024-10-26');
  });

  it('TIM-1 a date the zone skipped has no length', () => {
    expect(atLocal('Pacific/Apia', '2011-12-30', '12:00')).toEqual(atLocal('Pacific/Apia', '2011-12-31', '00:00'));
    expect(localDate('Pacific/Apia', at('2011-12-30T10:00:00Z'))).toBe('2011-12-31');
  });

  it('TIM-1 a wall time that exists comes back as it was', () => {
    const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Taipei', 'Asia/Shanghai', 'Australia/Lord_Howe', 'America/St_Johns', 'Asia/Kathmandu');
    fc.assert(fc.property(zones, fc.integer({ min: 0, max: 14_000 }), fc.integer({ min: 4 * 60, max: 22 * 60 }), (zone, day, minutes) => {
      const date = addDays('1990-01-01', day);
      const time = `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
      const instant = atLocal(zone, date, time);
      expect([localDate(zone, instant), localTime(zone, instant)]).toEqual([date, time]);
    }), { numRuns: 300 });
  });

  it('TIM-1 dates count on over months and leap years', () => {
    expect(addDays('2028-02-28', 2)).toBe('2028-03-01');
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
    expect(addMonths('2026-01-31', 1)).toBe('2026-02-28');
    expect(addMonths('2028-02-29', 12)).toBe('2029-02-28');
    expect(addMonths('2026-03-15', -15)).toBe('2024-12-15');
    expect(weekday('2026-03-02')).toBe('mon');
    expect(weekday('1969-12-28')).toBe('sun');
  });

  it('TIM-1 what is no date or time is refused', () => {
    expect(isLocalDate('2026-02-30')).toBe(false);
    expect(() => atLocal('Asia/Taipei', '2026-2-3', '09:00')).toThrow(RangeError);
    expect(() => atLocal('Asia/Taipei', '2026-02-03', '24:01')).toThrow(RangeError);
    expect(() => localDate('Mars/Base', new Date(0))).toThrow(RangeError);
    expect(() => localDate('Asia/Taipei', new Date(Number.NaN))).toThrow(RangeError);
  });
});
