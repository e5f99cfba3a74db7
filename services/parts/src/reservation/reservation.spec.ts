import * as fc from 'fast-check';
import { ask, decline, firm, giveUp, keepAlive, lessHeld, living, nextExpiry, wanted, type Holder, type Wish } from './reservation';

const line = (lineId: string, partNumber: string, quantity = 1000) => ({ lineId, partNumber, quantity, payer: null });
const wish = (round: number, changes: Partial<Wish> = {}): Wish => ({ round, level: 'held', lines: [line('l1', 'P')], neededBy: '2026-03-10T01:00:00.000Z', expiresAt: '2026-03-09T01:00:00.000Z', ...changes });
const holder = (...wishes: Wish[]): Holder => ({ wishes, closed: null });

describe('reservation', () => {
  it('PRT-3 what two rounds want is held once: the larger quantity, the earlier need, the stronger level', () => {
    const both = wanted([wish(1, { level: 'firm' }), wish(2, { lines: [line('l1', 'P', 2000), line('l2', 'Q')], neededBy: '2026-03-08T01:00:00.000Z' })]);
    expect([...both.values()]).toMatchObject([{ lineId: 'l1', quantity: 2000, level: 'firm', round: 2, neededBy: '2026-03-08T01:00:00.000Z' }, { lineId: 'l2', quantity: 1000, level: 'held' }]);
  });

  it('PRT-3 REC-17 of a quote for what was agreed only what it asks beyond is held, softly; what was agreed stays as it was', () => {
    const agreed = wish(1, { level: 'firm', lines: [{ ...line('l1', 'P'), payer: 'warranty' }, line('l2', 'Q')] });
    const quote = wish(2, { level: 'soft', lines: [{ ...line('l1', 'P', 3000), payer: 'customer' }, line('l2', 'Q', 500), line('l3', 'R')], neededBy: '2026-03-08T01:00:00.000Z' });
    const [l1, l2, ...beyond] = [...wanted([quote, agreed]).values()];
    expect([l1, l2]).toEqual([...wanted([agreed]).values()]);
    expect(beyond).toMatchObject([{ lineId: 'l1', quantity: 2000, level: 'soft', payer: 'customer', round: 2 }, { lineId: 'l3', quantity: 1000, level: 'soft' }]);
  });

  it('PRT-3 booked makes its round firm and gives up the others; a newer quote stays; an older booking changes nothing', () => {
    expect(firm(holder(wish(1), wish(2)), wish(2))).toMatchObject([{ round: 2, level: 'firm' }]);
    expect(firm(holder(wish(1, { level: 'soft' }), wish(3, { level: 'soft' })), wish(2))).toMatchObject([{ round: 3, level: 'soft' }, { round: 2, level: 'firm' }]);
    const booked = holder(wish(3, { level: 'firm' }));
    expect(firm(booked, wish(2))).toBe(booked.wishes);
    expect(ask(booked, wish(3))).toBe(booked.wishes);
  });

  it('PRT-3 a round given up frees that round alone, and never the booked one', () => {
    expect(giveUp(holder(wish(1, { level: 'firm' }), wish(2)), 2)).toMatchObject([{ round: 1 }]);
    expect(giveUp(holder(wish(1, { level: 'firm' })), 1)).toMatchObject([{ round: 1 }]);
  });

  it('PRT-3 a holder that is closed wants nothing more', () => {
    expect(ask({ wishes: [], closed: 'released' }, wish(2))).toEqual([]);
    expect(firm({ wishes: [], closed: 'taken-over' }, wish(2))).toEqual([]);
  });

  it('PRT-3 a quote replaces the older one; declined lines leave it, consented ones stay', () => {
    const quoted = holder(wish(1, { level: 'firm' }), wish(2, { level: 'soft' }));
    const next = ask(quoted, wish(3, { level: 'soft', lines: [line('l1', 'P'), line('l2', 'Q')] }));
    expect(next.map(({ round }) => round)).toEqual([1, 3]);
    expect(decline({ wishes: next, closed: null }, 3, ['l1'])).toMatchObject([{ round: 1, lines: [{ lineId: 'l1' }] }, { round: 3, lines: [{ lineId: 'l2' }] }]);
    expect(decline({ wishes: next, closed: null }, 3, ['l1', 'l2'])).toMatchObject([{ round: 1 }]);
    expect(decline({ wishes: next, closed: null }, 2, ['l1', 'l2'])).toHaveLength(2);
  });

  it('PRT-3 a wish lives until its instant; once the car is here nothing ends by itself', () => {
    const wishes = [wish(1), wish(2, { expiresAt: null })];
    expect(living(wishes, new Date('2026-03-09T00:59:59.999Z'))).toHaveLength(2);
    expect(living(wishes, new Date('2026-03-09T01:00:00.000Z'))).toMatchObject([{ round: 2 }]);
    expect(nextExpiry(wishes)).toEqual(new Date('2026-03-09T01:00:00.000Z'));
    expect(nextExpiry(keepAlive(wishes))).toBeNull();
  });

  it('PRT-3 a quote holds only what the appointment does not hold already', () => {
    const held = [{ lineId: 'l1', wantedNumber: 'P', quantity: 1000 }, { lineId: 'x', wantedNumber: 'Q', quantity: 500 }];
    expect(lessHeld([line('l1', 'P', 1500), line('l2', 'Q', 500), line('l3', 'R')], held)).toEqual([line('l1', 'P', 500), line('l3', 'R')]);
    expect(lessHeld([line('l9', 'P', 800), line('l1', 'P', 1000)], held)).toEqual([line('l9', 'P', 800)]);
  });

  it('PRT-3 whatever is said in whatever order: doing it twice is doing it once, and at most one round is firm', () => {
    const move = fc.oneof(
      fc.record({ kind: fc.constantFrom('ask' as const, 'firm' as const, 'quote' as const), round: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ kind: fc.constant('giveUp' as const), round: fc.integer({ min: 1, max: 4 }) }),
    );
    const apply = (state: Holder, { kind, round }: { kind: 'ask' | 'firm' | 'quote' | 'giveUp'; round: number }): Holder => ({
      closed: null,
      wishes: kind === 'ask' ? ask(state, wish(round)) : kind === 'quote' ? ask(state, wish(round, { level: 'soft' })) : kind === 'firm' ? firm(state, wish(round)) : giveUp(state, round),
    });
    fc.assert(fc.property(fc.array(move, { maxLength: 15 }), (moves) => {
      let state = holder();
      for (const one of moves) {
        state = apply(state, one);
        const again = apply(state, one);
        expect([...wanted(again.wishes)].sort()).toEqual([...wanted(state.wishes)].sort());
        expect(state.wishes.filter(({ level }) => level === 'firm').length).toBeLessThanOrEqual(1);
        expect(new Set(state.wishes.map(({ round }) => round)).size).toBe(state.wishes.length);
      }
    }));
  });
});
