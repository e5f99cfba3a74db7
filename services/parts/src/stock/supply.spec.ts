import * as fc from 'fast-check';
import { supply, type Inbound, type OpenLine } from './supply';

const at = (day: number) => new Date(Date.UTC(2026, 0, day));
const line = (id: string, changes: Partial<OpenLine> = {}): OpenLine => ({ id, level: 'firm', neededBy: at(10), quantity: 1000, reserved: 0, ready: 0, ...changes });
const coming = (id: string, open: number, eta: Date | null, changes: Partial<Inbound> = {}): Inbound => ({ id, open, eta, from: 'inbound', planned: false, ...changes });
const of = (result: ReturnType<typeof supply>, id: string) => result.lines.find((one) => one.id === id)!;

describe('supply', () => {
  it('PRT-3 the shelf serves in the order of the promise, quotes last', () => {
    const result = supply(2000, [line('late', { neededBy: at(20) }), line('quote', { level: 'soft', neededBy: at(1) }), line('soon', { neededBy: at(5) })], []);
    expect(['soon', 'late', 'quote'].map((id) => of(result, id).ready)).toEqual([1000, 1000, 0]);
    expect(result.gap).toBe(0);
  });

  it('PRT-3 what somebody holds is not taken away by an earlier promise', () => {
    const result = supply(1000, [line('has', { neededBy: at(20), reserved: 1000, ready: 1000 }), line('wants', { neededBy: at(2) })], []);
    expect([of(result, 'has').ready, of(result, 'wants').ready, result.gap]).toEqual([1000, 0, 1000]);
  });

  it('PRT-3 a line waits for the last inbound that it needs; unknown times come last', () => {
    const result = supply(0, [line('one', { quantity: 1500 }), line('two', { neededBy: at(11) })], [coming('b', 1000, at(4)), coming('a', 1000, at(3)), coming('c', 500, null)]);
    expect(of(result, 'one')).toMatchObject({ reserved: 1500, ready: 0, eta: at(4), from: 'inbound' });
    expect(of(result, 'two')).toMatchObject({ reserved: 1000, eta: null });
    expect(result.nextEta).toBeNull();
  });

  it('PRT-3 a planned order that nobody needs is surplus; a confirmed one is free stock to come', () => {
    const result = supply(0, [line('one')], [coming('confirmed', 1500, at(3)), coming('planned', 700, at(2), { planned: true, from: 'order' })]);
    expect(result.surplus).toEqual([]);
    expect(of(result, 'one')).toMatchObject({ eta: at(3) });
    expect(supply(0, [], [coming('planned', 700, at(2), { planned: true, from: 'order' })]).surplus).toEqual([{ id: 'planned', quantity: 700 }]);
    expect(result.nextEta).toEqual(at(3));
  });

  it('PRT-3 nothing is lacking for a quote: it orders nothing', () => {
    expect(supply(0, [line('quote', { level: 'soft' })], []).gap).toBe(0);
  });

  it('PRT-3 a quote keeps no planned order alive: it waits for what comes anyway, be that later', () => {
    const inbound = [coming('planned', 1000, at(2), { planned: true, from: 'order' }), coming('confirmed', 1000, at(5))];
    expect(supply(0, [line('quote', { level: 'soft' })], inbound.slice(0, 1))).toMatchObject({ lines: [{ reserved: 0 }], surplus: [{ id: 'planned', quantity: 1000 }] });
    expect(supply(0, [line('quote', { level: 'soft' })], inbound)).toMatchObject({ lines: [{ reserved: 1000, eta: at(5) }], surplus: [{ id: 'planned', quantity: 1000 }] });
    expect(supply(0, [line('booked', { reserved: 1000 }), line('quote', { level: 'soft' })], inbound)).toMatchObject({ lines: [{ id: 'booked', eta: at(2) }, { reserved: 1000, eta: at(5) }], surplus: [] });
  });

  const level = fc.constantFrom('soft' as const, 'held' as const, 'firm' as const);
  const eta = fc.option(fc.integer({ min: 1, max: 28 }).map(at), { nil: null });
  const world = fc.record({
    onHand: fc.integer({ min: 0, max: 9000 }),
    lines: fc.array(fc.record({ level, neededBy: fc.integer({ min: 1, max: 28 }).map(at), quantity: fc.integer({ min: 1, max: 3000 }) }), { maxLength: 12 }),
    inbound: fc.array(fc.record({ open: fc.integer({ min: 0, max: 3000 }), eta, planned: fc.boolean() }), { maxLength: 6 }),
  }).map(({ onHand, lines, inbound }) => ({
    onHand,
    lines: lines.map((one, i): OpenLine => ({ id: `l${i}`, reserved: 0, ready: 0, ...one })),
    inbound: inbound.map((one, i): Inbound => ({ id: `i${i}`, from: 'inbound', ...one })),
  }));
  const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);

  it('PRT-3 Σ reserved never exceeds on-hand + inbound, Σ ready never on-hand, whatever comes and goes; balancing twice changes nothing', () => {
    fc.assert(fc.property(world, fc.integer({ min: 0, max: 5000 }), eta, ({ onHand, lines, inbound }, more, newEta) => {
      const check = (stock: number, open: readonly OpenLine[], due: readonly Inbound[]): OpenLine[] => {
        const result = supply(stock, open, due);
        const [reserved, planned] = [sum(result.lines.map((one) => one.reserved)), sum(due.filter((one) => one.planned).map((one) => one.open))];
        const all = stock + sum(due.map((one) => one.open));
        expect(reserved).toBeLessThanOrEqual(all);
        const lacks = open.filter((one) => of(result, one.id).reserved < one.quantity);
        if (lacks.length > 0) expect(reserved).toBeGreaterThanOrEqual(all - planned);
        if (lacks.some((one) => one.level !== 'soft')) expect(reserved).toBe(all);
        expect(sum(result.lines.map(({ ready }) => ready))).toBeLessThanOrEqual(stock);
        const next = open.map((one) => ({ ...one, ...(({ reserved, ready }) => ({ reserved, ready }))(of(result, one.id)) }));
        for (const [i, one] of next.entries()) {
          expect(one.ready).toBeLessThanOrEqual(one.reserved);
          expect(one.reserved).toBeLessThanOrEqual(one.quantity);
          expect(one.ready).toBeGreaterThanOrEqual(open[i]!.ready);
          expect(one.reserved).toBeGreaterThanOrEqual(open[i]!.reserved);
        }
        expect(supply(stock, next, due)).toEqual(result);
        return next;
      };
      const held = check(onHand, lines, inbound);
      const grown = check(onHand + more, held, inbound.map((one) => ({ ...one, eta: newEta })));
      check(onHand + more, grown.slice(1), inbound);
    }));
  });

  it('PRT-8 nobody is on the shelf while an earlier promise of its kind waits, when all began together', () => {
    fc.assert(fc.property(world, ({ onHand, lines, inbound }) => {
      const result = supply(onHand, lines, inbound);
      for (const one of lines) for (const other of lines) {
        if ((one.level === 'soft') !== (other.level === 'soft') || one.neededBy >= other.neededBy) continue;
        if (of(result, other.id).ready > 0) expect(of(result, one.id).ready).toBe(one.quantity);
      }
    }));
  });
});
