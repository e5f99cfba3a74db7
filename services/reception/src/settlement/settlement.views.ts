import { z } from 'zod';
import { Payer } from '@aftersales/contracts/kernel/values';
import type { Tx } from '@aftersales/platform/database/tx';
import { printedShares } from './bill';
import { paymentsOf, type Settlement } from './owed.queries';
import { methods, owedBy, type Payment } from './payment';

export const PaymentView = z.object({
  paymentId: z.uuid(), version: z.int(), visitId: z.uuid(), payer: Payer, method: z.enum(methods), amount: z.int(), change: z.int(), rounding: z.int(), refunded: z.int(), reference: z.string().nullable(),
  cashierId: z.uuid(), receivedAt: z.iso.datetime(),
});
export const paymentView = ({ id, storeId: _, ...payment }: Payment) => ({ paymentId: id, ...payment });

/** What is printed: minor units of `currency`, taxes contained in every amount. */
export const SettlementView = z.object({
  visitId: z.uuid(), /** Of the visit: what If-Match names. */ version: z.int(), currency: z.string(),
  lines: z.array(z.record(z.string(), z.any())),
  shares: z.array(z.object({ payer: Payer, labour: z.int(), parts: z.int(), consumables: z.int(), tax: z.int(), total: z.int(), owed: z.int() })),
  leftOut: z.array(z.object({ lineId: z.uuid(), reason: z.string() })), payments: z.array(PaymentView),
  settledAt: z.iso.datetime(), settledBy: z.uuid(), signatureId: z.uuid(), releasedBy: z.uuid().nullable(), releasedAt: z.iso.datetime().nullable(), releaseReason: z.string().nullable(),
});

export async function settlementView(tx: Tx, settlement: Settlement) {
  const payments = await paymentsOf(tx, settlement.visitId);
  const { version } = (await tx.one<{ version: number }>(`select version from visit where id = $1`, [settlement.visitId]))!;
  const { visitId, currency, lines, shares, leftOut, settledAt, settledBy, signatureId, releasedBy, releasedAt, releaseReason } = settlement;
  return {
    visitId, version, currency, lines: lines.map((line) => ({ ...line })), shares: printedShares(lines).map((share) => ({ ...share, owed: owedBy(share.payer, shares, payments) })), leftOut, payments: payments.map(paymentView),
    settledAt, settledBy, signatureId, releasedBy, releasedAt, releaseReason,
  };
}
