import { carriesOver, doneAt } from './carry-over';

const hours = [{ from: '08:00', to: '12:00' }, { from: '13:00', to: '18:00' }];
const calendar = { zone: 'Asia/Taipei', week: { mon: hours, tue: hours, wed: hours, thu: hours, fri: hours, sat: hours, sun: [] }, days: {} };
const at = (time: string) => new Date(`2026-03-10T${time}:00+08:00`);

describe('what carries over', () => {
  it('WRK-3 work that just fits today does not, a thousandth more does', () => {
    expect(carriesOver(calendar, at('16:00'), { remainingHours: 2000 })).toBe(false);
    expect(carriesOver(calendar, at('16:00'), { remainingHours: 2001 })).toBe(true);
    expect(carriesOver(calendar, at('11:00'), { remainingHours: 6000 })).toBe(false);
  });

  it('WRK-3 a missing part starts the work when it comes; nobody knows when: it carries over', () => {
    expect(doneAt(calendar, at('09:00'), { remainingHours: 1000, partsEta: at('17:00') })).toEqual(at('18:00'));
    expect(carriesOver(calendar, at('09:00'), { remainingHours: 1000, partsEta: at('17:01') })).toBe(true);
    expect(carriesOver(calendar, at('09:00'), { remainingHours: 0, partsEta: null })).toBe(true);
    expect(doneAt(calendar, at('09:00'), { remainingHours: 1000, partsEta: at('07:00') })).toEqual(at('10:00'));
  });

  it('WRK-3 on a closed day everything carries over', () => {
    expect(carriesOver(calendar, new Date('2026-03-15T10:00:00+08:00'), { remainingHours: 0 })).toBe(true);
  });
});
