// TIM-5 "Why this deadline": the reasons as data. Plain JSON (instants are ISO 8601), so that a promise stores them as they are.
import type { LocalDate } from './local-time';
import { openingsOf } from './openings';
import type { WorkCalendar } from './work-calendar';

export type Step =
  /** Working time that counted: [from, to), `counted` milliseconds. */
  | { rule: 'interval'; date: LocalDate; from: string; to: string; counted: number }
  /** A run of whole closed days, `exceptions` of them closed by the calendar's own entry (holidays). */
  | { rule: 'closed-days'; from: LocalDate; to: LocalDate; days: number; exceptions: number }
  /** A day worked though its weekday is free (調休). */
  | { rule: 'make-up-day'; date: LocalDate }
  /** A day with hours of its own, such as a half day. */
  | { rule: 'changed-day'; date: LocalDate }
  /** The promise stood still. */
  | { rule: 'pause'; from: string; to: string }
  /** The middle of a long story: so many steps left out, with what they counted. */
  | { rule: 'left-out'; steps: number; counted: number };

/** An instant and why it is that one. What the steps counted adds up to the working time asked for. */
export interface Due {
  at: Date;
  steps: Step[];
}

const MOST_STEPS = 61;

/** What lies between two instants (in order), step by step; the counted milliseconds add up to `between`. */
export const explain = (calendar: WorkCalendar, from: Date, to: Date): Step[] => shorten(tell(calendar, from.getTime(), to.getTime()));

/** `explain` before it is shortened, for callers that tell several stretches in a row. */
export function tell(calendar: WorkCalendar, from: number, to: number): Step[] {
  const steps: Step[] = [];
  if (from >= to) return steps;
  const openings = openingsOf(calendar);
  const last = openings.zone.dayAt(to - 1);
  for (let n = openings.zone.dayAt(from); n <= last; n++) {
    const day = openings.on(n);
    if (day.openings.length === 0) {
      const exceptions = day.exception ? 1 : 0;
      const run = steps.at(-1);
      if (run?.rule === 'closed-days') steps[steps.length - 1] = { ...run, to: day.date, days: run.days + 1, exceptions: run.exceptions + exceptions };
      else steps.push({ rule: 'closed-days', from: day.date, to: day.date, days: 1, exceptions });
      continue;
    }
    const counted = day.openings.filter((opening) => opening.to > from && opening.from < to);
    if (counted.length > 0 && day.exception === 'make-up') steps.push({ rule: 'make-up-day', date: day.date });
    if (counted.length > 0 && day.exception === 'changed') steps.push({ rule: 'changed-day', date: day.date });
    for (const opening of counted) {
      const begin = Math.max(opening.from, from);
      const end = Math.min(opening.to, to);
      steps.push({ rule: 'interval', date: day.date, from: iso(begin), to: iso(end), counted: end - begin });
    }
  }
  return steps;
}

/** A promise over months would carry hundreds of intervals: its beginning and end say why, its middle is a sum. */
export function shorten(steps: Step[]): Step[] {
  if (steps.length <= MOST_STEPS) return steps;
  const kept = (MOST_STEPS - 1) / 2;
  const middle = steps.slice(kept, -kept);
  return [...steps.slice(0, kept), { rule: 'left-out', steps: middle.length, counted: countedIn(middle) }, ...steps.slice(-kept)];
}

export const countedIn = (steps: Step[]): number => steps.reduce((sum, step) => sum + ('counted' in step ? step.counted : 0), 0);

const iso = (instant: number): string => new Date(instant).toISOString();
