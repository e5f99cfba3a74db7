// Whole days: which the desk works, when it opens and closes.
import { dayNumber, localDate, type LocalDate } from './local-time';
import { openingsOf, pick } from './openings';
import { explain, type Due, type Step } from './steps';
import type { WorkCalendar } from './work-calendar';

/** The first opening of the day; null on a closed day. */
export function openOfDay(calendar: WorkCalendar, date: LocalDate): Date | null {
  const first = openingsOf(calendar).on(dayNumber(date)).openings[0];
  return first ? new Date(first.from) : null;
}

/** The last close of the day; null on a closed day. */
export function closeOfDay(calendar: WorkCalendar, date: LocalDate): Date | null {
  const last = openingsOf(calendar).on(dayNumber(date)).openings.at(-1);
  return last ? new Date(last.to) : null;
}

export const isOpenDay = (calendar: WorkCalendar, date: LocalDate): boolean => openOfDay(calendar, date) !== null;

/** The close of the open day before the local day of `at` (REC-6: slots in the first hour are confirmed then). */
export function lastCloseBefore(calendar: WorkCalendar, at: Date): Due {
  const { closesAt } = addOpenDays(calendar, at, -1);
  return { at: closesAt, steps: explain(calendar, closesAt, at) };
}

export interface OpenDay {
  date: LocalDate;
  opensAt: Date;
  closesAt: Date;
  steps: Step[];
}

/**
 * The nth day the desk works after the local day of `at`, which is day 0 and never counted; before it when n is negative.
 * n = 0 is that day itself, or the next open one when it is closed.
 */
export function addOpenDays(calendar: WorkCalendar, at: Date, n: number): OpenDay {
  if (!Number.isSafeInteger(n)) throw new RangeError(`Open days are whole: ${n}`);
  const date = nthOpenDay(calendar, localDate(calendar.zone, at), n);
  const opensAt = openOfDay(calendar, date)!;
  return { date, opensAt, closesAt: closeOfDay(calendar, date)!, steps: n < 0 ? explain(calendar, opensAt, at) : explain(calendar, at, opensAt) };
}

/** `addOpenDays` from a date to a date. */
export function nthOpenDay(calendar: WorkCalendar, from: LocalDate, n: number): LocalDate {
  const openings = openingsOf(calendar);
  const start = dayNumber(from);
  const found = n < 0 ? openings.before(openings.zone.startOf(start)) : openings.after(openings.zone.startOf(n === 0 ? start : start + 1));
  const dates = new Set<LocalDate>();
  return pick(found, ({ date }) => (dates.add(date).size >= Math.abs(n) ? date : undefined));
}
