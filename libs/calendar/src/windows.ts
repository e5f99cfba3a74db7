// CRM-5/6: the call desk's calendar is a list of windows; two attempts are different when their windows are.
import type { LocalDate } from './local-time';
import { openingsOf, pick, type Opening } from './openings';
import { explain, type Due } from './steps';
import type { WorkCalendar } from './work-calendar';

/** 'YYYY-MM-DD/HH:MM': the day and the start of the window, as the desk says it. */
export type WindowKey = string;

export interface CallWindow {
  key: WindowKey;
  date: LocalDate;
  from: Date;
  /** Half-open: no call begins at `to`. */
  to: Date;
}

/** Windows that share an instant with [a, b), whole ones, in order. */
export const windowsBetween = (calendar: WorkCalendar, a: Date, b: Date): CallWindow[] =>
  Array.from(openingsOf(calendar).within(a.getTime(), b.getTime()), asWindow);

/** The window open at this instant, or null. */
export const windowAt = (calendar: WorkCalendar, at: Date): CallWindow | null =>
  windowsBetween(calendar, at, new Date(at.getTime() + 1))[0] ?? null;

/**
 * The next different window: the first not yet over that is none of `notIn`. `at` is when it can be used from:
 * its start, or `after` itself when it is open then.
 */
export function nextWindow(calendar: WorkCalendar, after: Date, notIn: readonly WindowKey[] = []): Due & { window: CallWindow } {
  const window = pick(openingsOf(calendar).after(after.getTime()), (opening) => {
    const next = asWindow(opening);
    return notIn.includes(next.key) ? undefined : next;
  });
  const at = window.from > after ? window.from : after;
  return { at, window, steps: explain(calendar, after, at) };
}

const asWindow = (opening: Opening): CallWindow => ({
  key: `${opening.date}/${opening.interval.from}`,
  date: opening.date,
  from: new Date(opening.from),
  to: new Date(opening.to),
});
