import type { Answer } from '@aftersales/contracts/crm/survey';

// HQ-2, the exact half: an answered questionnaire as whole numbers that can be added in any order. Nothing here depends on a method version;
// what a level is worth is decided when a figure is read (figures.ts).

/** One answered questionnaire is one unit, shared out over the levels of its questions by their weights. */
export const unit = 1_000_000n;

/** Parts of a unit on the levels 1 very satisfied … 5 very dissatisfied; they sum to `unit`. */
export type Shares = readonly [bigint, bigint, bigint, bigint, bigint];

/** Pairs of different levels, in the order of the sums of products below and of the columns both12 … both45. */
export const pairs = [[0, 1], [0, 2], [0, 3], [0, 4], [1, 2], [1, 3], [1, 4], [2, 3], [2, 4], [3, 4]] as const;

/** Any number of questionnaires added up. Equal sets of answers give equal numbers, whatever the order and the grouping. */
export interface Levels {
  readonly answered: number;
  readonly shares: readonly bigint[];
  /** Σ share × other share over the questionnaires, for each of `pairs`. */
  readonly products: readonly bigint[];
}

export const noLevels: Levels = { answered: 0, shares: [0n, 0n, 0n, 0n, 0n], products: pairs.map(() => 0n) };

/** A thousand stores are added up at once: into one sum, not into a new one for each. */
export function add(...all: readonly Levels[]): Levels {
  let answered = 0;
  const [shares, products] = [[...noLevels.shares], [...noLevels.products]];
  for (const one of all) {
    answered += one.answered;
    for (let i = 0; i < shares.length; i++) shares[i]! += one.shares[i]!;
    for (let i = 0; i < products.length; i++) products[i]! += one.products[i]!;
  }
  return { answered, shares, products };
}

export const levelsOf = (shares: Shares): Levels => ({ answered: 1, shares, products: pairs.map(([i, j]) => shares[i] * shares[j]) });

/** The unit shared out by weight, each boundary between two levels rounded half up; null when nothing that weighs anything was answered. */
export function share(answers: readonly Pick<Answer, 'level' | 'weight'>[]): Shares | null {
  const weights = [1, 2, 3, 4, 5].map((level) => answers.reduce((all, answer) => (answer.level === level ? all + BigInt(answer.weight) : all), 0n));
  const whole = weights.reduce((all, weight) => all + weight, 0n);
  if (whole === 0n) return null;
  let upTo = 0n;
  let before = 0n;
  return weights.map((weight) => {
    upTo += weight;
    const boundary = (2n * unit * upTo + whole) / (2n * whole);
    const part = boundary - before;
    before = boundary;
    return part;
  }) as unknown as Shares;
}

/** The whole questionnaire (factor '') and each of its factors. */
export function sharesByFactor(answers: readonly Answer[]): { factor: string; shares: Shares }[] {
  return ['', ...new Set(answers.map(({ factor }) => factor))].flatMap((factor) => {
    const shares = share(factor === '' ? answers : answers.filter((answer) => answer.factor === factor));
    return shares ? [{ factor, shares }] : [];
  });
}

/** Sum and sum of squares of the questionnaires' points, each Σ points(level) × share; exact, then divided once. */
export function moments({ shares, products }: Levels, points: readonly number[]): { sum: number; squares: number } {
  const { worth, squared, apart } = worthOf(points);
  let [total, even, spread] = [0n, 0n, 0n];
  for (let level = 0; level < shares.length; level++) {
    total += worth[level]! * shares[level]!;
    even += squared[level]! * shares[level]!;
  }
  for (let pair = 0; pair < products.length; pair++) spread += apart[pair]! * products[pair]!;
  // Shares sum to the unit, so a questionnaire's square is Σ p² share × unit − Σ over pairs (p − q)² product.
  return { sum: Number(total) / Number(unit), squares: Number(even * unit - spread) / Number(unit * unit) };
}

const known = new WeakMap<readonly number[], { worth: bigint[]; squared: bigint[]; apart: bigint[] }>();

/** Of each level: its points, their square; of each pair: the square of their difference. */
function worthOf(points: readonly number[]) {
  const before = known.get(points);
  if (before) return before;
  const worth = points.map(BigInt);
  const made = { worth, squared: worth.map((one) => one * one), apart: pairs.map(([i, j]) => (worth[i]! - worth[j]!) ** 2n) };
  known.set(points, made);
  return made;
}
