import fc from 'fast-check';
import type { Payer } from '@aftersales/contracts/kernel/values';
import type { Line } from '../visit/visit';
import { authorisedAfter, demandCovered, demandWhole, demandWitness, isAskedAgain, openForCustomer, standingOf, undecided, type Consent } from './consent';
import { demandAnswerable, draftOf, includedTax, priced, sharesOf, shownText, type PriceList } from './estimate';

const list: PriceList = { currency: 'TWD', perFlatHour: 120000, parts: new Map([['P', 45000]]), taxBasisPoints: 500 };
const labour = { lineId: 'a', kind: 'labour', payer: 'customer', operationCode: 'X', skill: 's', bayType: 'b', flatHours: 1205 } as const;
const part = { lineId: 'p', kind: 'part', payer: 'customer', partNumber: 'P', quantity: 4300 } as const;
const line = (changes: Partial<Line> = {}): Line => ({ ...priced(labour, list, 0), since: 1, ...changes });
const at = new Date('2026-03-10T01:00:00Z');
const said = (by: Payer, yes = true, changes: Partial<Consent> = {}): Consent => ({ lineId: 'a', since: 1, by, yes, reason: null, validUntil: null, ...changes });
const code = (act: () => unknown) => {
  try {
    act();
    return null;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('pricing', () => {
  it('REC-16 a line’s amount is rounded half up, and so is the tax in it', () => {
    expect(priced(labour, list, 0)).toMatchObject({ unitPrice: { amount: 120000 }, amount: { amount: 144600 }, tax: 6886, listPrice: 120000 });
    expect(priced({ ...part, unitPrice: 1, quantity: 500 }, { ...list, parts: new Map() }, 0)).toMatchObject({ amount: { amount: 1 } });
    expect([includedTax(105, 500), includedTax(0, 500), includedTax(31, 500), includedTax(32, 500), includedTax(1000, 0)]).toEqual([5, 0, 1, 2, 0]);
  });

  it('REC-16 the tax and what it is laid on add up to the amount, for any amount and rate', () => {
    fc.assert(fc.property(fc.nat(1_000_000_000), fc.integer({ min: 0, max: 10_000 }), (amount, rate) => {
      const tax = includedTax(amount, rate);
      expect(tax).toBeGreaterThanOrEqual(0);
      expect(Math.abs(tax * (10_000 + rate) - amount * rate)).toBeLessThanOrEqual((10_000 + rate) / 2);
    }));
  });

  it('REC-16 nobody prices further below the list than his post allows; to the percent is still allowed', () => {
    expect(code(() => priced({ ...part, unitPrice: 44999 }, list, 0))).toBe('estimate.price-authority');
    expect(code(() => priced({ ...part, unitPrice: 42750 }, list, 5))).toBeNull();
    expect(code(() => priced({ ...part, unitPrice: 42749 }, list, 5))).toBe('estimate.price-authority');
    expect(code(() => priced({ ...part, partNumber: 'Q' }, list, 0))).toBe('estimate.unpriced');
    expect(code(() => priced({ ...part, customersOwn: true, unitPrice: 1 }, list, 0))).toBe('estimate.customers-own');
    expect(priced({ ...part, customersOwn: true }, list, 0).amount.amount).toBe(0);
  });
});

describe('versions', () => {
  it('REC-16 an unchanged line keeps its version; a changed one, and one asked again, begins anew', () => {
    const [same, dearer] = [line(), line({ lineId: 'b' })];
    const now = draftOf(2, [same, { ...dearer, payer: 'goodwill' }, line({ lineId: 'c' })], [same, dearer], () => false, []);
    expect(now.map(({ since }) => since)).toEqual([1, 2, 2]);
    expect(draftOf(2, [same], [same], () => true, []).map(({ since }) => since)).toEqual([2]);
    expect(draftOf(2, [{ ...same, title: 'other words' }], [same], () => false, []).map(({ since }) => since)).toEqual([1]);
  });

  it('REC-17 what was agreed to may change, but never vanishes from the estimate', () => {
    expect(code(() => draftOf(2, [line({ lineId: 'b' })], [line()], () => false, [line()]))).toBe('estimate.line-consented');
    expect(code(() => draftOf(2, [line(), line()], [], () => false, []))).toBe('estimate.line-twice');
    expect(code(() => draftOf(2, [{ ...priced({ ...part, lineId: 'a' }, list, 0) }], [line()], () => false, []))).toBe('estimate.line-kind');
  });

  it('REC-17 the hash’s text changes with anything the customer sees', () => {
    const shown = shownText('v', 1, at, [line()]);
    for (const other of [shownText('v', 2, at, [line()]), shownText('v', 1, new Date(0), [line()]), shownText('v', 1, at, [line({ title: 'x' })]), shownText('v', 1, at, [line({ payer: 'goodwill' })]), shownText('v', 1, at, [line(), line({ lineId: 'b' })])]) expect(other).not.toBe(shown);
    expect(shownText('v', 1, at, [line()])).toBe(shown);
  });

  it('REC-17 only the newest version that was shown is answered, before it expires and as it was shown', () => {
    const version = { n: 1, state: 'offered' as const, expiresAt: new Date(at.getTime() + 1), promisedAt: new Date(at.getTime() + 1), shownHash: 'h' };
    expect(code(() => demandAnswerable(version, 1, 'h', at))).toBeNull();
    expect(code(() => demandAnswerable(version, 2, 'h', at))).toBe('estimate.superseded');
    expect(code(() => demandAnswerable({ ...version, state: 'draft' }, 1, 'h', at))).toBe('estimate.not-offered');
    expect(code(() => demandAnswerable({ ...version, expiresAt: at }, 1, 'h', at))).toBe('estimate.expired');
    expect(code(() => demandAnswerable({ ...version, promisedAt: at }, 1, 'h', at))).toBe('estimate.promise-passed');
    expect(code(() => demandAnswerable(version, 1, 'other', at))).toBe('estimate.other-text');
  });

  it('REC-20 shares add up to the lines, each payer once, in the order of the lines', () => {
    const payers = ['customer', 'warranty', 'insurer', 'internal', 'goodwill'] as const;
    const lines = fc.array(fc.record({ payer: fc.constantFrom(...payers), amount: fc.nat(1_000_000_000).map((amount) => ({ amount, currency: 'TWD' })) }), { maxLength: 60 });
    fc.assert(fc.property(lines, (some) => {
      const shares = sharesOf(some);
      expect(shares.reduce((sum, { amount }) => sum + amount.amount, 0)).toBe(some.reduce((sum, { amount }) => sum + amount.amount, 0));
      expect(shares.map(({ payer }) => payer)).toEqual([...new Set(some.map(({ payer }) => payer))]);
    }));
  });
});

describe('consent', () => {
  it('REC-17 a line is worked on with the customer’s yes and its payer’s, whoever says it first', () => {
    expect(standingOf(line(), [], at)).toBe('open');
    expect(standingOf(line(), [said('customer')], at)).toBe('consented');
    expect(standingOf(line(), [said('customer', false)], at)).toBe('declined');
    const goodwill = line({ payer: 'goodwill' });
    expect(standingOf(goodwill, [said('customer')], at)).toBe('waiting-for-payer');
    expect(standingOf(goodwill, [said('goodwill')], at)).toBe('open');
    expect(standingOf(goodwill, [said('goodwill'), said('customer')], at)).toBe('consented');
    expect(standingOf(goodwill, [said('customer'), said('goodwill', false)], at)).toBe('refused-by-payer');
    expect(standingOf(goodwill, [said('customer'), said('internal')], at)).toBe('waiting-for-payer');
    expect(standingOf(line({ since: 2 }), [said('customer')], at)).toBe('open');
  });

  it('CLM-11 nobody is asked while coverage is open, refused, or has run out', () => {
    const warranty = [line({ payer: 'warranty' })];
    const until = said('warranty', true, { validUntil: at });
    expect(code(() => demandCovered(warranty, [], at))).toBe('estimate.coverage-open');
    expect(code(() => demandCovered(warranty, [said('warranty', false)], at))).toBe('estimate.not-covered');
    expect(code(() => demandCovered(warranty, [until], new Date(at.getTime() - 1)))).toBeNull();
    expect(code(() => demandCovered(warranty, [until], at))).toBe('estimate.coverage-open');
    expect([isAskedAgain(warranty[0]!, [until], at), isAskedAgain(warranty[0]!, [], at), undecided(warranty, [until], at).length]).toEqual([true, false, 1]);
  });

  it('REC-17 one act answers every open line once, a no with its reason', () => {
    const open = openForCustomer([line(), line({ lineId: 'b' })], [said('customer')]);
    expect(open.map(({ lineId }) => lineId)).toEqual(['b']);
    expect(code(() => demandWhole([{ lineId: 'b', yes: true }], open))).toBeNull();
    expect(code(() => demandWhole([], open))).toBe('estimate.answer-each');
    expect(code(() => demandWhole([{ lineId: 'a', yes: true }], open))).toBe('estimate.not-open');
    expect(code(() => demandWhole([{ lineId: 'b', yes: false }], open))).toBe('estimate.why-not');
    expect(code(() => demandWitness('w', 'c', ['p', null]))).toBeNull();
    for (const witness of [null, 'c', 'p']) expect(code(() => demandWitness(witness, 'c', ['p', null]))).toBe('estimate.witness');
  });

  it('REC-17 whatever is answered in whatever order, what was agreed to stays agreed to, and nothing else gets in', () => {
    const consents = fc.array(fc.record({ lineId: fc.constantFrom('a', 'b', 'c'), since: fc.constantFrom(1, 2), by: fc.constantFrom<Payer>('customer', 'goodwill'), yes: fc.boolean(), reason: fc.constant(null), validUntil: fc.constant(null) }), { maxLength: 12 });
    fc.assert(fc.property(consents, fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }), (given, before) => {
      const agreed = [...new Set(before)].map((lineId) => line({ lineId, since: 1 }));
      const lines = ['a', 'b', 'c'].map((lineId, i) => line({ lineId, since: i === 1 ? 2 : 1, payer: i === 2 ? 'goodwill' : 'customer' }));
      const { all, fresh } = authorisedAfter(agreed, lines, given, at);
      for (const { lineId } of agreed) expect(all.some((one) => one.lineId === lineId)).toBe(true);
      for (const one of fresh) expect(standingOf(one, given, at)).toBe('consented');
      expect(new Set(all.map(({ lineId }) => lineId)).size).toBe(all.length);
      expect(authorisedAfter(all, lines, given, at).fresh).toEqual([]);
    }));
  });
});
