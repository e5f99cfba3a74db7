import type { PolicyValue } from '@aftersales/contracts/hq/policies';
import { add, moments, noLevels, type Levels } from './csi';
import { adjusted, deviations, ofMean, wilson, type Interval } from './interval';

// HQ-2, the half that a method version decides: what levels are worth, and how sure a figure is. The unit is always the answered questionnaire.

export type CsiMethod = PolicyValue<'csi.method'>;

/** What was counted of one store, one group or one of their parts in one period. */
export interface Counted {
  /** The sample: delivered visits that are no excluded kind, answered or not. */
  readonly visits: number;
  readonly planned: number;
  readonly reached: number;
  /** By factor; '' is the whole questionnaire. */
  readonly levels: ReadonlyMap<string, Levels>;
  /** How many recommended us with 0 … 10. */
  readonly recommend: readonly number[];
}

export interface Figure extends Interval {
  readonly value: number;
  readonly n: number;
  readonly method: 'wilson' | 'adjusted-normal' | 'weighted-ends' | 'mover';
}

export const figureNames = ['topBox', 'top2Box', 'mean', 'points', 'nps'] as const;
/** Percent, percent, 0…100, 0…1000, −100…100; null when nothing was answered that it is made of. */
export type Figures = Readonly<Record<(typeof figureNames)[number], Figure | null>>;
const scales: Record<(typeof figureNames)[number], readonly [number, number]> = { topBox: [0, 100], top2Box: [0, 100], mean: [0, 100], points: [0, 1000], nps: [-100, 100] };

export function plus(...all: readonly Counted[]): Counted {
  const factors = new Map<string, Levels[]>();
  for (const { levels } of all) for (const [factor, one] of levels) factors.set(factor, factors.get(factor) ?? []).get(factor)!.push(one);
  const total = (of: 'visits' | 'planned' | 'reached'): number => all.reduce((sum, one) => sum + one[of], 0);
  return {
    visits: total('visits'), planned: total('planned'), reached: total('reached'),
    levels: new Map([...factors].map(([factor, each]) => [factor, add(...each)])),
    recommend: nothing.recommend.map((_, score) => all.reduce((sum, one) => sum + one.recommend[score]!, 0)),
  };
}

export const nothing: Counted = { visits: 0, planned: 0, reached: 0, levels: new Map(), recommend: Array<number>(11).fill(0) };

/** A share of visits, in percent, with Wilson's interval; null of none. */
export function rate(count: number, of: number, { confidencePercent }: Pick<CsiMethod, 'confidencePercent'>): { percent: number; low: number; high: number } | null {
  if (of === 0) return null;
  const { low, high } = wilson(count / of, of, deviations(confidencePercent));
  return { percent: (count / of) * 100, low: low * 100, high: high * 100 };
}

/** All questionnaires in one pot: each counts the same, large stores weigh more. */
export function pooled({ levels, recommend }: Pick<Counted, 'levels' | 'recommend'>, method: CsiMethod): Figures {
  const whole = levels.get('') ?? noLevels;
  return { topBox: box(whole, 1, method), top2Box: box(whole, 2, method), mean: mean(whole, method), points: points(levels, method), nps: nps(recommend, method) };
}

/** Each store's figure counts the same, however many customers answered there; stores without an answer are not in it. */
export function meanOfStores(stores: readonly Pick<Counted, 'levels' | 'recommend'>[], method: CsiMethod): Figures {
  const each = stores.map((store) => pooled(store, method));
  return Object.fromEntries(figureNames.map((name) => {
    const figures = each.flatMap((store) => store[name] ?? []);
    if (figures.length === 0) return [name, null];
    const { value, low, high } = ofMean(figures);
    const [least, most] = scales[name];
    return [name, { value, low: Math.max(least, low), high: Math.min(most, high), n: figures.reduce((all, { n }) => all + n, 0), method: 'mover' } satisfies Figure];
  })) as Figures;
}

export interface FactorFigures extends Pick<Figures, 'topBox' | 'top2Box' | 'mean'> {
  readonly factor: string;
  /** Its part of the 1,000 points, and how much of it was reached. */
  readonly outOf: number;
  readonly points: number;
}

export function byFactor({ levels }: Pick<Counted, 'levels'>, method: CsiMethod): FactorFigures[] {
  const weights = weightsIn(levels, method);
  return [...levels.keys()].filter((factor) => factor !== '').sort().map((factor) => {
    const one = levels.get(factor)!;
    const average = mean(one, method);
    const outOf = weights.all === 0 ? 0 : (1000 * (weights.of.get(factor) ?? 0)) / weights.all;
    return { factor, topBox: box(one, 1, method), top2Box: box(one, 2, method), mean: average, outOf, points: (outOf * (average?.value ?? 0)) / 100 };
  });
}

/** The mean share of the levels 1 … upTo. */
function box({ answered: n, shares }: Levels, upTo: 1 | 2, method: CsiMethod): Figure | null {
  if (n === 0) return null;
  const within = shares.slice(0, upTo).reduce((all, part) => all + part, 0n);
  const value = Number(within) / 1_000_000 / n;
  const { low, high } = wilson(value, n, deviations(method.confidencePercent));
  return { value: value * 100, n, low: low * 100, high: high * 100, method: 'wilson' };
}

function mean(levels: Levels, { pointsByLevel, confidencePercent }: CsiMethod): Figure | null {
  const n = levels.answered;
  if (n === 0) return null;
  const { sum, squares } = moments(levels, pointsByLevel);
  return { value: sum / n, n, ...adjusted({ n, sum, squares, least: 0, most: 100 }, deviations(confidencePercent)), method: 'adjusted-normal' };
}

/**
 * The factors' means by their weights, out of 1,000 for the factors that were answered. One customer answers several factors, so they are not
 * independent: the ends of their intervals are weighted likewise, which is right when all move together and too wide otherwise.
 */
function points(levels: ReadonlyMap<string, Levels>, method: CsiMethod): Figure | null {
  const weights = weightsIn(levels, method);
  if (weights.all === 0) return null;
  const total = { value: 0, low: 0, high: 0 };
  for (const [factor, weight] of weights.of) {
    const one = mean(levels.get(factor)!, method)!;
    for (const end of ['value', 'low', 'high'] as const) total[end] += weight * one[end];
  }
  const scaled = (end: number): number => (10 * end) / weights.all;
  return { value: scaled(total.value), n: levels.get('')?.answered ?? 0, low: scaled(total.low), high: scaled(total.high), method: 'weighted-ends' };
}

/** The factors that were answered and that the method weighs, in the order of their names: sums of fractions must not depend on who came first. */
function weightsIn(levels: ReadonlyMap<string, Levels>, { factorWeightThousandths }: CsiMethod) {
  const of = new Map([...levels.keys()].sort().flatMap((factor) => {
    const weight = factor === '' || levels.get(factor)!.answered === 0 ? 0 : (factorWeightThousandths[factor] ?? 0);
    return weight > 0 ? [[factor, weight] as const] : [];
  }));
  return { of, all: [...of.values()].reduce((all, weight) => all + weight, 0) };
}

function nps(recommend: readonly number[], { promoterFrom, detractorUpTo, confidencePercent }: CsiMethod): Figure | null {
  const count = (from: number, to: number): number => recommend.slice(from, to + 1).reduce((all, one) => all + one, 0);
  const n = count(0, 10);
  if (n === 0) return null;
  const [promoters, detractors] = [count(promoterFrom, 10), count(0, detractorUpTo)];
  const sum = 100 * (promoters - detractors);
  return { value: sum / n, n, ...adjusted({ n, sum, squares: 10_000 * (promoters + detractors), least: -100, most: 100 }, deviations(confidencePercent)), method: 'adjusted-normal' };
}
