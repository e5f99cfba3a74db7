// CRM-5: when the follow-up of a delivered visit opens and when it is late.
import { addDays, atLocal, localDate, type LocalDate } from './local-time';
import { nthOpenDay } from './open-days';
import { nextWindow, windowsBetween, type CallWindow, type WindowKey } from './windows';
import type { WorkCalendar } from './work-calendar';

/** CRM-6: three attempts, each in a window of its own. */
const ATTEMPTS = 3;

export interface FollowUpPolicy {
  /** Late after the last window of this day; the delivery's local date is day 0. */
  days: number;
  /** Days of the calendar, or days the call desk works. */
  count: 'calendar' | 'working';
}

export type PlanStep =
  | { rule: 'delivered'; date: LocalDate }
  /** Day 1 and the last day, with the windows each has. */
  | { rule: 'day'; n: number; date: LocalDate; windows: number }
  | { rule: 'opens'; window: WindowKey; because: 'first-window' | 'three-windows' | 'after-closure' }
  | { rule: 'late-after'; window: WindowKey; because: 'last-window' | 'last-before-closed-day' | 'after-closure' };

export interface FollowUpPlan {
  opensAt: Date;
  dueAt: Date;
  /** Every window from opening to due, in order; never empty. */
  windows: CallWindow[];
  steps: PlanStep[];
}

/**
 * Opens in the first call window from day 1 on, late after the last window up to the last day.
 * Fewer than three windows there: it opens earlier, in windows that begin after the delivery, as far as there are any.
 * No window there at all: the plan is the first window after the closure.
 */
export function followUpPlan(callCalendar: WorkCalendar, deliveredAt: Date, policy: FollowUpPolicy): FollowUpPlan {
  if (!Number.isSafeInteger(policy.days) || policy.days < 1) throw new RangeError(`A follow-up takes at least one day: ${policy.days}`);
  const day0 = localDate(callCalendar.zone, deliveredAt);
  const nth = (n: number): LocalDate => (policy.count === 'working' ? nthOpenDay(callCalendar, day0, n) : addDays(day0, n));
  const first = nth(1);
  const last = nth(policy.days);
  const start = atLocal(callCalendar.zone, first, '00:00');
  const end = atLocal(callCalendar.zone, last, '24:00');

  const planned = windowsBetween(callCalendar, start, end);
  const missing = Math.max(0, ATTEMPTS - planned.length);
  const earlier = windowsBetween(callCalendar, deliveredAt, start).filter((window) => window.from >= deliveredAt);
  const closure = planned.length === 0;
  const windows = closure ? [nextWindow(callCalendar, end).window] : [...earlier.slice(Math.max(0, earlier.length - missing)), ...planned];

  const opening = windows[0]!;
  const closing = windows.at(-1)!;
  const on = (date: LocalDate): number => planned.filter((window) => window.date === date).length;
  return {
    opensAt: opening.from,
    dueAt: closing.to,
    windows,
    steps: [
      { rule: 'delivered', date: day0 },
      { rule: 'day', n: 1, date: first, windows: on(first) },
      ...(policy.days > 1 ? [{ rule: 'day', n: policy.days, date: last, windows: on(last) } as const] : []),
      { rule: 'opens', window: opening.key, because: closure ? 'after-closure' : opening.date < first ? 'three-windows' : 'first-window' },
      { rule: 'late-after', window: closing.key, because: closure ? 'after-closure' : closing.date === last ? 'last-window' : 'last-before-closed-day' },
    ],
  };
}
