import fc from 'fast-check';
import { afterSecondCall, allowed, answerers, moves, step, type CaseMove, type CaseState } from './case';

const all = moves.map(({ move }) => move);

describe('case', () => {
  it('CRM-10 open, answered, asked again, until satisfied or closed by the store manager', () => {
    expect(step('open', 'answer')).toBe('answered');
    expect(afterSecondCall('answered', false)).toBe('open');
    expect(afterSecondCall('answered', true)).toBe('closed');
    expect(step('open', 'close')).toBe('closed');
    expect(() => step('answered', 'answer')).toThrow(expect.objectContaining({ code: 'case.move', move: { from: 'answered', to: 'answered', allowed: ['hear-satisfied', 'hear-again', 'close'] } }));
  });

  it('CRM-10 no way leads out of closed, and none to satisfied past a department’s answer', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom<CaseMove>(...all)), (tries) => {
      let state: CaseState = 'open';
      let answered = false;
      for (const move of tries) {
        const before = state;
        try {
          state = step(state, move);
        } catch {
          continue;
        }
        expect(before).not.toBe('closed');
        if (move === 'answer') answered = true;
        if (move === 'hear-satisfied' || move === 'hear-again') expect(answered).toBe(true);
        if (move === 'hear-again') answered = false;
      }
    }));
  });

  it('CRM-10 a department’s people answer its cases, the store manager alone closes', () => {
    expect(allowed('open', 'workshop', ['workshop-manager'])).toEqual(['answer']);
    expect(allowed('open', 'workshop', ['parts-manager'])).toEqual([]);
    expect(allowed('answered', 'parts', ['parts-manager'])).toEqual([]);
    expect(allowed('answered', 'parts', ['store-manager'])).toEqual(['close']);
    expect(Object.values(answerers).every((roles) => roles.length > 0)).toBe(true);
  });
});
