import { z } from 'zod';
import { Code, PartNumber, Payer } from '@aftersales/contracts/kernel/values';

/** Limits under which every product and sum stays exact: 10 million of a currency a unit, a thousand units a line. */
const unitPrice = z.int().min(0).max(1_000_000_000);
const thousandths = z.int().positive().max(1_000_000);
const reason = Code;

const line = {
  /** The same from booking to settlement; a new line gets one. */
  lineId: z.uuid().optional(),
  payer: Payer,
  /** Minor units of the store's currency, taxes included; the list's where it is left out. */
  unitPrice: unitPrice.optional(),
  title: z.string().trim().min(1).max(200).nullable().optional(),
  faultCode: Code.optional(),
  faultId: z.uuid().optional(),
  safety: z.boolean().optional(),
};

export const DraftLine = z.union([
  z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('labour'), ...line, operationCode: Code, skill: Code, bayType: Code, flatHours: thousandths }),
    z.strictObject({ kind: z.literal('part'), ...line, partNumber: PartNumber, quantity: thousandths, customersOwn: z.boolean().optional() }),
    z.strictObject({ kind: z.literal('consumable'), ...line, partNumber: PartNumber.optional(), quantity: thousandths }),
  ]),
  /** A line of the version before, as it is. */
  z.strictObject({ keep: z.uuid() }),
]);
export type DraftLine = z.output<typeof DraftLine>;

export const DraftInput = z.strictObject({ lines: z.array(DraftLine).min(1).max(200) });
export type DraftInput = z.output<typeof DraftInput>;

export const OfferInput = z.strictObject({ promisedAt: z.iso.datetime() });
export type OfferInput = z.output<typeof OfferInput>;

/** REC-17: every open line with yes or no; by phone with a named witness, signed here with the signature. */
export const AnswerInput = z.strictObject({
  how: z.enum(['signed', 'phone']),
  shownHash: z.string().regex(/^[0-9a-f]{64}$/),
  witnessId: z.uuid().nullable().default(null),
  signatureId: z.uuid().nullable().default(null),
  answers: z.array(z.strictObject({ lineId: z.uuid(), yes: z.boolean(), reason: reason.optional(), note: z.string().trim().min(1).max(500).optional() })).min(1).max(200),
});
export type AnswerInput = z.output<typeof AnswerInput>;

/** Of a payer who is neither the customer nor the maker. */
export const ApproveInput = z.strictObject({
  payer: z.enum(['insurer', 'internal', 'goodwill']),
  lineIds: z.array(z.uuid()).min(1).max(200),
  yes: z.boolean(),
  /** The insurer's number of its approval. */
  approval: Code.optional(),
  reason: reason.optional(),
  note: z.string().trim().min(1).max(500).optional(),
});
export type ApproveInput = z.output<typeof ApproveInput>;
