import { z } from 'zod';
import { Code, Payer } from '@aftersales/contracts/kernel/values';
import { methods } from './payment';

const amount = z.int().positive().max(1_000_000_000_000);
const reason = z.string().trim().min(1).max(300);

export const SettleInput = z.strictObject({
  /** The customer's, under the settlement. */
  signatureId: z.uuid(),
  /** Agreed to, not done, and why: parts that were not needed. */
  leftOut: z.array(z.strictObject({ lineId: z.uuid(), reason: Code })).max(200).default([]),
});
export type SettleInput = z.output<typeof SettleInput>;

export const PayInput = z.strictObject({
  payer: Payer,
  method: z.enum(methods),
  /** Laid on the counter, minor units of the settlement's currency. */
  tendered: amount,
  /** The card's or the bank's. */
  reference: z.string().trim().min(1).max(64).nullable().default(null),
});
export type PayInput = z.output<typeof PayInput>;

export const RefundInput = z.strictObject({ amount, reason });
export type RefundInput = z.output<typeof RefundInput>;

export const ReleaseInput = z.strictObject({ reason });
export type ReleaseInput = z.output<typeof ReleaseInput>;
