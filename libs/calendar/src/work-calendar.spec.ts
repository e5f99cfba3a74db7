import { add } from './working-time';
import { FaultyCalendar, validate, type Interval, type WorkCalendar } from './work-calendar';

const day: Interval[] = [{ from: '09:00', to: '12:00' }, { from: '12:00', to: '24:00' }];
const sound: WorkCalendar = { zone: 'Asia/Taipei', week: { mon: day, tue: day, wed: [], thu: [], fri: [], sat: [], sun: [] }, days: { '2026-02-28': [] } };
const withMonday = (...mon: Interval[]): WorkCalendar => ({ ...sound, week: { ...sound.week, mon } });

describe('a calendar', () => {
  it('TIM-1 is sound with touching intervals, midnight as an end and closed days', () => {
    expect(validate(sound)).toEqual([]);
  });

  it.each<[string, WorkCalendar, string, string]>([
    ['names no zone', { ...sound, zone: 'Asia/Taibei' }, 'zone', 'unknown-zone'],
    ['gives an offset for a zone', { ...sound, zone: '+08:00' }, 'zone', 'unknown-zone'],
    ['overlaps', withMonday({ from: '09:00', to: '12:00' }, { from: '11:59', to: '13:00' }), 'week.mon[1]', 'overlap'],
    ['is out of order', withMonday({ from: '13:00', to: '14:00' }, { from: '09:00', to: '12:00' }), 'week.mon[1]', 'out-of-order'],
    ['has an empty interval', withMonday({ from: '09:00', to: '09:00' }), 'week.mon[0]', 'empty-interval'],
    ['runs past midnight', withMonday({ from: '22:00', to: '06:00' }), 'week.mon[0]', 'empty-interval'],
    ['begins at 24:00', withMonday({ from: '24:00', to: '24:00' }), 'week.mon[0]', 'bad-time'],
    ['writes a time its own way', withMonday({ from: '9:00', to: '12:00' }), 'week.mon[0]', 'bad-time'],
    ['has an impossible date', { ...sound, days: { '2026-02-30': [] } }, 'days.2026-02-30', 'bad-date'],
    ['leaves a weekday out', { ...sound, week: { ...sound.week, sun: undefined as never } }, 'week.sun', 'missing-day'],
    ['has an eighth weekday', { ...sound, week: { ...sound.week, ['foo' as 'sun']: [] } }, 'week.foo', 'unknown-day'],
  ])('TIM-1 is faulty when it %s, and counts nothing', (_, calendar, path, fault) => {
    expect(validate(calendar)).toEqual([{ path, fault }]);
    expect(() => add(calendar, new Date(), 1)).toThrow(FaultyCalendar);
  });
});
