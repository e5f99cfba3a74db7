// The calendar laid out on the line of instants, a day at a time, each day worked out once.
import { dateOf, timeMs, weekdayOf, type LocalDate } from './local-time';
import { FaultyCalendar, NoOpening, validate, type Interval, type WorkCalendar } from './work-calendar';
import { DAY_MS, zoneOf, type Zone } from './zone';

const SEARCHED_DAYS = 400;
/** From where the counting began: farther away nobody promises anything, and a figure that is a slip would be counted for minutes. */
const FARTHEST_DAYS = 4_000;
const KEPT_DAYS = 5_000;

/** One interval of one day, as instants [from, to). */
export interface Opening {
  from: number;
  to: number;
  date: LocalDate;
  interval: Interval;
}

export interface Day {
  date: LocalDate;
  /** In order, disjoint, none empty. */
  openings: Opening[];
  /** Why the day differs from its weekday, if it does. */
  exception?: 'closed' | 'make-up' | 'changed';
}

export class Openings {
  readonly zone: Zone;
  private readonly days = new Map<number, Day>();

  constructor(private readonly calendar: WorkCalendar) {
    const faults = validate(calendar);
    if (faults.length > 0) throw new FaultyCalendar(faults);
    this.zone = zoneOf(calendar.zone);
  }

  on(day: number): Day {
    let found = this.days.get(day);
    if (!found) {
      if (this.days.size >= KEPT_DAYS) this.days.clear();
      this.days.set(day, (found = this.layOut(day)));
    }
    return found;
  }

  /** Openings that share an instant with [from, to). */
  *within(from: number, to: number): Generator<Opening> {
    if (from >= to) return;
    const last = this.zone.dayAt(to - 1);
    for (let day = this.zone.dayAt(from); day <= last; day++) {
      for (const opening of this.on(day).openings) if (opening.to > from && opening.from < to) yield opening;
    }
  }

  /** Openings that end after an instant; NoOpening when 400 days bring none, and 4,000 days from it. */
  *after(instant: number): Generator<Opening, never> {
    const start = this.zone.dayAt(instant);
    let reached = start;
    for (let day = start; day - start <= FARTHEST_DAYS; day++) {
      for (const opening of this.on(day).openings) {
        if (opening.to <= instant) continue;
        reached = day;
        yield opening;
      }
      if (day - reached >= SEARCHED_DAYS) throw this.none(SEARCHED_DAYS, reached);
    }
    throw this.none(FARTHEST_DAYS, start);
  }

  /** Openings that begin before an instant, latest first; as far as `after`. */
  *before(instant: number): Generator<Opening, never> {
    const start = this.zone.dayAt(instant);
    let reached = start;
    for (let day = start; start - day <= FARTHEST_DAYS; day--) {
      for (const opening of this.on(day).openings.toReversed()) {
        if (opening.from >= instant) continue;
        reached = day;
        yield opening;
      }
      if (reached - day >= SEARCHED_DAYS) throw this.none(SEARCHED_DAYS, reached);
    }
    throw this.none(FARTHEST_DAYS, start);
  }

  private none(withinDays: number, day: number): NoOpening {
    return new NoOpening(this.calendar.zone, dateOf(day), withinDays);
  }

  private layOut(day: number): Day {
    const date = dateOf(day);
    const usual = this.calendar.week[weekdayOf(day)];
    const special = Object.hasOwn(this.calendar.days, date) ? this.calendar.days[date] : undefined;
    const openings = (special ?? usual)
      .map((interval) => ({
        from: this.zone.instantOf(day * DAY_MS + timeMs(interval.from)),
        to: this.zone.instantOf(day * DAY_MS + timeMs(interval.to)),
        date,
        interval,
      }))
      .filter((opening) => opening.from < opening.to);
    return { date, openings, exception: special && (special.length === 0 ? 'closed' : usual.length === 0 ? 'make-up' : 'changed') };
  }
}

/** The first answer along openings that only end in NoOpening. */
export function pick<T>(openings: Generator<Opening, never>, answer: (opening: Opening) => T | undefined): T {
  for (;;) {
    const found = answer(openings.next().value);
    if (found !== undefined) return found;
  }
}

const known = new WeakMap<WorkCalendar, Openings>();

export function openingsOf(calendar: WorkCalendar): Openings {
  let found = known.get(calendar);
  if (!found) known.set(calendar, (found = new Openings(calendar)));
  return found;
}
