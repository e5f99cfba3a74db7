import fc from 'fast-check';
import { adjusted, deviations, ofMean, wilson } from './interval';

const z95 = deviations(95);
const percent = fc.integer({ min: 50, max: 99 });

it('knows the normal distribution', () => {
  expect(deviations(95)).toBeCloseTo(1.959963984540054, 12);
  expect(deviations(99)).toBeCloseTo(2.5758293035489004, 12);
  expect(deviations(50)).toBeCloseTo(0.6744897501960817, 12);
});

it("HQ-2 Wilson's interval by the textbook: 81 of 263", () => {
  const { low, high } = wilson(81 / 263, 263, z95); // Newcombe 1998, table I
  expect(low).toBeCloseTo(0.2553, 4);
  expect(high).toBeCloseTo(0.3662, 4);
});

it('HQ-2 none of ten, and ten of ten, are no certainty', () => {
  expect(wilson(0, 10, z95)).toEqual({ low: 0, high: expect.closeTo(0.2775, 4) });
  expect(wilson(1, 10, z95)).toEqual({ low: expect.closeTo(0.7225, 4), high: 1 });
  const ten = adjusted({ n: 10, sum: 1000, squares: 100_000, least: 0, most: 100 }, z95);
  expect(ten.high).toBe(100);
  expect(ten.low).toBeLessThan(80);
});

it('HQ-2 Wilson stays inside 0…1 and contains its share, and grows with the confidence', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 1e7 }), fc.double({ min: 0, max: 1, noNaN: true }), percent, (n, share, confidence) => {
    const { low, high } = wilson(share, n, deviations(confidence));
    expect(low).toBeGreaterThanOrEqual(0);
    expect(high).toBeLessThanOrEqual(1);
    expect(low).toBeLessThanOrEqual(share);
    expect(high).toBeGreaterThanOrEqual(share);
    expect(high - low).toBeGreaterThan(0);
    const wider = wilson(share, n, deviations(confidence) + 0.5);
    expect(wider.low).toBeLessThanOrEqual(low + 1e-12);
    expect(wider.high).toBeGreaterThanOrEqual(high - 1e-12);
  }));
});

it("HQ-2 a mean's interval stays inside its scale, contains the mean, is never empty", () => {
  const values = fc.tuple(fc.constantFrom([0, 100], [-100, 100]), fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 50 }));
  fc.assert(fc.property(values, percent, ([[least, most], shares], confidence) => {
    const points = shares.map((share) => least! + share * (most! - least!));
    const of = { n: points.length, sum: points.reduce((a, b) => a + b, 0), squares: points.reduce((a, b) => a + b * b, 0), least: least!, most: most! };
    const { low, high } = adjusted(of, deviations(confidence));
    const mean = of.sum / of.n;
    expect(low).toBeGreaterThanOrEqual(least!);
    expect(high).toBeLessThanOrEqual(most!);
    expect(low).toBeLessThanOrEqual(mean);
    expect(high).toBeGreaterThanOrEqual(mean);
    expect(high - low).toBeGreaterThan(0);
  }));
});

it('HQ-2 the mean of one figure is that figure; of many, it lies within their ends and is surer than each', () => {
  const figure = fc.tuple(fc.double({ min: 0, max: 100, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([value, down, up]) => ({ value, low: value - down * value, high: value + up * (100 - value) }));
  fc.assert(fc.property(fc.array(figure, { minLength: 1, maxLength: 30 }), (figures) => {
    const { value, low, high } = ofMean(figures);
    const mean = (of: (one: { value: number; low: number; high: number }) => number) => figures.reduce((all, one) => all + of(one), 0) / figures.length;
    expect(low).toBeLessThanOrEqual(value);
    expect(high).toBeGreaterThanOrEqual(value);
    expect(low).toBeGreaterThanOrEqual(mean((one) => one.low) - 1e-9);
    expect(high).toBeLessThanOrEqual(mean((one) => one.high) + 1e-9);
    if (figures.length === 1) expect([low, high]).toEqual([expect.closeTo(figures[0]!.low, 9), expect.closeTo(figures[0]!.high, 9)]);
  }));
});
