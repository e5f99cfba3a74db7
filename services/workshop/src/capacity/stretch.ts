/** Half-open stretch of time in milliseconds. Lists are in order and do not overlap unless said otherwise. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export const overlaps = (a: Stretch, b: Stretch): boolean => a.from < b.to && b.from < a.to;

/** What lies in both. */
export function intersect(a: readonly Stretch[], b: readonly Stretch[]): Stretch[] {
  return a.flatMap((one) => b.filter((other) => overlaps(one, other)).map((other) => ({ from: Math.max(one.from, other.from), to: Math.min(one.to, other.to) })));
}

/** What is left of `a` when all of `holes` is taken out; the holes may overlap and stand in any order. */
export function subtract(a: readonly Stretch[], holes: readonly Stretch[]): Stretch[] {
  return holes.reduce<Stretch[]>(
    (left, hole) => left.flatMap((one) => (overlaps(one, hole) ? [{ from: one.from, to: hole.from }, { from: hole.to, to: one.to }].filter(({ from, to }) => from < to) : [one])),
    [...a],
  );
}

export const length = (stretches: readonly Stretch[]): number => stretches.reduce((sum, { from, to }) => sum + to - from, 0);
