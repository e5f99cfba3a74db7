import { methodOf } from './method';
import { periodOf, periodsIn } from './period';

const at = (day: string) => new Date(`${day}T00:00:00Z`);
const version = (level: 'store' | 'brand' | 'group', n: number, from: string) => ({ level, version: n, from: at(from) });

describe('the method of a period', () => {
  const methods = [version('group', 1, '2020-01-01'), version('group', 2, '2026-03-10'), version('store', 1, '2026-05-01')];

  it('HQ-2 is the one in force when the period began: a month under way keeps its method', () => {
    expect(methodOf(methods, at('2026-03-01'))).toBe(methods[0]);
    expect(methodOf(methods, at('2026-03-10'))).toBe(methods[1]);
    expect(methodOf(methods, at('2026-04-01'))).toBe(methods[1]);
  });

  it('HQ-2 the narrowest wins from its first day on', () => {
    expect(methodOf(methods, at('2026-05-01'))).toBe(methods[2]);
    expect(methodOf([...methods, version('brand', 1, '2026-01-01')], at('2026-04-01'))).toMatchObject({ level: 'brand' });
  });

  it('HQ-2 before the first version there is only the first; with none there is none', () => {
    expect(methodOf(methods, at('2019-01-01'))).toBe(methods[0]);
    expect(methodOf([], at('2026-01-01'))).toBeNull();
  });
});

describe('periods', () => {
  it('HQ-2 are whole: days, weeks from Monday, months, years', () => {
    expect(periodOf('day', '2026-03-11')).toEqual({ from: '2026-03-11', to: '2026-03-11' });
    expect(periodOf('week', '2026-03-15')).toEqual({ from: '2026-03-09', to: '2026-03-15' });
    expect(periodOf('week', '2026-01-01')).toEqual({ from: '2025-12-29', to: '2026-01-04' });
    expect(periodOf('month', '2028-02-29')).toEqual({ from: '2028-02-01', to: '2028-02-29' });
    expect(periodOf('year', '2026-03-11')).toEqual({ from: '2026-01-01', to: '2026-12-31' });
  });

  it('are counted up to a limit', () => {
    expect(periodsIn('month', '2026-01-31', '2026-03-01', 100)).toBe(3);
    expect(periodsIn('week', '2026-03-15', '2026-03-16', 100)).toBe(2);
    expect(periodsIn('day', '2000-01-01', '2026-01-01', 100)).toBe(101);
    expect(periodsIn('day', '2026-01-02', '2026-01-01', 100)).toBe(0);
  });
});
