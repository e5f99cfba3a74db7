import { atLocal } from './local-time';
import { addOpenDays, closeOfDay, isOpenDay, lastCloseBefore, nthOpenDay, openOfDay } from './open-days';
import { NoOpening, type Interval, type WorkCalendar } from './work-calendar';

const full: Interval[] = [{ from: '08:30', to: '12:00' }, { from: '13:30', to: '18:00' }];
const store: WorkCalendar = {
  zone: 'Asia/Taipei',
  week: { mon: full, tue: full, wed: full, thu: full, fri: full, sat: full, sun: [] },
  days: { '2026-04-03': [], '2026-04-04': [{ from: '08:30', to: '12:00' }], '2026-04-05': full, '2026-04-06': [] },
};
const at = (text: string): Date => atLocal('Asia/Taipei', text.slice(0, 10), text.slice(11));

describe('open days', () => {
  it('REC-8 a day closes with its last interval: full, half, made up; a closed day does not', () => {
    expect(closeOfDay(store, '2026-04-02')).toEqual(at('2026-04-02 18:00'));
    expect(closeOfDay(store, '2026-04-04')).toEqual(at('2026-04-04 12:00'));
    expect(closeOfDay(store, '2026-04-05')).toEqual(at('2026-04-05 18:00'));
    expect(closeOfDay(store, '2026-04-06')).toBeNull();
    expect(openOfDay(store, '2026-04-07')).toEqual(at('2026-04-07 08:30'));
    expect(['2026-04-03', '2026-04-05', '2026-04-12'].map((date) => isOpenDay(store, date))).toEqual([false, true, false]);
  });

  it('REC-6 a slot in the first hour is confirmed at the close of the open day before', () => {
    expect(lastCloseBefore(store, at('2026-03-31 08:45')).at).toEqual(at('2026-03-30 18:00'));
    expect(lastCloseBefore(store, at('2026-03-30 08:45')).at).toEqual(at('2026-03-28 18:00')); // over Sunday
    expect(lastCloseBefore(store, at('2026-04-04 08:45')).at).toEqual(at('2026-04-02 18:00')); // over the holiday
    expect(lastCloseBefore(store, at('2026-04-05 08:45')).at).toEqual(at('2026-04-04 12:00')); // the half day
    expect(lastCloseBefore(store, at('2026-04-07 08:45'))).toEqual({
      at: at('2026-04-05 18:00'),
      steps: [
        { rule: 'closed-days', from: '2026-04-06', to: '2026-04-06', days: 1, exceptions: 1 },
        { rule: 'interval', date: '2026-04-07', from: at('2026-04-07 08:30').toISOString(), to: at('2026-04-07 08:45').toISOString(), counted: 15 * 60_000 },
      ],
    });
  });

  it('TIM-1 open days are counted from the day after, closed days are no days', () => {
    expect(addOpenDays(store, at('2026-04-02 23:00'), 1)).toMatchObject({ date: '2026-04-04', opensAt: at('2026-04-04 08:30'), closesAt: at('2026-04-04 12:00') });
    expect(addOpenDays(store, at('2026-04-02 09:00'), 3).date).toBe('2026-04-07');
    expect(addOpenDays(store, at('2026-04-07 09:00'), -3).date).toBe('2026-04-02');
    expect(addOpenDays(store, at('2026-04-02 09:00'), 0).date).toBe('2026-04-02');
    expect(addOpenDays(store, at('2026-04-03 09:00'), 0).date).toBe('2026-04-04');
    expect(addOpenDays(store, at('2026-04-03 09:00'), 1).date).toBe('2026-04-04');
    expect(nthOpenDay(store, '2026-04-06', -1)).toBe('2026-04-05');
    const night: WorkCalendar = { ...store, days: { '2026-04-07': [{ from: '00:00', to: '24:00' }] } };
    expect(nthOpenDay(night, '2026-04-07', -1)).toBe('2026-04-06');
    expect(nthOpenDay(night, '2026-04-07', 1)).toBe('2026-04-08');
  });

  it('TIM-1 no open day within 400 days is an error, half a day is none', () => {
    const closed: WorkCalendar = { ...store, week: { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] }, days: {} };
    expect(() => addOpenDays(closed, at('2026-04-02 09:00'), 1)).toThrow(NoOpening);
    expect(() => lastCloseBefore(closed, at('2026-04-02 09:00'))).toThrow(NoOpening);
    expect(() => addOpenDays(store, at('2026-04-02 09:00'), 0.5)).toThrow(RangeError);
  });
});
