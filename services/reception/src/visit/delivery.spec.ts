import { demandDeliverable, isMaintenance, nextService, type BeforeDelivery, type HandOver } from './delivery';
import { emptyFloor } from './floor';
import type { Line, Visit } from './visit';

const at = new Date('2026-03-10T10:00:00Z');
const floor = { ...emptyFloor, state: 'completed' as const, checks: (['own', 'final'] as const).map((check) => ({ check, checkedAt: at.toISOString() })) };
const visit = { authorised: [{}], settledAt: at, sheet: { oldParts: 'hand-over', valuables: [{}] } } as unknown as Visit;
const before: BeforeDelivery = { visit, floor, owed: 0, customersOldParts: 1, refusedSafety: false };
const done: HandOver = { oldParts: 'handed-over', valuablesReturned: true, nextServiceTold: true, waiverSignatureId: null };
const refusal = (state: Partial<BeforeDelivery>, said: Partial<HandOver> = {}) => {
  try {
    demandDeliverable({ ...before, ...state }, { ...done, ...said });
    return null;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('the hand-over', () => {
  it('REC-21 every condition is asked for on its own', () => {
    expect(refusal({})).toBeNull();
    expect(refusal({ owed: 1 })).toBe('visit.not-paid');
    expect(refusal({ visit: { ...visit, settledAt: null } })).toBe('visit.not-settled');
    expect(refusal({ floor: { ...floor, checks: floor.checks.slice(0, 1) } })).toBe('visit.checks-open');
    expect(refusal({ floor: null })).toBe('visit.checks-open');
    expect(refusal({}, { oldParts: 'kept' })).toBe('visit.old-parts');
    expect(refusal({ customersOldParts: 0 }, { oldParts: 'none' })).toBeNull();
    expect(refusal({}, { valuablesReturned: false })).toBe('visit.valuables');
    expect(refusal({ refusedSafety: true })).toBe('visit.waiver');
    expect(refusal({ refusedSafety: true }, { waiverSignatureId: 'signed' })).toBeNull();
    expect(refusal({}, { nextServiceTold: false })).toBe('visit.next-service');
  });

  it('REC-21 a car to which nothing was done goes back as it came, but for waiver and valuables', () => {
    const untouched = { visit: { ...visit, authorised: [], settledAt: null }, floor: null, customersOldParts: 0 };
    expect(refusal(untouched, { oldParts: 'none', nextServiceTold: false })).toBeNull();
    expect(refusal({ ...untouched, refusedSafety: true }, { oldParts: 'none' })).toBe('visit.waiver');
  });

  it('REC-21 the next service counts from the store’s own day, and ends with a short month', () => {
    expect(nextService('Asia/Taipei', new Date('2026-08-31T15:30:00Z'), 19850, { months: 6, kilometres: 10000 })).toEqual({ on: '2027-02-28', atKm: 29850 });
    expect(nextService('Asia/Taipei', new Date('2026-08-31T16:30:00Z'), 0, { months: 1, kilometres: 1 })).toEqual({ on: '2026-10-01', atKm: 1 });
    expect([isMaintenance([{ kind: 'labour', skill: 'maintenance' } as Line]), isMaintenance([{ kind: 'labour', skill: 'brakes' } as Line])]).toEqual([true, false]);
  });
});
