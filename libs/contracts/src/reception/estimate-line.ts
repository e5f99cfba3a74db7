import { z } from 'zod';
import { Code, Id, Money, PartNumber, Payer, Thousandths } from '../kernel/values';

/**
 * A line of an estimate, with its payer (REC-16). Labour has operationCode, skill, bayType, flatHours (and unitPrice per flat hour); parts and
 * consumables have quantity and unitPrice, parts a partNumber. `amount` is the rounded product: totals are sums of lines.
 */
export const EstimateLine = z.object({
  lineId: Id,
  kind: z.enum(['labour', 'part', 'consumable']),
  operationCode: Code.optional(),
  skill: Code.optional(),
  bayType: Code.optional(),
  flatHours: Thousandths.nonnegative().optional(),
  partNumber: PartNumber.optional(),
  quantity: Thousandths.positive().optional(),
  unitPrice: Money,
  amount: Money,
  payer: Payer,
  /** What the line mends; the same code on labour and part ties them together. */
  faultCode: Code.optional(),
  /** The workshop's find that the line answers (WRK-7). */
  faultId: Id.optional(),
  /** A refused safety repair needs a waiver; failed ones count for the three guarantees. */
  safety: z.boolean().optional(),
  /** Brought by the customer: no guarantee, nothing to reserve. */
  customersOwn: z.boolean().optional(),
});
export type EstimateLine = z.infer<typeof EstimateLine>;

/** What each payer owes; a split's remainder goes to the first payer. */
export const Share = z.object({ payer: Payer, amount: Money });
export type Share = z.infer<typeof Share>;
