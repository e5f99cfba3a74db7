import { z } from 'zod';

// What the doors answer: the documents of the API.
const Move = z.enum(['attempt', 'sheets', 'satisfaction', 'break-off', 'data-check', 'send-link']);
const Because = z.enum(['delivered', 'case-answered', 'data-corrected']);
const State = z.enum(['waiting', 'open', 'reached', 'failed', 'closed']);
const Masked = z.object({ name: z.string().nullable(), phones: z.array(z.string()), language: z.string().nullable(), preferredFrom: z.string().nullable(), preferredTo: z.string().nullable() });
const Text = z.record(z.string(), z.string());

export const FollowUpItem = z.object({
  followUpId: z.uuid(), version: z.int(), visitId: z.uuid(), because: Because, caseId: z.uuid().nullable(), customerId: z.uuid(), vehicleId: z.uuid(), repairOrder: z.string(), advisorId: z.uuid(),
  state: State, outcome: z.string().nullable(), allowed: z.array(Move), opensAt: z.iso.datetime(), dueAt: z.iso.datetime(), nextAt: z.iso.datetime(),
  attempts: z.int(), lastOutcome: z.string().nullable(), doNotCall: z.boolean(), contact: Masked,
});
export const FollowUpList = z.object({ items: z.array(FollowUpItem), next: z.string().nullable() });

export const CallList = FollowUpList.extend({
  /** The call window that is open now; null: none, and the next one opens at `opensAt`. */
  window: z.string().nullable(), opensAt: z.iso.datetime(),
});

export const FollowUpView = FollowUpItem.extend({
  after: z.uuid().nullable(), attemptsWanted: z.int(), nextSteps: z.array(z.any()), failedBecause: z.string().nullable(), reopens: z.boolean(), reachedAt: z.iso.datetime().nullable(),
  calls: z.array(z.object({ attempt: z.int(), outcome: z.string(), agentId: z.uuid(), windowKey: z.string(), askedFor: z.iso.datetime().nullable(), note: z.string().nullable(), attemptedAt: z.iso.datetime() })),
  /** CRM-8: what is read out, and about which visits. */
  callSheet: z.object({
    script: z.array(z.object({ step: z.string(), text: Text })),
    visits: z.array(z.object({
      visitId: z.uuid(), surveyId: z.uuid(), vehicleId: z.uuid(), repairOrder: z.string(), kind: z.string(), deliveredAt: z.iso.datetime(),
      nextServiceOn: z.iso.date().nullable(), nextServiceAtKm: z.int().nullable(), state: z.string(),
      questionnaire: z.string(), questionnaireVersion: z.int(), questions: z.array(z.object({ question: z.string(), factor: z.string(), text: Text })),
    })),
  }),
  sheets: z.array(z.object({ visitId: z.uuid(), satisfied: z.boolean(), useOfCar: z.string().nullable(), remarks: z.string().nullable(), heard: z.string().nullable(), apologised: z.boolean() })),
});

const Share = z.object({ n: z.int(), of: z.int(), share: z.number().nullable() });
/** CRM-9: each figure with what it is a share of. */
export const Coverage = z.object({
  from: z.iso.date(), to: z.iso.date(), delivered: z.int(), excluded: z.record(z.string(), z.int()),
  coverage: Share, reached: Share.extend({ target: z.number() }), doNotCall: z.int(), failed: z.int(), pending: z.int(),
});
