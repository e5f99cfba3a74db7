import { localDate, addDays, type LocalDate } from '@aftersales/calendar/local-time';
import { openingsOf } from '@aftersales/calendar/openings';
import type { WorkCalendar } from '@aftersales/calendar/work-calendar';
import { add, isOpen } from '@aftersales/calendar/working-time';
import type { Operation } from '@aftersales/contracts/kernel/values';
import { thousandthMs } from '../capacity/working-hours';

/** One bay for a run of operations. */
export interface Leg {
  readonly bayType: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/** Hours of one skill on one day. */
export interface Take {
  readonly date: LocalDate;
  readonly skill: string;
  readonly hours: number;
}

/** What a slot needs of the floor: operations one after the other, in the workshop's hours. */
export interface Layout {
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly legs: readonly Leg[];
  readonly takes: readonly Take[];
  /** All days it touches. */
  readonly dates: readonly LocalDate[];
}

export type NotLaidOut = 'past' | 'closed' | 'too-far-ahead';

/** @param until the last day that is planned */
export function layOut(calendar: WorkCalendar, now: Date, until: LocalDate, startsAt: Date, operations: readonly Operation[]): Layout | NotLaidOut {
  if (startsAt < now) return 'past';
  const total = operations.reduce((sum, { flatHours }) => sum + flatHours, 0) * thousandthMs;
  // The second half keeps an absurd figure from being walked through day by day.
  if (localDate(calendar.zone, startsAt) > until || total > Date.parse(addDays(until, 2)) - startsAt.getTime()) return 'too-far-ahead';
  if (!isOpen(calendar, startsAt)) return 'closed';
  const legs: { bayType: string; startsAt: Date; endsAt: Date }[] = [];
  const takes = new Map<string, Take>();
  let at = startsAt;
  for (const { skill, bayType, flatHours } of operations) {
    const end = add(calendar, at, flatHours * thousandthMs).at;
    for (const take of takesOf(calendar, at, end, skill, flatHours)) {
      const known = takes.get(`${take.date}/${skill}`);
      takes.set(`${take.date}/${skill}`, { ...take, hours: take.hours + (known?.hours ?? 0) });
    }
    const last = legs.at(-1);
    if (last?.bayType === bayType) last.endsAt = end;
    else if (end > at) legs.push({ bayType, startsAt: at, endsAt: end });
    at = end;
  }
  if (localDate(calendar.zone, at) > until) return 'too-far-ahead';
  return { startsAt, endsAt: at, legs, takes: [...takes.values()], dates: datesOf(calendar.zone, startsAt, at) };
}

/** Hours by day; what rounding leaves falls on the last day, so that the sum is the operation's. */
function takesOf(calendar: WorkCalendar, from: Date, to: Date, skill: string, flatHours: number): Take[] {
  const byDay = new Map<LocalDate, number>();
  for (const opening of openingsOf(calendar).within(from.getTime(), to.getTime())) {
    byDay.set(opening.date, (byDay.get(opening.date) ?? 0) + Math.min(opening.to, to.getTime()) - Math.max(opening.from, from.getTime()));
  }
  let left = flatHours;
  return [...byDay].map(([date, ms], i) => {
    const hours = i === byDay.size - 1 ? left : Math.floor(ms / thousandthMs);
    left -= hours;
    return { date, skill, hours };
  }).filter(({ hours }) => hours > 0);
}

function datesOf(zone: string, from: Date, to: Date): LocalDate[] {
  const dates = [localDate(zone, from)];
  for (const last = localDate(zone, to); dates.at(-1)! < last;) dates.push(addDays(dates.at(-1)!, 1));
  return dates;
}
