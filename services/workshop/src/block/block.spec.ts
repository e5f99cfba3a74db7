import { byFacts, standsOn, wholeJob } from './block';

const part = (lineId: string, changes = {}) => ({ lineId, consented: true, short: true, faultCode: null, ...changes });

describe('blocks', () => {
  it('WRK-6 only consented parts that are short block, and add-ons that wait for an answer', () => {
    expect(byFacts([part('b'), part('a'), part('c', { consented: false }), part('d', { short: false })], [{ state: 'asked' }, { state: 'reported' }])).toEqual([{ reason: 'parts', lineIds: ['a', 'b'] }, { reason: 'consent', lineIds: [] }]);
    expect(byFacts([], [{ state: 'declined' }])).toEqual([]);
  });

  it('WRK-6 a short part stops the operation that mends the same fault, and no other', () => {
    const parts = [part('pads', { faultCode: 'C1' })];
    const block = { reason: 'parts' as const, lineIds: ['pads'] };
    expect(standsOn({ lineId: 'x', faultCode: 'C1' }, block, parts)).toBe(true);
    expect(standsOn({ lineId: 'y', faultCode: null }, block, parts)).toBe(false);
    expect(standsOn({ lineId: 'y', faultCode: null }, { ...block, lineIds: ['oil'] }, [part('oil')])).toBe(true);
  });

  it('WRK-6 the whole job is what is not done yet', () => {
    expect(wholeJob([{ lineId: 'a', state: 'done' }, { lineId: 'b', state: 'rework' }, { lineId: 'c', state: 'left' }])).toEqual(['b']);
  });
});
