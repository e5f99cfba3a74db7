import { onePriceACurrency, supersede } from './catalogue';

describe('catalogue', () => {
  it('PRT-1 a successor is known, another number, and is not followed by this one', () => {
    expect(() => supersede('A', 'B', true, ['C'])).not.toThrow();
    expect(() => supersede('A', null, false, [])).not.toThrow();
    expect(() => supersede('A', 'B', false, [])).toThrow('not in the catalogue');
    expect(() => supersede('A', 'A', true, [])).toThrow('never end');
    expect(() => supersede('A', 'B', true, ['C', 'A'])).toThrow('never end');
  });

  it('PRT-1 one price a currency', () => {
    expect(onePriceACurrency([{ currency: 'TWD' }, { currency: 'CNY' }])).toBe(true);
    expect(onePriceACurrency([{ currency: 'TWD' }, { currency: 'TWD' }])).toBe(false);
  });
});
