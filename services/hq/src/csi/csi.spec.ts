import fc from 'fast-check';
import { add, levelsOf, moments, noLevels, share, sharesByFactor, unit, type Levels } from './csi';
import { byFactor, figureNames, meanOfStores, nothing, plus, pooled, rate, type Counted, type CsiMethod } from './figures';

const method: CsiMethod = {
  pointsByLevel: [100, 75, 50, 25, 0], factorWeightThousandths: { reception: 200, quality: 300, time: 150, price: 150, delivery: 200 },
  promoterFrom: 9, detractorUpTo: 6, confidencePercent: 95,
};

const answer = fc.record({
  question: fc.constantFrom('a', 'b', 'c'), factor: fc.constantFrom('reception', 'quality', 'time', 'price', 'unweighed'),
  level: fc.integer({ min: 1, max: 5 }), weight: fc.integer({ min: 0, max: 1000 }),
});
const sheet = fc.record({ answers: fc.array(answer, { maxLength: 8 }), recommend: fc.option(fc.integer({ min: 0, max: 10 })) });
type Sheet = { answers: { question: string; factor: string; level: number; weight: number }[]; recommend: number | null };

function counted(sheets: readonly Sheet[], visits = sheets.length): Counted {
  const levels = new Map<string, Levels>();
  const recommend = Array<number>(11).fill(0);
  for (const { answers, recommend: score } of sheets) {
    for (const { factor, shares } of sharesByFactor(answers)) levels.set(factor, add(levels.get(factor) ?? noLevels, levelsOf(shares)));
    if (score !== null) recommend[score]!++;
  }
  return { ...nothing, visits, levels, recommend };
}
const one = (level: number, recommend: number | null = null): Sheet => ({ answers: [{ question: 'a', factor: 'quality', level, weight: 300 }], recommend });

describe('an answered questionnaire', () => {
  it('HQ-2 is one unit, shared out by weight', () => {
    expect(share([{ level: 1, weight: 200 }, { level: 2, weight: 300 }, { level: 1, weight: 500 }])).toEqual([700_000n, 300_000n, 0n, 0n, 0n]);
    expect(share([{ level: 1, weight: 1 }, { level: 3, weight: 1 }, { level: 5, weight: 1 }])).toEqual([333_333n, 0n, 333_334n, 0n, 333_333n]);
  });

  it('HQ-2 with no answers, or none that weighs anything, has no levels', () => {
    expect(share([])).toBeNull();
    expect(share([{ level: 5, weight: 0 }])).toBeNull();
  });

  it('HQ-2 is never more or less than one unit', () => {
    fc.assert(fc.property(fc.array(answer), (answers) => {
      for (const { shares } of sharesByFactor(answers)) {
        expect(shares.reduce((all, part) => all + part, 0n)).toBe(unit);
        expect(shares.every((part) => part >= 0n)).toBe(true);
      }
    }));
  });

  it('HQ-2 sums and sums of squares are those of the single questionnaires, whatever a level is worth', () => {
    const worth = fc.tuple(...([1, 2, 3, 4, 5].map(() => fc.integer({ min: 0, max: 100 })) as [fc.Arbitrary<number>]));
    fc.assert(fc.property(fc.array(sheet, { maxLength: 20 }), worth, (sheets, points) => {
      const each = sheets.flatMap(({ answers }) => {
        const shares = share(answers);
        return shares ? [shares.reduce((all, part, level) => all + points[level]! * Number(part), 0) / 1e6] : [];
      });
      const { sum, squares } = moments(counted(sheets).levels.get('') ?? noLevels, points);
      expect(sum).toBeCloseTo(each.reduce((a, b) => a + b, 0), 6);
      expect(squares).toBeCloseTo(each.reduce((a, b) => a + b * b, 0), 6);
    }));
  });
});

describe('figures', () => {
  it('HQ-2 five figures of four customers, worked by hand', () => {
    const figures = pooled(counted([one(1, 10), one(1, 9), one(2, 8), one(4, 3)]), method);
    expect(figures.topBox).toMatchObject({ value: 50, n: 4, method: 'wilson' });
    expect(figures.top2Box).toMatchObject({ value: 75, n: 4 });
    expect(figures.mean).toMatchObject({ value: 75, n: 4, method: 'adjusted-normal' });
    expect(figures.points).toMatchObject({ value: 750, n: 4, method: 'weighted-ends' });
    expect(figures.nps).toMatchObject({ value: 25, n: 4, method: 'adjusted-normal' });
  });

  it('HQ-2 the 1,000 points weigh factors, not questions', () => {
    const sheets: Sheet[] = [{ answers: [{ question: 'a', factor: 'quality', level: 1, weight: 1 }, { question: 'b', factor: 'price', level: 5, weight: 999 }], recommend: null }];
    const { points, mean, nps } = pooled(counted(sheets), method);
    expect(points!.value).toBeCloseTo((1000 * 300) / 450, 9);
    expect(mean!.value).toBeCloseTo(0.1, 9);
    expect(nps).toBeNull();
    expect(byFactor(counted(sheets), method)).toMatchObject([{ factor: 'price', outOf: expect.closeTo(333.33, 2), points: 0 }, { factor: 'quality', points: expect.closeTo(666.67, 2) }]);
  });

  it('HQ-2 nothing answered is no figure, not zero', () => {
    expect(pooled(nothing, method)).toEqual({ topBox: null, top2Box: null, mean: null, points: null, nps: null });
    expect(meanOfStores([nothing, nothing], method)).toEqual(pooled(nothing, method));
    expect(rate(0, 0, method)).toBeNull();
  });

  it('HQ-2 pooled follows the large store, the mean of stores does not', () => {
    const [large, small] = [counted(Array.from({ length: 90 }, () => one(1))), counted(Array.from({ length: 10 }, () => one(5)))];
    expect(pooled(plus(large, small), method).mean!.value).toBe(90);
    expect(meanOfStores([large, small], method).mean).toMatchObject({ value: 50, n: 100, method: 'mover' });
    expect(meanOfStores([large, nothing], method).mean!.value).toBe(100);
  });

  it('HQ-2 each figure lies in its interval, the interval in its scale; pooled and mean of stores lie between the worst and the best store', () => {
    const scale = { topBox: [0, 100], top2Box: [0, 100], mean: [0, 100], points: [0, 1000], nps: [-100, 100] };
    fc.assert(fc.property(fc.array(fc.array(sheet, { maxLength: 12 }), { minLength: 1, maxLength: 5 }), (stores) => {
      const cells = stores.map((sheets) => counted(sheets));
      const each = cells.map((cell) => pooled(cell, method));
      for (const figures of [pooled(plus(...cells), method), meanOfStores(cells, method)]) {
        for (const name of figureNames) {
          const [figure, values] = [figures[name], each.flatMap((store) => store[name]?.value ?? [])];
          expect(figure === null).toBe(values.length === 0);
          if (!figure) continue;
          expect([figure.low >= scale[name][0]! - 1e-9, figure.low <= figure.value + 1e-9, figure.value <= figure.high + 1e-9, figure.high <= scale[name][1]! + 1e-9]).toEqual([true, true, true, true]);
          // The points' weights depend on which factors were answered at all, so a pot may lie outside its parts.
          if (name !== 'points') expect(Math.min(...values) - 1e-9 <= figure.value && figure.value <= Math.max(...values) + 1e-9).toBe(true);
        }
      }
    }));
  });

  it('HQ-9 the same answers in another order and another grouping give the same bits', () => {
    const shuffled = fc.array(sheet, { maxLength: 20 }).chain((sheets) => fc.tuple(fc.constant(sheets), fc.shuffledSubarray(sheets, { minLength: sheets.length }), fc.integer({ min: 0, max: sheets.length })));
    fc.assert(fc.property(shuffled, ([sheets, other, cut]) => {
      const grouped = plus(counted(other.slice(0, cut)), counted(other.slice(cut)));
      expect(JSON.stringify([pooled(grouped, method), byFactor(grouped, method)])).toBe(JSON.stringify([pooled(counted(sheets), method), byFactor(counted(sheets), method)]));
    }));
  });
});
