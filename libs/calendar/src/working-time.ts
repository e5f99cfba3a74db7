// TIM-1: arithmetic on the time a desk works.
import { openingsOf, pick } from './openings';
import { explain, shorten, tell, type Due, type Step } from './steps';
import type { WorkCalendar } from './work-calendar';

/** The earliest instant with `workingMs` of working time between `start` and it; adding nothing gives `start` itself, open or not. */
export function add(calendar: WorkCalendar, start: Date, workingMs: number): Due {
  const at = forward(calendar, start, amount(workingMs));
  return { at, steps: explain(calendar, start, at) };
}

/** The latest instant with `workingMs` of working time between it and `end`: the mirror of `add`. */
export function subtract(calendar: WorkCalendar, end: Date, workingMs: number): Due {
  const at = backward(calendar, end, amount(workingMs));
  return { at, steps: explain(calendar, at, end) };
}

/** Working milliseconds from a to b; negative when b is the earlier. `explain` (steps) says which. */
export function between(calendar: WorkCalendar, a: Date, b: Date): number {
  const [from, to] = [a.getTime(), b.getTime()];
  if (to < from) return -between(calendar, b, a);
  let sum = 0;
  for (const opening of openingsOf(calendar).within(from, to)) sum += Math.min(opening.to, to) - Math.max(opening.from, from);
  return sum;
}

export function isOpen(calendar: WorkCalendar, at: Date): boolean {
  return !openingsOf(calendar).within(at.getTime(), at.getTime() + 1).next().done;
}

/** `at` itself when open, else the next opening. */
export function nextOpen(calendar: WorkCalendar, at: Date): Due {
  const opening = openingsOf(calendar).after(at.getTime()).next().value;
  const open = new Date(Math.max(opening.from, at.getTime()));
  return { at: open, steps: explain(calendar, at, open) };
}

/** A stretch in which a promise stands still: [from, to); without `to` it still does. */
export interface Pause {
  from: Date;
  to?: Date;
}

/**
 * The due instant of a promise, pauses left out; null while a pause that began before it is open.
 * Pauses may overlap, come in any order, or lie outside: what begins at the due instant or later changes nothing, late is final.
 */
export function due(calendar: WorkCalendar, start: Date, workingMs: number, pauses: Pause[]): Due | null {
  const steps: Step[] = [];
  let left = amount(workingMs);
  let from = start;
  if (pauses.some((pause) => pause.to && pause.to < pause.from)) throw new RangeError('A pause ends before it begins');
  for (const pause of pauses.toSorted((a, b) => a.from.getTime() - b.from.getTime())) {
    if (pause.to && pause.to <= from) continue;
    if (left === 0 || (pause.from > from && forward(calendar, from, left) <= pause.from)) break;
    if (!pause.to) return null;
    const begin = pause.from > from ? pause.from : from;
    left -= between(calendar, from, begin);
    steps.push(...tell(calendar, from.getTime(), begin.getTime()));
    steps.push({ rule: 'pause', from: begin.toISOString(), to: pause.to.toISOString() });
    from = pause.to;
  }
  const at = forward(calendar, from, left);
  steps.push(...tell(calendar, from.getTime(), at.getTime()));
  return { at, steps: shorten(steps) };
}

function forward(calendar: WorkCalendar, start: Date, workingMs: number): Date {
  if (workingMs === 0) return start;
  let left = workingMs;
  return pick(openingsOf(calendar).after(start.getTime()), (opening) => {
    const begin = Math.max(opening.from, start.getTime());
    if (opening.to - begin >= left) return new Date(begin + left);
    left -= opening.to - begin;
    return undefined;
  });
}

function backward(calendar: WorkCalendar, end: Date, workingMs: number): Date {
  if (workingMs === 0) return end;
  let left = workingMs;
  return pick(openingsOf(calendar).before(end.getTime()), (opening) => {
    const finish = Math.min(opening.to, end.getTime());
    if (finish - opening.from >= left) return new Date(finish - left);
    left -= finish - opening.from;
    return undefined;
  });
}

function amount(workingMs: number): number {
  if (!Number.isSafeInteger(workingMs) || workingMs < 0) throw new RangeError(`Working time is whole milliseconds, not negative: ${workingMs}`);
  return workingMs;
}
