// Wall clock <-> instant for one IANA zone. Intl is asked once per UTC day and zone; everything after that is arithmetic.
// Why not Temporal: it ships as an ES module only, this workspace compiles to CommonJS, and the console runs this code too.

export const DAY_MS = 86_400_000;
const KEPT_DAYS = 5_000;

/** Instants [from, to) that share one offset from UTC. */
interface Stretch {
  from: number;
  to: number;
  offset: number;
}

export class Zone {
  private readonly clock: Intl.DateTimeFormat;
  private readonly days = new Map<number, Stretch[]>();

  constructor(readonly name: string) {
    this.clock = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  }

  /** What the wall clock reads, as milliseconds since 1970-01-01 00:00 on that clock. */
  wallAt(instant: number): number {
    for (const stretch of this.stretches(Math.floor(instant / DAY_MS))) {
      if (instant < stretch.to) return instant + stretch.offset;
    }
    throw new RangeError(`Not an instant: ${instant}`);
  }

  /**
   * The earliest instant at which the wall clock reads `wall` or later. One rule for every odd night, and a monotone one,
   * so that ordered intervals stay ordered and disjoint:
   * - clock put back (a time read twice): the first time counts, the repeated hour belongs to whatever was open before it;
   * - clock put forward (a time never read): the instant of the jump; an interval wholly inside the gap has no length.
   */
  instantOf(wall: number): number {
    const last = Math.floor(wall / DAY_MS) + 1;
    for (let day = last - 2; day <= last; day++) {
      for (const stretch of this.stretches(day)) {
        const instant = Math.max(stretch.from, wall - stretch.offset);
        if (instant < stretch.to) return instant;
      }
    }
    throw new RangeError(`No instant for wall time ${wall} in ${this.name}`);
  }

  startOf(day: number): number {
    return this.instantOf(day * DAY_MS);
  }

  /** The local day (days since 1970-01-01) an instant belongs to: the last one that has begun, even where the clock is put back over midnight. */
  dayAt(instant: number): number {
    let day = Math.floor(this.wallAt(instant) / DAY_MS);
    while (this.startOf(day + 1) <= instant) day++;
    return day;
  }

  private stretches(utcDay: number): Stretch[] {
    let found = this.days.get(utcDay);
    if (!found) {
      if (this.days.size >= KEPT_DAYS) this.days.clear();
      this.days.set(utcDay, (found = this.measure(utcDay * DAY_MS, (utcDay + 1) * DAY_MS)));
    }
    return found;
  }

  /** No zone changes its clock twice within one UTC day, so two readings and a search between them are enough. */
  private measure(from: number, to: number): Stretch[] {
    const before = this.offsetAt(from);
    const after = this.offsetAt(to);
    if (before === after) return [{ from, to, offset: before }];
    let old = from;
    let change = to;
    while (change - old > 1) {
      const middle = Math.floor((old + change) / 2);
      if (this.offsetAt(middle) === before) old = middle;
      else change = middle;
    }
    return change === to ? [{ from, to, offset: before }] : [{ from, to: change, offset: before }, { from: change, to, offset: after }];
  }

  private offsetAt(instant: number): number {
    const [, sign, hours = 0, minutes = 0, seconds = 0] = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(this.clock.format(instant)) ?? [];
    const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
    return sign === '-' ? -size : size;
  }
}

const known = new Map<string, Zone>();

export function zoneOf(name: string): Zone {
  let zone = known.get(name);
  if (!zone) known.set(name, (zone = new Zone(name)));
  return zone;
}

/** An IANA name; a bare offset such as '+08:00' is no zone, it knows nothing of the clock's changes. */
export function isZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && zoneOf(name) !== undefined;
  } catch {
    return false;
  }
}
