import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { Code, Id, Instant, LocalDate, Thousandths } from '../kernel/values';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * The sample is locked when the visit is delivered (CRM-17): each store-day's list is a hash chain in order of `position`, so that a removed
 * customer is visible. hq: whom the response rate counts; excluded ones are named with their rule, not left out.
 */
export const SurveyLocked = defineEvent({
  type: 'crm.survey-locked.v1', topic: 'crm.sample',
  key: ({ storeId, day }) => `${storeId}/${day}`,
  data: z.object({
    storeId: Id,
    day: LocalDate,
    position: z.int().positive(),
    visitId: Id,
    surveyId: Id,
    deliveredAt: Instant,
    excludedBy: Code.nullable(),
    previousHash: sha256,
    hash: sha256,
  }),
  heardBy: { hq: ['storeId', 'day', 'position', 'visitId', 'surveyId', 'deliveredAt', 'excludedBy', 'previousHash', 'hash'] },
});

/** One question's answer: 1 very satisfied … 5 very dissatisfied; 4 and 5 open a case. Weights are the questionnaire version's, in thousandths. */
export const Answer = z.object({ question: Code, factor: Code, level: z.int().min(1).max(5), weight: Thousandths.nonnegative() });
export type Answer = z.infer<typeof Answer>;

// One survey of one visit, its answers in order. hq computes from these alone, joined by visitId with visit-delivered.
const topic = 'crm.survey';
const key = ({ surveyId }: { surveyId: string }) => surveyId;
const answered = {
  surveyId: Id,
  answerId: Id,
  visitId: Id,
  questionnaire: Code,
  questionnaireVersion: z.int().positive(),
  channel: z.enum(['call', 'link']),
  /** Questions left out are not in the list. */
  answers: z.array(Answer),
  /** 0…10, "would you recommend us?"; null when not asked or not answered. */
  recommend: z.int().min(0).max(10).nullable(),
  answeredAt: Instant,
};

/** hq: CSI seconds later (HQ-2). The agent's notes never travel. */
export const SurveyAnswered = defineEvent({
  type: 'crm.survey-answered.v1', topic, key,
  data: z.object(answered),
  heardBy: { hq: ['surveyId', 'answerId', 'visitId', 'questionnaire', 'questionnaireVersion', 'channel', 'answers', 'recommend', 'answeredAt'] },
});

/** A correction is a new, whole answer in place of `replaces`, with a reason (CRM-16). It counts where the first one counted: `answeredAt` is the first one's. */
export const AnswerCorrected = defineEvent({
  type: 'crm.answer-corrected.v1', topic, key,
  data: z.object({ ...answered, replaces: Id, reason: Code, correctedBy: Id, correctedAt: Instant }),
  heardBy: { hq: ['surveyId', 'answerId', 'visitId', 'questionnaire', 'questionnaireVersion', 'channel', 'answers', 'recommend', 'answeredAt', 'replaces'] },
});
