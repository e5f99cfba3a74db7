import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { Code, Id, Instant, LocalDate } from '../kernel/values';

// One follow-up of one visit. A second one (after a case was answered, or once after data was corrected) is a follow-up of its own with `after`.
// hq: coverage and reached rate.
const topic = 'crm.follow-up';
const key = ({ followUpId }: { followUpId: string }) => followUpId;
const followUp = { followUpId: Id, visitId: Id };

/** Opened from visit-delivered, never by hand (CRM-4). `opensAt`…`dueAt` as CRM-5 says. reception: `data-corrected` ends the data check of `after`. */
export const FollowUpPlanned = defineEvent({
  type: 'crm.follow-up-planned.v1', topic, key,
  data: z.object({
    ...followUp,
    customerId: Id,
    vehicleId: Id,
    because: z.enum(['delivered', 'case-answered', 'data-corrected']),
    after: Id.nullable(),
    /** Do-not-call stays in the denominator and is never dialled. */
    doNotCall: z.boolean(),
    opensAt: Instant,
    dueAt: Instant,
  }),
  heardBy: { reception: ['visitId', 'because', 'after'], hq: ['followUpId', 'visitId', 'because', 'doNotCall', 'dueAt'] },
});

/** CRM-6 and CRM-7, in one list: the first nine retry, `driving` ends the call and retries, the last three fail. */
export const CallOutcome = z.enum([
  'reached', 'busy', 'unreachable', 'no-answer', 'off', 'rejected', 'not-beside-the-phone', 'asked-another-time', 'another-person', 'message-left',
  'driving', 'wrong-number', 'data-mismatch', 'refuses',
]);
export type CallOutcome = z.infer<typeof CallOutcome>;

/** One call. `window` is the call window it fell in; the next attempt is in a different one. */
export const FollowUpAttempted = defineEvent({
  type: 'crm.follow-up-attempted.v1', topic, key,
  data: z.object({
    ...followUp,
    attempt: z.int().positive(),
    outcome: CallOutcome,
    agentId: Id,
    window: z.object({ date: LocalDate, index: z.int().nonnegative() }),
    attemptedAt: Instant,
    /** When to try again; null when the follow-up ends with this call. */
    nextAt: Instant.nullable(),
  }),
  heardBy: {},
});

/** Talked to the customer; the answers are survey-answered. */
export const FollowUpReached = defineEvent({
  type: 'crm.follow-up-reached.v1', topic, key,
  data: z.object({ ...followUp, attempt: z.int().positive(), agentId: Id, reachedAt: Instant, surveyId: Id.nullable(), dissatisfied: z.boolean() }),
  heardBy: { hq: ['followUpId', 'visitId', 'attempt', 'reachedAt'] },
});

/** Given up (CRM-7). reception: a data check by the visit's advisor; corrected data reopens it once, as a new follow-up. */
export const FollowUpFailed = defineEvent({
  type: 'crm.follow-up-failed.v1', topic, key,
  data: z.object({ ...followUp, customerId: Id, vehicleId: Id, reason: z.enum(['wrong-number', 'data-mismatch', 'refuses', 'no-answer']), attempts: z.int().nonnegative(), failedAt: Instant, reopens: z.boolean() }),
  heardBy: { reception: ['followUpId', 'visitId', 'customerId', 'vehicleId', 'reason', 'failedAt', 'reopens'], hq: ['followUpId', 'visitId', 'reason', 'failedAt'] },
});

/** Nothing more is to be done on it. */
export const FollowUpClosed = defineEvent({
  type: 'crm.follow-up-closed.v1', topic, key,
  data: z.object({ ...followUp, outcome: z.enum(['satisfied', 'case', 'failed', 'merged', 'do-not-call', 'closed-by-manager']), cause: Code.nullable(), closedAt: Instant }),
  heardBy: { hq: ['followUpId', 'visitId', 'outcome', 'closedAt'] },
});
