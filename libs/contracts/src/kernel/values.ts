import { z } from 'zod';

/** Minor units of an ISO 4217 currency: { amount: 120050, currency: 'CNY' } is 1,200.50. */
export const Money = z.object({ amount: z.int(), currency: z.string().regex(/^[A-Z]{3}$/) });
export type Money = z.infer<typeof Money>;

/** Integer thousandths: 4300 is 4.3 L, 1500 is 1.5 flat hours. */
export const Thousandths = z.int();

export const Id = z.uuid();
export const Instant = z.iso.datetime();
export const LocalDate = z.iso.date();

/** A day as somebody types it: of our time, so that what is counted from it still is one (three years' cover of a car sold in 9998 has no date). */
export const Day = LocalDate.refine((day) => day > '1900' && day < '2100', 'There is no such day.');

/** Who pays a line (REC-16). */
export const Payer = z.enum(['customer', 'warranty', 'insurer', 'internal', 'goodwill']);
export type Payer = z.infer<typeof Payer>;

/** Rounded half up (away from zero for negatives) to a whole minor unit: price per unit × quantity in thousandths. */
export function lineAmount(unitPrice: number, quantityThousandths: number): number {
  const product = BigInt(unitPrice) * BigInt(quantityThousandths);
  const half = product < 0n ? -500n : 500n;
  return Number((product + half) / 1000n);
}

/** A chosen word or number of ours, never a sentence: free text does not travel. Operation, fault, reason, part and order numbers are codes. */
export const Code = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/);

/** A part's number in the group's catalogue; it is also half of a key. */
export const PartNumber = Code;

export const Vin = z.string().regex(/^[A-HJ-NPR-Z0-9]{17}$/);

/** BCP 47: zh-CN, zh-TW, en. */
export const Language = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/);

/** Whole kilometres, as the car shows them. */
export const Kilometres = z.int().nonnegative();

/** Half-open stretch of time. */
export const Span = z.object({ startsAt: Instant, endsAt: Instant });
export type Span = z.infer<typeof Span>;

/** Why a car comes (REC-1). What is no customer's visit (pre-delivery, internal) gets no follow-up (CRM-4). */
export const VisitKind = z.enum(['maintenance', 'repair', 'accident', 'recall', 'inspection', 'accessory', 'pre-delivery', 'rework', 'part-arrived', 'internal']);
export type VisitKind = z.infer<typeof VisitKind>;

/** How somebody reached us, or we them. */
export const Channel = z.enum(['phone', 'web', 'message', 'advisor', 'in-person', 'link', 'email', 'sms']);
export type Channel = z.infer<typeof Channel>;

/** Whose time or fault something was. */
export const Department = z.enum(['desk', 'workshop', 'parts', 'claims', 'crm', 'sales']);
export type Department = z.infer<typeof Department>;

/** Work to be done: what it needs from the floor. */
export const Operation = z.object({
  lineId: Id,
  operationCode: Code,
  skill: Code,
  bayType: Code,
  flatHours: Thousandths.nonnegative(),
});
export type Operation = z.infer<typeof Operation>;

/** A part wanted, held, issued or handed back; `lineId` is the desk's line and stays the same from booking to settlement. */
export const PartNeed = z.object({ lineId: Id, partNumber: PartNumber, quantity: Thousandths.positive() });
export type PartNeed = z.infer<typeof PartNeed>;

/** On the store's wall: 09:00. */
export const LocalTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);
