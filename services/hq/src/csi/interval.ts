// Intervals of confidence, each with its method's name. All contain the figure they belong to, stay inside its scale, and are never empty.

export interface Interval {
  readonly low: number;
  readonly high: number;
}

const known = new Map<number, number>();

/** How many standard deviations a two-sided confidence takes: 95 % → 1.96. By bisection on the normal distribution's series, so that equal inputs give equal bits. */
export function deviations(confidencePercent: number): number {
  const before = known.get(confidencePercent);
  if (before !== undefined) return before;
  let [low, high] = [0, 10];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (2 * halfBelow(middle) * 100 < confidencePercent) low = middle;
    else high = middle;
  }
  known.set(confidencePercent, high);
  return high;
}

/** P(0 < Z < z): φ(z) · (z + z³/3 + z⁵/15 + …). */
function halfBelow(z: number): number {
  let term = z;
  let sum = 0;
  for (let odd = 1; term > 1e-17 * sum; odd += 2) {
    sum += term;
    term *= (z * z) / (odd + 2);
  }
  return (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}

/** A share of n, 0…1 (Wilson 1927). `share` may be a mean of shares: its variance is never above that of a yes or no, so the interval is then too wide rather than too narrow. */
export function wilson(share: number, n: number, z: number): Interval {
  const shrink = 1 + (z * z) / n;
  const centre = (share + (z * z) / (2 * n)) / shrink;
  const half = (z / shrink) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return { low: Math.min(share, Math.max(0, centre - half)), high: Math.max(share, Math.min(1, centre + half)) };
}

/**
 * A mean of n values between `least` and `most`, from their sum and sum of squares: a normal interval after z² imagined values, half at either
 * end, were added (Agresti–Coull for shares; Rocks 2016 for NPS). Ten equal answers are no certainty, and this says so.
 */
export function adjusted({ n, sum, squares, least, most }: { n: number; sum: number; squares: number; least: number; most: number }, z: number): Interval {
  const added = z * z;
  const centre = (sum + (added * (least + most)) / 2) / (n + added);
  const variance = Math.max(0, (squares + (added * (least * least + most * most)) / 2) / (n + added) - centre * centre);
  const half = z * Math.sqrt(variance / (n + added));
  const mean = sum / n;
  return { low: Math.min(mean, Math.max(least, centre - half)), high: Math.max(mean, Math.min(most, centre + half)) };
}

/** The plain mean of independent figures, from their own intervals (MOVER: Donner & Zou 2012): squared arms add. */
export function ofMean(figures: readonly (Interval & { readonly value: number })[]): Interval & { readonly value: number } {
  const k = figures.length;
  const value = figures.reduce((all, one) => all + one.value, 0) / k;
  const arm = (length: (one: Interval & { value: number }) => number): number => Math.sqrt(figures.reduce((all, one) => all + length(one) ** 2, 0)) / k;
  return { value, low: value - arm((one) => one.value - one.low), high: value + arm((one) => one.high - one.value) };
}
