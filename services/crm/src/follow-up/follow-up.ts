import { addDays, atLocal } from '@aftersales/calendar/local-time';
import type { Step } from '@aftersales/calendar/steps';
import { nextWindow, windowAt, windowsBetween, type CallWindow, type WindowKey } from '@aftersales/calendar/windows';
import type { WorkCalendar } from '@aftersales/calendar/work-calendar';
import type { CallOutcome } from '@aftersales/contracts/crm/follow-up';
import { demand, Refused } from '@aftersales/contracts/kernel/refused';
import type { Role } from '@aftersales/contracts/roles';

/** waiting: for its first or next window; open: to be called; reached: the sheet is being filled; failed: the advisor checks the data. */
export type FollowUpState = 'waiting' | 'open' | 'reached' | 'failed' | 'closed';
export type FollowUpMove = 'attempt' | 'sheets' | 'satisfaction' | 'break-off' | 'data-check';
export type FailReason = 'wrong-number' | 'data-mismatch' | 'refuses' | 'no-answer';
/** What a call asks: the surveys of its visits, or whether a case was solved. */
export type Asks = 'survey' | 'case';

export const callers: readonly Role[] = ['crm-agent', 'crm-supervisor'];

export const moves: readonly { readonly move: FollowUpMove; readonly from: FollowUpState; readonly asks?: Asks; readonly roles: readonly Role[] }[] = [
  { move: 'attempt', from: 'open', roles: callers },
  { move: 'sheets', from: 'reached', asks: 'survey', roles: callers },
  { move: 'satisfaction', from: 'reached', asks: 'case', roles: callers },
  { move: 'break-off', from: 'reached', roles: callers },
  { move: 'data-check', from: 'failed', roles: ['advisor', 'front-desk-supervisor', 'service-manager'] },
];

export const rolesOf = (move: FollowUpMove): readonly Role[] => moves.find((one) => one.move === move)!.roles;

/** What may be done with it now; with `roles`, by this person. */
export const allowed = (state: FollowUpState, asks: Asks, roles?: readonly string[]): FollowUpMove[] =>
  moves
    .filter((one) => one.from === state && (one.asks ?? asks) === asks && (!roles || one.roles.some((role) => roles.includes(role))))
    .map(({ move }) => move);

/** @throws Refused */
export function demandMove({ state, asks }: { state: FollowUpState; asks: Asks }, move: FollowUpMove): void {
  const open = allowed(state, asks);
  if (!open.includes(move)) throw new Refused('follow-up.move', `A follow-up that is ${state} does not take this.`, { from: state, to: move, allowed: open });
}

/** Somebody is still to be asked by a call. */
export const isRunning = (state: FollowUpState): boolean => state === 'waiting' || state === 'open' || state === 'reached';

/** CRM-16: who is to be called may answer by link instead, and so may who is never dialled: a message of service is no call. */
export const linkMayGo = ({ state, outcome, unanswered }: { readonly state: FollowUpState; readonly outcome: string | null; readonly unanswered: boolean }): boolean =>
  unanswered && (isRunning(state) || outcome === 'do-not-call');

/** CRM-7: these end it at once. */
const fails: ReadonlySet<CallOutcome> = new Set(['wrong-number', 'data-mismatch', 'refuses']);
/** Somebody spoke with us and shall be called again: no count of vain attempts gives these up. */
const spoke: ReadonlySet<CallOutcome> = new Set(['asked-another-time', 'driving']);
/** Nobody may park a customer in a far year: that would take them off the list (CRM-4). */
const farthestAskDays = 60;

export interface CallableFollowUp {
  readonly state: FollowUpState;
  readonly asks: Asks;
  /** When the next call may be made. */
  readonly nextAt: Date;
  readonly attempts: number;
  readonly attemptsWanted: number;
  readonly used: readonly WindowKey[];
  /** As the customer's file says now, not as it said when planned. */
  readonly doNotCall: boolean;
}

export interface AttemptMade {
  readonly attempt: number;
  readonly window: CallWindow;
  /** Its place among the day's windows, from 0. */
  readonly index: number;
  readonly next: { readonly state: 'reached' } | { readonly state: 'failed'; readonly reason: FailReason } | { readonly state: 'waiting'; readonly at: Date; readonly steps: readonly Step[] };
}

/** CRM-5, CRM-6, CRM-7: one call, inside a call window that had none yet. @throws Refused */
export function attempt(followUp: CallableFollowUp, call: { readonly outcome: CallOutcome; readonly askedFor: Date | null }, calls: WorkCalendar, now: Date): AttemptMade {
  demand(!followUp.doNotCall, 'follow-up.do-not-call', 'This customer does not want to be called.');
  // The clock opens it, not the ring, which may come a moment later.
  const state = followUp.state === 'waiting' && followUp.nextAt <= now ? 'open' : followUp.state;
  demandMove({ state, asks: followUp.asks }, 'attempt');
  const window = windowAt(calls, now);
  demand(window, 'follow-up.outside-window', 'Calls are made inside the call windows only.');
  demand(!followUp.used.includes(window.key), 'follow-up.window-used', 'There was a call in this window already; the next one is in a different window.');
  demand((call.outcome === 'asked-another-time') === (call.askedFor !== null), 'follow-up.asked-time', 'A time belongs to "asked another time", and only to it.');
  const made = followUp.attempts + 1;
  const used = [...followUp.used, window.key];
  return { attempt: made, window, index: indexOf(calls, window), next: nextOf() };

  function nextOf(): AttemptMade['next'] {
    if (call.outcome === 'reached') return { state: 'reached' };
    if (fails.has(call.outcome)) return { state: 'failed', reason: call.outcome as FailReason };
    if (call.askedFor) return { state: 'waiting', at: askedTime(call.askedFor, used, calls, now), steps: [] };
    if (made >= followUp.attemptsWanted && !spoke.has(call.outcome)) return { state: 'failed', reason: 'no-answer' };
    const { at, steps } = nextWindow(calls, now, used);
    return { state: 'waiting', at, steps };
  }
}

/** CRM-6: "then at that time" – inside a call window, and a different one, as every call. @throws Refused */
function askedTime(askedFor: Date, used: readonly WindowKey[], calls: WorkCalendar, now: Date): Date {
  demand(askedFor > now, 'follow-up.asked-past', 'The time asked for is over.');
  demand(askedFor.getTime() - now.getTime() <= farthestAskDays * 86_400_000, 'follow-up.asked-too-far', `The next call is within ${farthestAskDays} days.`);
  const window = windowAt(calls, askedFor);
  demand(window, 'follow-up.asked-outside-window', 'The time asked for is in no call window; agree another one.');
  demand(!used.includes(window.key), 'follow-up.asked-same-window', 'The next call is in a different window; agree a time in another one.');
  return askedFor;
}

/**
 * TIM-4: what was to be called while the machines were away is spread over the next windows, so that not all of it falls into one.
 * The emptiest comes first, the earliest among equals; those that begin before it is late are preferred while there are any.
 * @param waiting how many follow-ups of the store are planned for each window
 */
export function spread(windows: readonly CallWindow[], waiting: readonly number[], dueAt: Date): CallWindow {
  const inTime = windows.filter(({ from }) => from < dueAt);
  const choice = inTime.length > 0 ? inTime : windows;
  return choice.reduce((best, window) => (load(window) < load(best) ? window : best));

  function load(window: CallWindow): number {
    return waiting[windows.indexOf(window)] ?? 0;
  }
}

/** The next different windows from now on, the running one included. */
export function nextWindows(calls: WorkCalendar, now: Date, used: readonly WindowKey[], count: number): CallWindow[] {
  const found: CallWindow[] = [];
  while (found.length < count) found.push(nextWindow(calls, now, [...used, ...found.map(({ key }) => key)]).window);
  return found;
}

const indexOf = (calls: WorkCalendar, { date, key }: CallWindow): number =>
  windowsBetween(calls, atLocal(calls.zone, date, '00:00'), atLocal(calls.zone, addDays(date, 1), '00:00')).filter((window) => window.date === date).findIndex((window) => window.key === key);
