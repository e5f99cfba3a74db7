// When a desk works. Plain JSON: it travels as it is in hq.calendar-changed.
import { WEEKDAYS, isLocalDate, isLocalTime, type LocalDate, type LocalTime, type Weekday } from './local-time';
import { isZone } from './zone';

/** Half-open: at `to` the desk is closed. */
export interface Interval {
  from: LocalTime;
  /** '24:00' is midnight at the end of the day. */
  to: LocalTime;
}

/** A value: a change makes a new object (what a calendar opens is remembered by identity). */
export interface WorkCalendar {
  /** IANA name */
  zone: string;
  week: Record<Weekday, Interval[]>;
  /** Exceptions: [] is a closed day; anything else replaces the weekday's intervals (make-up day 調休, half day). */
  days: Record<LocalDate, Interval[]>;
}

export type FaultKind = 'unknown-zone' | 'missing-day' | 'unknown-day' | 'bad-date' | 'bad-time' | 'empty-interval' | 'out-of-order' | 'overlap';

export interface Fault {
  /** Where: 'zone', 'week.mon', 'days.2026-02-17[1]' */
  path: string;
  fault: FaultKind;
}

/** All faults at once; an empty list is a sound calendar. One that never opens is sound too: asking it for time is what fails (NoOpening). */
export function validate(calendar: WorkCalendar): Fault[] {
  const faults: Fault[] = [];
  if (!isZone(calendar.zone)) faults.push({ path: 'zone', fault: 'unknown-zone' });
  for (const name of WEEKDAYS) if (!calendar.week[name]) faults.push({ path: `week.${name}`, fault: 'missing-day' });
  for (const [name, intervals] of Object.entries(calendar.week)) {
    if (!(WEEKDAYS as readonly string[]).includes(name)) faults.push({ path: `week.${name}`, fault: 'unknown-day' });
    faults.push(...faultsOf(`week.${name}`, intervals ?? []));
  }
  for (const [date, intervals] of Object.entries(calendar.days)) {
    if (!isLocalDate(date)) faults.push({ path: `days.${date}`, fault: 'bad-date' });
    faults.push(...faultsOf(`days.${date}`, intervals));
  }
  return faults;
}

/** Touching intervals (…–12:00, 12:00–…) are no overlap; for a call desk they are two windows. */
function faultsOf(path: string, intervals: Interval[]): Fault[] {
  return intervals.flatMap((interval, i): Fault[] => {
    const previous = intervals[i - 1];
    const fault = !isLocalTime(interval.from) || !isLocalTime(interval.to, true)
      ? 'bad-time'
      : interval.from >= interval.to
        ? 'empty-interval'
        : previous && interval.from < previous.from
          ? 'out-of-order'
          : previous && interval.from < previous.to
            ? 'overlap'
            : undefined;
    return fault ? [{ path: `${path}[${i}]`, fault }] : [];
  });
}

/** Thrown when a faulty calendar is asked for time: a wrong deadline is worse than none. */
export class FaultyCalendar extends Error {
  override readonly name = 'FaultyCalendar';
  constructor(readonly faults: Fault[]) {
    super(`Faulty calendar: ${faults.map((one) => `${one.path} ${one.fault}`).join(', ')}`);
  }
}

/** The desk doesn't open within 400 days of where the counting had got to (TIM-1), or not long enough within 4,000 of where it began. */
export class NoOpening extends Error {
  override readonly name = 'NoOpening';
  constructor(readonly zone: string, readonly near: LocalDate, readonly withinDays: number) {
    super(`No opening that would do within ${withinDays} days of ${near} (${zone})`);
  }
}
