import { closeOfDay } from '@aftersales/calendar/open-days';
import { localDate } from '@aftersales/calendar/local-time';
import type { WorkCalendar } from '@aftersales/calendar/work-calendar';
import { add } from '@aftersales/calendar/working-time';
import { thousandthMs } from '../capacity/working-hours';

export interface Remaining {
  /** Flat hours of what is not done, less what is clocked on it. */
  readonly remainingHours: number;
  /** When the last part that is missing comes; null: nobody can say. Not set: no part is missing. */
  readonly partsEta?: Date | null;
}

/** When the work could be done, one operation after the other from now; null while nobody can say when a part comes. */
export function doneAt(calendar: WorkCalendar, now: Date, { remainingHours, partsEta }: Remaining): Date | null {
  if (partsEta === null) return null;
  return add(calendar, partsEta && partsEta > now ? partsEta : now, Math.max(0, remainingHours) * thousandthMs).at;
}

/** Not done by today's close: it stands on tomorrow's board. A closed day carries everything over. */
export function carriesOver(calendar: WorkCalendar, now: Date, remaining: Remaining): boolean {
  const close = closeOfDay(calendar, localDate(calendar.zone, now));
  const done = doneAt(calendar, now, remaining);
  return !close || !done || done > close;
}
