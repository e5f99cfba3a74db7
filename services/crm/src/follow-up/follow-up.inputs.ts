import { z } from 'zod';
import { CallOutcome } from '@aftersales/contracts/crm/follow-up';
import { Code, Department } from '@aftersales/contracts/kernel/values';

const words = z.string().trim().min(1).max(2000);

export const AttemptInput = z.strictObject({ outcome: CallOutcome, askedFor: z.iso.datetime().nullable().default(null), note: words.nullable().default(null) });
export type AttemptInput = z.output<typeof AttemptInput>;

const Complaint = z.strictObject({ department: Department, cause: Code, words });
const GivenAnswers = z.array(z.strictObject({ question: Code, level: z.int().min(1).max(5) })).max(50);
const Recommend = z.int().min(0).max(10).nullable().default(null);

const Sheet = z.strictObject({
  visitId: z.uuid(), answers: GivenAnswers, recommend: Recommend, remarks: words.nullable().default(null), heard: words.nullable().default(null), complaint: Complaint.nullable().default(null),
});
export const SheetsInput = z.strictObject({ sheets: z.array(Sheet).min(1).max(20), useOfCar: words.nullable().default(null), apologised: z.boolean().default(false) });
export type SheetsInput = z.output<typeof SheetsInput>;

export const SatisfactionInput = z.strictObject({
  satisfied: z.boolean(), useOfCar: words.nullable().default(null), remarks: words.nullable().default(null), heard: words.nullable().default(null), apologised: z.boolean().default(false),
});
export type SatisfactionInput = z.output<typeof SatisfactionInput>;

export const DataCheckInput = z.strictObject({ corrected: z.boolean(), note: words.nullable().default(null) });
export type DataCheckInput = z.output<typeof DataCheckInput>;

export const ListQuery = z.strictObject({
  state: z.enum(['waiting', 'open', 'reached', 'failed', 'closed']).optional(), advisorId: z.uuid().optional(), cursor: z.string().max(500).optional(), limit: z.coerce.number().int().min(1).max(100).default(50),
});
export type ListQuery = z.output<typeof ListQuery>;
export const CallListQuery = ListQuery.omit({ state: true, advisorId: true });
export type CallListQuery = z.output<typeof CallListQuery>;

export const CoverageQuery = z.strictObject({ from: z.iso.date(), to: z.iso.date() });
export type CoverageQuery = z.output<typeof CoverageQuery>;
