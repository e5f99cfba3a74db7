import { z } from 'zod';
import { claimStates } from './claim';

const reason = z.string().trim().min(1).max(1000);

export const EvidenceInput = z.strictObject({
  photoIds: z.array(z.uuid()).max(100).default([]),
  noOldPart: z.array(z.strictObject({ lineId: z.uuid(), class: z.enum(['fluid', 'bulk', 'accessory', 'first-fit']) })).max(100).default([]),
  note: reason.optional(),
});
export const AppealInput = z.strictObject({ reason });
export const PlaceInput = z.strictObject({ lines: z.array(z.strictObject({ lineId: z.uuid(), payer: z.enum(['internal', 'goodwill']) })).min(1).max(100) });
export const ArchiveInput = z.strictObject({ shortReason: reason.optional() });

export const ListQuery = z.strictObject({
  state: z.enum(claimStates).optional(),
  number: z.string().max(100).optional(),
  repairOrder: z.string().max(64).optional(),
  vin: z.string().max(17).optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
export const PassRateQuery = z.strictObject({ from: z.iso.date(), to: z.iso.date() });

const instant = z.iso.datetime().nullable();
const money = z.object({ amount: z.int(), currency: z.string() });
const line = z.object({
  lineId: z.uuid(), kind: z.string(), faultCode: z.string().nullable(), partNumber: z.string().nullable(), amount: money,
  outcome: z.enum(['open', 'accepted', 'rejected']), submission: z.int().nullable(), reason: z.string().nullable(),
  placed: z.object({ payer: z.string(), by: z.uuid(), at: z.iso.datetime() }).nullable(),
});

const summary = {
  claimId: z.uuid(), version: z.int(), number: z.string(), state: z.enum(claimStates), visitId: z.uuid(), vehicleId: z.uuid(), repairOrder: z.string(), submission: z.int(), submitBy: instant, amount: money,
};
export const ClaimList = z.object({ claims: z.array(z.object(summary)), next: z.string().nullable() });
export const ClaimView = z.object({
  ...summary, allowed: z.array(z.string()), vin: z.string().nullable(), lines: z.array(line), accepted: money, paid: money, payments: z.array(z.object({ payment: z.string(), amount: z.int(), submission: z.int() })),
  returnReason: z.string().nullable(), firstSubmittedAt: instant, decidedAt: instant, note: z.string().nullable(),
  evidence: z.object({
    missing: z.array(z.string()), mileage: z.int().nullable(), completedAt: instant, photos: z.array(z.uuid()), oldParts: z.array(z.object({ lineId: z.uuid(), tag: z.string() })),
    noOldPart: z.array(z.object({ lineId: z.uuid(), class: z.string() })), checks: z.array(z.object({ check: z.string(), by: z.uuid(), checkedAt: z.iso.datetime() })), customerSigned: z.boolean(),
  }),
  /** How each submission reached the maker. */
  requests: z.array(z.object({ webhookId: z.string(), state: z.string(), attempts: z.int(), lastError: z.string().nullable() })),
});
export const PassRate = z.object({
  decided: z.int(), passed: z.int(), passedAtOnce: z.int(), partly: z.int(), rejected: z.int(), /** Null while nothing was decided. */ percent: z.number().nullable(), targetPercent: z.int(),
});
