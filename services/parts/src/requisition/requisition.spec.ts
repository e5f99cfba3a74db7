import * as fc from 'fast-check';
import { Refused } from '@aftersales/contracts/kernel/refused';
import { allowed, countersign, exceptOldPart, giveBack, handInOldPart, issue, isWarranty, moves, signClaims, withdraw, type Move, type Requisition, type RequisitionLine } from './requisition';

const line = (lineId: string, changes: Partial<RequisitionLine> = {}): RequisitionLine => ({ lineId, partNumber: 'P', quantity: 1000, returned: 0, payer: 'customer', oldPart: 'due', ...changes });
const signed = (...lines: RequisitionLine[]): Requisition => ({ state: 'signed', lines, technicianId: 'tech', advisorId: null, claimsClerkId: null });
const code = (work: () => unknown): string | undefined => {
  try {
    work();
  } catch (error) {
    return (error as Refused).code;
  }
};

describe('requisition', () => {
  it('PRT-5 goods first, papers later is an impossible transition', () => {
    const paper = signed(line('l', { oldPart: 'exempt' }));
    expect(code(() => issue(paper))).toBe('parts.papers-first');
    expect(issue({ ...paper, ...countersign(paper, 'advisor') })).toEqual({ state: 'issued' });
  });

  it('PRT-5 what comes back is at most what went out, to the thousandth', () => {
    const issued: Requisition = { ...signed(line('l', { quantity: 4300 })), state: 'issued', advisorId: 'advisor' };
    const once = { ...issued, lines: giveBack(issued, [{ lineId: 'l', quantity: 4299 }]) };
    expect(code(() => giveBack(once, [{ lineId: 'l', quantity: 2 }]))).toBe('parts.more-than-issued');
    expect(giveBack(once, [{ lineId: 'l', quantity: 1 }])).toMatchObject([{ returned: 4300 }]);
    expect(code(() => giveBack(issued, [{ lineId: 'x', quantity: 1 }]))).toBe('parts.not-on-requisition');
  });

  it('PRT-5 whoever does what in whatever order: issued only with two people\'s signatures, claims\' where the maker pays, and every old part answered for', () => {
    const people = ['ann', 'ben', 'cem'];
    const step = fc.record({ move: fc.constantFrom(...(Object.keys(moves) as Move[])), person: fc.constantFrom(...people), lineId: fc.constantFrom('l1', 'l2') });
    const start = fc.record({
      technicianId: fc.constantFrom(...people),
      lines: fc.tuple(...['l1', 'l2'].map((lineId) => fc.record({ payer: fc.constantFrom('customer' as const, 'warranty' as const), oldPart: fc.constantFrom('due' as const, 'exempt' as const) }).map((changes) => line(lineId, changes)))),
    });
    const take = (now: Requisition, { move, person, lineId }: { move: Move; person: string; lineId: string }): Requisition => {
      if (move === 'countersign') return { ...now, ...countersign(now, person) };
      if (move === 'sign-claims') return { ...now, ...signClaims(now, person) };
      if (move === 'hand-in') return { ...now, lines: handInOldPart(now, lineId, person) };
      if (move === 'except') return { ...now, lines: exceptOldPart(now, lineId, person) };
      if (move === 'issue') return { ...now, ...issue(now) };
      if (move === 'return') return { ...now, lines: giveBack(now, [{ lineId, quantity: 400 }]) };
      return { ...now, ...withdraw(now) };
    };
    let issuedOnes = 0;
    fc.assert(fc.property(start, fc.array(step, { minLength: 5, maxLength: 40 }), (given, steps) => {
      let now: Requisition = { ...signed(), ...given };
      for (const one of steps) {
        const open = allowed(now, moves[one.move].roles);
        try {
          const next = take(now, one);
          expect(open).toContain(one.move);
          expect(['withdrawn']).not.toContain(now.state);
          now = next;
        } catch (error) {
          expect(error).toBeInstanceOf(Refused);
        }
        if (now.state !== 'issued') continue;
        issuedOnes++;
        expect(now.advisorId).not.toBeNull();
        expect(now.advisorId).not.toBe(now.technicianId);
        expect(now.lines.every(({ oldPart, returned, quantity }) => oldPart !== 'due' && returned <= quantity)).toBe(true);
        if (isWarranty(now)) expect(new Set([now.technicianId, now.advisorId, now.claimsClerkId]).size).toBe(3);
      }
    }), { numRuns: 500 });
    expect(issuedOnes).toBeGreaterThan(0);
  });
});
