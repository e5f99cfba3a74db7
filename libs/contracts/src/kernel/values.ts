import { z } from 'zod';

/** Minor units of an ISO 4217 currency: { amount: 120050, currency: 'CNY' } is 1,200.50. */
export const Money = z.object({ amount: z.int(), currency: z.string().regex(/^[A-Z]{3}$/) });
export type Money = z.infer<typeof Money>;

/** Integer thousandths: 4300 is 4.3 L, 1500 is 1.5 flat hours. */
export const Thousandths = z.int();

export const Id = z.uuid();
export const Instant = z.iso.datetime();
export const LocalDate = z.iso.date();

/** Who pays a line (REC-16). */
export const Payer = z.enum(['customer', 'warranty', 'insurer', 'internal', 'goodwill']);
export type Payer = z.infer<typeof Payer>;

/** Rounded half up (away from zero for negatives) to a whole minor unit: price per unit × quantity in thousandths. */
export function lineAmount(unitPrice: number, quantityThousandths: number): number {
  const product = BigInt(unitPrice) * BigInt(quantityThousandths);
  const half = product < 0n ? -500n : 500n;
  return Number((product + half) / 1000n);
}
