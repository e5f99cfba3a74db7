import { thousandthMs } from '../capacity/working-hours';

/** One technician's stretch on one operation; `to` null runs still. Milliseconds. */
export interface Clocked {
  readonly staffId: string;
  readonly operation: string;
  readonly flatHours: number;
  readonly from: number;
  readonly to: number | null;
}

export interface Split {
  /** One technician on two cars: each car gets the same, or by the flat hours of the operations. */
  readonly oneOnTwoCars: 'even' | 'by-flat-hours';
  /** Two technicians on one operation: each counts in full, or they share the hour. */
  readonly twoOnOne: 'each-own' | 'even';
}

/**
 * What a stretch that ends now counts, in thousandths of hours. Each moment is shared by those running in it, so what later stretches do
 * changes nothing: all that began before its end is known.
 * @param others stretches of the same technician or on the same operation; what does not overlap does not matter
 */
export function clockedHours(mine: Clocked & { to: number }, others: readonly Clocked[], split: Split): number {
  const all = [mine, ...others.filter(({ from, to }) => from < mine.to && (to ?? mine.to) > mine.from)];
  const edges = [...new Set(all.flatMap(({ from, to }) => [from, to ?? mine.to]).map((at) => Math.min(Math.max(at, mine.from), mine.to)))].sort((a, b) => a - b);
  let counted = 0;
  for (let i = 1; i < edges.length; i++) {
    const [from, to] = [edges[i - 1]!, edges[i]!];
    const running = all.filter((one) => one.from <= from && (one.to ?? mine.to) >= to);
    counted += ((to - from) * shareOfPerson(mine, running, split)) / (split.twoOnOne === 'even' ? handsOn(mine, running) : 1);
  }
  return Math.round(counted / thousandthMs);
}

function shareOfPerson(mine: Clocked, running: readonly Clocked[], { oneOnTwoCars }: Split): number {
  const own = running.filter(({ staffId }) => staffId === mine.staffId);
  const flat = own.reduce((sum, { flatHours }) => sum + flatHours, 0);
  return oneOnTwoCars === 'even' || flat === 0 ? 1 / own.length : mine.flatHours / flat;
}

const handsOn = (mine: Clocked, running: readonly Clocked[]): number => new Set(running.filter(({ operation }) => operation === mine.operation).map(({ staffId }) => staffId)).size;
