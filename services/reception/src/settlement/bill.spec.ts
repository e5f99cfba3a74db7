import fc from 'fast-check';
import { emptyFloor } from '../visit/floor';
import type { Line } from '../visit/visit';
import { sharesOf } from '../estimate/estimate';
import { billed, printedShares } from './bill';
import { demandRefundable, owedBy, rounded, take, type Payment } from './payment';

const money = (amount: number) => ({ amount, currency: 'TWD' });
const labour = (lineId: string, changes: Partial<Line> = {}): Line => ({ lineId, kind: 'labour', flatHours: 1000, unitPrice: money(1000), amount: money(1000), payer: 'customer', since: 1, tax: 48, taxBasisPoints: 500, listPrice: null, title: null, ...changes });
const part = (lineId: string, changes: Partial<Line> = {}): Line => ({ ...labour(lineId), kind: 'part', partNumber: `P-${lineId}`, quantity: 2000, unitPrice: money(333), amount: money(666), tax: 32, ...changes });
const floor = (finishedLineIds: string[], unfinishedLineIds: string[] = []) => ({ ...emptyFloor, state: 'completed' as const, finishedLineIds, unfinishedLineIds });
const code = (act: () => unknown) => {
  try {
    act();
    return null;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('the bill', () => {
  it('REC-20 only what was agreed to and done; the parts of undone work are not waited for', () => {
    const fault = { faultCode: 'F' };
    const bill = billed([labour('a'), labour('b', fault), part('p', fault), part('q')], floor(['a'], ['b']), new Map([['q', 2000]]), []);
    expect(bill.lines.map(({ lineId }) => lineId)).toEqual(['a', 'q']);
    expect(bill.leftOut).toEqual([{ lineId: 'b', reason: 'not-done' }, { lineId: 'p', reason: 'not-done' }]);
  });

  it('REC-20 PRT-5 a part is billed as issued less returned, and never more than was agreed to', () => {
    expect(billed([part('p')], floor([]), new Map([['p', 500]]), []).lines[0]).toMatchObject({ quantity: 500, amount: { amount: 167 }, tax: 8 });
    expect(code(() => billed([part('p')], floor([]), new Map([['p', 2001]]), []))).toBe('settlement.more-than-agreed');
    expect(code(() => billed([part('p')], floor([]), new Map(), []))).toBe('settlement.part-missing');
    expect(billed([part('p')], floor([]), new Map(), [{ lineId: 'p', reason: 'not-needed' }])).toEqual({ lines: [], leftOut: [{ lineId: 'p', reason: 'not-needed' }] });
    expect(code(() => billed([part('p')], floor([]), new Map([['p', 1000]]), [{ lineId: 'p', reason: 'not-needed' }]))).toBe('settlement.part-out');
    expect(code(() => billed([labour('a')], floor(['a']), new Map(), [{ lineId: 'a', reason: 'gift' }]))).toBe('settlement.done');
    expect(billed([part('p', { customersOwn: true })], floor([]), new Map(), []).lines).toHaveLength(1);
  });

  it('REC-20 whatever was done and issued, labour and parts of all payers add up to the shares, and nothing exceeds its consent', () => {
    const payers = ['customer', 'warranty', 'goodwill', 'insurer'] as const;
    const lines = fc.uniqueArray(fc.record({ id: fc.stringMatching(/^[a-z]{2}$/), labour: fc.boolean(), payer: fc.constantFrom(...payers), price: fc.nat(1_000_000), quantity: fc.integer({ min: 1, max: 100_000 }), done: fc.boolean(), issued: fc.nat(1000) }), { selector: ({ id }) => id, maxLength: 20 });
    fc.assert(fc.property(lines, (some) => {
      const authorised = some.map(({ id, labour: isLabour, payer, price, quantity }) => (isLabour ? labour(id, { payer, unitPrice: money(price), amount: money(price) }) : part(id, { payer, unitPrice: money(price), quantity, amount: money(Math.round((price * quantity) / 1000)) })));
      const issued = new Map(some.filter((one) => !one.labour && one.done).map(({ id, quantity, issued: share }) => [id, Math.max(1, Math.floor((quantity * share) / 1000))]));
      const bill = billed(authorised, floor(some.filter((one) => one.done).map(({ id }) => id), some.filter((one) => !one.done).map(({ id }) => id)), issued, []);
      const printed = printedShares(bill.lines);
      expect(printed.map(({ payer, total }) => [payer, total])).toEqual(sharesOf(bill.lines).map(({ payer, amount }) => [payer, amount.amount]));
      for (const { labour: ofLabour, parts, consumables, total } of printed) expect(ofLabour + parts + consumables).toBe(total);
      for (const one of bill.lines) expect(one.amount.amount).toBeLessThanOrEqual(authorised.find(({ lineId }) => lineId === one.lineId)!.amount.amount + 1);
      expect(bill.lines.length + bill.leftOut.length).toBe(authorised.length);
    }));
  });
});

describe('money', () => {
  it('REC-20 cash is rounded half up where it pays all, and change is what is too much; all else is exact', () => {
    expect([rounded(104, 10), rounded(105, 10), rounded(99, 1)]).toEqual([100, 110, 99]);
    expect(take(1004, 1100, 'cash', 10)).toEqual({ amount: 1000, change: 100, rounding: 4 });
    expect(take(1005, 1010, 'cash', 10)).toEqual({ amount: 1010, change: 0, rounding: -5 });
    expect(take(1005, 500, 'cash', 10)).toEqual({ amount: 500, change: 0, rounding: 0 });
    expect(code(() => take(1000, 1001, 'card', 1))).toBe('payment.too-much');
    expect(code(() => take(0, 1, 'cash', 1))).toBe('payment.nothing-owed');
  });

  it('REC-20 however it is paid, nobody pays more than the rounded share, and what was laid down is taken or given back', () => {
    const tries = fc.array(fc.record({ tendered: fc.integer({ min: 1, max: 100_000 }), method: fc.constantFrom('cash', 'card', 'mobile') }), { maxLength: 12 });
    fc.assert(fc.property(fc.integer({ min: 1, max: 200_000 }), fc.constantFrom(1, 5, 10, 100), tries, (share, step, some) => {
      const shares = [{ payer: 'customer' as const, amount: { amount: share } }];
      const payments: Pick<Payment, 'payer' | 'amount' | 'rounding' | 'refunded'>[] = [];
      for (const { tendered, method } of some) {
        const owed = owedBy('customer', shares, payments);
        if (owed <= 0 || (method !== 'cash' && tendered > owed)) continue;
        const taken = take(owed, tendered, method as 'cash', step);
        expect(taken.amount + taken.change).toBe(tendered);
        expect(Math.abs(taken.rounding)).toBeLessThanOrEqual(step / 2);
        payments.push({ payer: 'customer', refunded: 0, ...taken });
      }
      const owed = owedBy('customer', shares, payments);
      expect(owed).toBeGreaterThanOrEqual(0);
      expect(payments.reduce((sum, { amount, rounding }) => sum + amount + rounding, 0)).toBe(share - owed);
    }));
  });

  it('REC-20 no more goes back than came in, and not by the word of who took it', () => {
    const payment = { amount: 100, refunded: 40, cashierId: 'c' } as Payment;
    expect(code(() => demandRefundable(payment, 60, 'm'))).toBeNull();
    expect(code(() => demandRefundable(payment, 61, 'm'))).toBe('payment.refund-too-much');
    expect(code(() => demandRefundable(payment, 1, 'c'))).toBe('payment.own-refund');
  });
});
