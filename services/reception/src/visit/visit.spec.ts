import fc from 'fast-check';
import { Refused } from '@aftersales/contracts/kernel/refused';
import { allowed, move, moves, states, type Visit, type VisitMove } from './visit';

const names = Object.keys(moves) as VisitMove[];
const at = new Date('2026-03-10T01:00:00Z');
const visit = fc.record({ state: fc.constantFrom(...states), settledAt: fc.constantFrom(null, at), promisedAt: fc.constantFrom(null, at), sheet: fc.constantFrom(null, {}), authorised: fc.constantFrom([], [{}]) }) as unknown as fc.Arbitrary<Visit>;
const refuses = (one: Visit, name: VisitMove): boolean => {
  try {
    move(one, name);
    return false;
  } catch (error) {
    if (error instanceof Refused) return true;
    throw error;
  }
};

describe('the moves of a visit', () => {
  it('REC-12 what is shown as allowed is possible, and only to the roles of the move', () => {
    fc.assert(fc.property(visit, fc.constantFrom(...names), (one, name) => {
      for (const role of moves[name].roles) expect(allowed(one, [role]).includes(name)).toBe(!refuses(one, name));
      expect(allowed(one, ['technician'])).toEqual([]);
    }));
  });

  it('REC-21 no way leads out of delivered or left, and none past the hand-over', () => {
    fc.assert(fc.property(visit, fc.array(fc.constantFrom(...names), { maxLength: 40 }), (start, walk) => {
      let one = start;
      for (const name of walk) {
        if (refuses(one, name)) continue;
        const to = move(one, name);
        if (one.state === 'delivered' || one.state === 'left') expect(to).toBe(one.state);
        if (to === 'delivered' && one.state !== 'delivered') expect(one.state === 'ready' || one.authorised.length === 0).toBe(true);
        if (one.settledAt) expect(name === 'authorise').toBe(false);
        one = { ...one, state: to };
      }
    }));
  });

  it('REC-12 every state can be reached from the gate, and a refusal names what is open', () => {
    const reached = new Set<string>(['arrived']);
    for (let i = 0; i < states.length; i++)
      for (const name of names)
        for (const from of moves[name].from) if (reached.has(from)) reached.add(moves[name].to ?? from);
    expect([...reached].sort()).toEqual([...states].sort());
    const arrived = { state: 'arrived', settledAt: null, promisedAt: null, sheet: null, authorised: [] } as unknown as Visit;
    expect(() => move(arrived, 'deliver')).toThrow(expect.objectContaining({ code: 'visit.state', move: { from: 'arrived', to: 'delivered', allowed: ['identify', 'introduce', 'check-in', 'leave'] } }));
  });
});
