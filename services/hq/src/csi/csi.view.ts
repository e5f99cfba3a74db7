import { z } from 'zod';
import { spans } from './period';

const LocalDate = z.iso.date();
const percent = z.number().min(0).max(100);

/** `from` and `to` are days of delivery in the store's local time; a period that they touch is taken whole. */
const range = { per: z.enum(spans), from: LocalDate, to: LocalDate };
export const StoreQuery = z.strictObject({ ...range, by: z.enum(['store', 'brand', 'advisor', 'technician']).default('store') });
export const GroupQuery = z.strictObject({ ...range, by: z.enum(['group', 'region', 'brand', 'store']).default('group'), after: z.uuid().optional() });
export type StoreQuery = z.output<typeof StoreQuery>;
export type GroupQuery = z.output<typeof GroupQuery>;

const Figure = z.object({
  value: z.number().nullable(),
  /** Answered questionnaires it is made of. */
  n: z.int(),
  /** n in the sample. */
  responseRate: percent.nullable(),
  interval: z.object({ low: z.number(), high: z.number(), confidencePercent: z.int(), method: z.enum(['wilson', 'adjusted-normal', 'weighted-ends', 'mover']) }).nullable(),
  /** Of csi.method. */
  methodVersion: z.int(),
});
export type FigureView = z.input<typeof Figure>;

const five = { topBox: Figure, top2Box: Figure, mean: Figure, points: Figure, nps: Figure };
const Rate = z.object({ count: z.int(), of: z.int(), percent: percent.nullable(), low: percent.nullable(), high: percent.nullable() });

const Row = z.object({
  period: z.object({ from: LocalDate, to: LocalDate }),
  /** The region, brand, store or person; null for the whole. */
  member: z.string().nullable(),
  method: z.object({ policyId: z.uuid(), version: z.int() }),
  sample: z.object({
    /** The denominator: locked and not excluded, and what was delivered without being locked. */
    visits: z.int(), locked: z.int(), notLocked: z.int(), excluded: z.int(),
    planned: z.int(), doNotCall: z.int(), reached: z.int(), failed: z.int(), answered: z.int(), corrected: z.int(),
  }),
  coverage: Rate,
  reachedRate: Rate,
  responseRate: Rate,
  /** Every answered questionnaire counts the same. */
  pooled: z.object({ ...five, factors: z.array(z.object({ factor: z.string(), topBox: Figure, top2Box: Figure, mean: Figure, points: z.number(), outOf: z.number() })) }),
  /** Every store counts the same. */
  meanOfStores: z.object({ stores: z.int(), ...five }),
});
export type RowView = z.input<typeof Row>;

export const Answer = z.object({
  per: z.enum(spans),
  from: LocalDate,
  to: LocalDate,
  by: z.string(),
  rows: z.array(Row),
  /** Visits left out of the sample, by the rule that did it. */
  excluded: z.array(z.object({ rule: z.string(), visits: z.int() })),
  next: z.uuid().nullable(),
});
export type Answer = z.output<typeof Answer>;
