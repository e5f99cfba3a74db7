import { isMiddleDropped, nextCheck, passCheck } from './check';

describe('checks', () => {
  const card = { state: 'team-checked' as const, operations: [{ lineId: 'a', state: 'done' as const }], workers: ['w'], clockedOn: false, blocked: false, passed: [{ check: 'own' as const, by: 'w' }, { check: 'team' as const, by: 'i' }] };

  it('WRK-9 a list of people is stricter than roles; without a list the roles count', () => {
    const rules = (staffIds: string[]) => ({ middleDropped: false, finalCheckers: { roles: ['inspector'], staffIds } });
    expect(passCheck(card, 'final', { id: 'i', roles: ['inspector'] }, rules([]))).toBe('final-checked');
    expect(() => passCheck(card, 'final', { id: 'i', roles: ['inspector'] }, rules(['x']))).toThrow(expect.objectContaining({ code: 'workshop.final-checkers' }));
    expect(passCheck(card, 'final', { id: 'x', roles: ['advisor'] }, rules(['x']))).toBe('final-checked');
    expect(() => passCheck(card, 'final', { id: 'w', roles: ['inspector'] }, rules(['w']))).toThrow(expect.objectContaining({ code: 'workshop.final-by-worker' }));
  });

  it('WRK-9 the middle check is dropped by kind, or up to so many flat hours; 0 drops none', () => {
    const policy = (kinds: string[], hours: number) => ({ droppedForKinds: kinds, droppedUpToFlatHoursThousandths: hours });
    expect(isMiddleDropped(policy([], 0), 'maintenance', 0)).toBe(false);
    expect(isMiddleDropped(policy([], 500), null, 500)).toBe(true);
    expect(isMiddleDropped(policy([], 500), null, 501)).toBe(false);
    expect(isMiddleDropped(policy(['accessory'], 0), 'accessory', 9_000)).toBe(true);
  });

  it('WRK-9 each state knows its next check', () => {
    expect((['expected', 'working', 'own-checked', 'team-checked', 'final-checked', 'completed'] as const).map((state) => nextCheck(state, false))).toEqual([null, 'own', 'team', 'final', null, null]);
    expect(nextCheck('own-checked', true)).toBe('final');
  });
});
