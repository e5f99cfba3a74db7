const dayMs = 24 * 3600_000;

export interface Stretch {
  readonly from: Date;
  readonly to: Date;
}

/** What of a stretch counts: without the stretches left out, which may overlap, touch or reach over its ends. */
export function countedMs({ from, to }: Stretch, leftOut: readonly Stretch[]): number {
  let counted = 0;
  let at = from.getTime();
  const end = to.getTime();
  for (const out of leftOut.toSorted((a, b) => a.from.getTime() - b.from.getTime())) {
    if (out.from.getTime() > at) counted += Math.max(0, Math.min(out.from.getTime(), end) - at);
    at = Math.max(at, out.to.getTime());
  }
  return counted + Math.max(0, end - at);
}

/** Legal days of one repair: every 24 hours are a day, what is left over is a day too (CLM-2). */
export const daysInRepair = (repair: Stretch, leftOut: readonly Stretch[]): number => Math.max(1, Math.ceil(countedMs(repair, leftOut) / dayMs));

/** The first instant after `now` at which a running repair has one more day. */
export function nextDayAt(repair: { readonly from: Date }, leftOut: readonly Stretch[], now: Date): Date {
  const counted = countedMs({ from: repair.from, to: now }, leftOut);
  return new Date(now.getTime() + (daysInRepair({ from: repair.from, to: now }, leftOut) * dayMs - counted) + 1);
}
