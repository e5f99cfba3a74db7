import { z } from 'zod';
import { Answer } from '@aftersales/contracts/crm/survey';

export const SampleView = z.object({
  day: z.iso.date(), length: z.int(), head: z.string(),
  /** The position where the list is no longer the one that was locked; null: it is whole. */
  brokenAt: z.int().nullable(),
  entries: z.array(z.object({
    position: z.int(), visitId: z.uuid(), surveyId: z.uuid(), deliveredAt: z.iso.datetime(), excludedBy: z.string().nullable(), previousHash: z.string(), hash: z.string(),
  })),
});

export const SurveyView = z.object({
  surveyId: z.uuid(), version: z.int(), visitId: z.uuid(), vehicleId: z.uuid(), repairOrder: z.string(), advisorId: z.uuid(), deliveredAt: z.iso.datetime(),
  questionnaire: z.string(), questionnaireVersion: z.int(), state: z.enum(['excluded', 'locked', 'answered']), allowed: z.array(z.enum(['correct'])),
  answers: z.array(z.object({
    answerId: z.uuid(), channel: z.enum(['call', 'link']), answers: z.array(Answer), recommend: z.int().nullable(), answeredAt: z.iso.datetime(),
    replaces: z.uuid().nullable(), reason: z.string().nullable(), note: z.string().nullable(), writtenBy: z.uuid(), writtenAt: z.iso.datetime(),
  })),
});
