import fc from 'fast-check';
import { intersect, length, subtract, type Stretch } from './stretch';
import { freeHours, plannedHours, presentLeft, walkInHours, type Worker } from './working-hours';

const hours = [{ from: '08:00', to: '12:00' }, { from: '13:00', to: '18:00' }];
const calendar = { zone: 'Asia/Taipei', week: { mon: hours, tue: hours, wed: hours, thu: hours, fri: hours, sat: hours, sun: [] }, days: { '2026-03-11': [] } };
const at = (time: string) => new Date(`2026-03-10T${time}:00+08:00`);
const worker = (changes: Partial<Worker> = {}): Worker => ({ skills: [{ skill: 'maintenance', percent: 100 }], shift: null, absences: [], ...changes });
const morning = Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, [{ from: '06:00', to: '11:00' }]])) as unknown as Worker['shift'];

describe('hours of the floor', () => {
  it('WRK-1 a day sells what people are there for: hours, shift, absence', () => {
    const on = (one: Worker, date = '2026-03-10') => plannedHours(calendar, date, [one]).get('maintenance') ?? 0;
    expect(on(worker())).toBe(9000);
    expect(on(worker({ shift: morning }))).toBe(3000);
    expect(on(worker({ absences: [{ from: at('11:00').getTime(), to: at('14:00').getTime() }] }))).toBe(7000);
    expect(on(worker({ absences: [{ from: at('00:00').getTime(), to: at('23:00').getTime() }] }))).toBe(0);
    expect(on(worker(), '2026-03-11')).toBe(0); // a holiday
    expect(on(worker(), '2026-03-15')).toBe(0); // Sunday
  });

  it('WRK-1 nobody is sold twice: percents split one day over skills, 0 is able and not planned', () => {
    const planned = plannedHours(calendar, '2026-03-10', [worker({ skills: [{ skill: 'brakes', percent: 33 }, { skill: 'electrics', percent: 67 }, { skill: 'body', percent: 0 }] })]);
    expect([...planned]).toEqual([['brakes', 2970], ['electrics', 6030]]);
  });

  it('WRK-2 the walk-in share rounds up, and free is never below nothing', () => {
    expect(walkInHours(999, 20)).toBe(200);
    const day = { plannedHours: 1000, heldHours: 900, walkInHours: 200 };
    expect([freeHours(day), freeHours(day, true)]).toEqual([0, 100]);
  });

  it('WRK-4 what is left of the day counts, not what was', () => {
    expect(presentLeft(calendar, at('17:30'), worker())).toBe(1_800_000);
    expect(presentLeft(calendar, at('18:00'), worker())).toBe(0);
    expect(presentLeft(calendar, at('07:00'), worker())).toBe(9 * 3_600_000);
  });

  it('stretches: what is in and what is out make the whole', () => {
    const list = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 10 })), { maxLength: 6 }).map((all) => all.map(([from, long]): Stretch => ({ from, to: from + long })));
    fc.assert(fc.property(list, (holes) => {
      const whole = [{ from: 0, to: 30 }, { from: 35, to: 60 }];
      const left = subtract(whole, holes);
      const covered = new Set(holes.flatMap(({ from, to }) => Array.from({ length: to - from }, (_, i) => from + i)).filter((moment) => whole.some(({ from, to }) => from <= moment && moment < to))).size;
      expect(length(left) + covered).toBe(length(whole));
      for (const hole of holes) expect(intersect(left, [hole])).toEqual([]);
    }));
  });
});
