import { demand } from '@aftersales/contracts/kernel/refused';
import type { Payer } from '@aftersales/contracts/kernel/values';

export const methods = ['cash', 'card', 'transfer', 'mobile', 'insurer'] as const;
export type Method = (typeof methods)[number];

export interface Payment {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly visitId: string;
  readonly payer: Payer;
  readonly method: Method;
  readonly amount: number;
  readonly change: number;
  readonly rounding: number;
  readonly refunded: number;
  readonly reference: string | null;
  readonly cashierId: string;
  readonly receivedAt: Date;
}

/** What a payer still owes of its share. Rounding was let go for good; what was refunded is owed again. */
export const owedBy = (payer: Payer, shares: readonly { payer: Payer; amount: { amount: number } }[], payments: readonly Pick<Payment, 'payer' | 'amount' | 'rounding' | 'refunded'>[]): number =>
  (shares.find((share) => share.payer === payer)?.amount.amount ?? 0) - payments.filter((one) => one.payer === payer).reduce((sum, { amount, rounding, refunded }) => sum + amount + rounding - refunded, 0);

/** To whole multiples, half up. */
export const rounded = (amount: number, toMinorUnits: number): number => Math.floor((2 * amount + toMinorUnits) / (2 * toMinorUnits)) * toMinorUnits;

/**
 * What is taken of what was laid on the counter: cash is rounded where it pays all that is open, and what is too much is given back;
 * anything else is exact, and never more than is owed.
 * @throws Refused
 */
export function take(owed: number, tendered: number, method: Method, cashRounding: number): { amount: number; change: number; rounding: number } {
  demand(owed > 0, 'payment.nothing-owed', 'This share is paid.');
  if (method !== 'cash') {
    demand(tendered <= owed, 'payment.too-much', 'That is more than is owed.');
    return { amount: tendered, change: 0, rounding: 0 };
  }
  const asked = rounded(owed, cashRounding);
  if (tendered < asked) return { amount: tendered, change: 0, rounding: 0 };
  return { amount: asked, change: tendered - asked, rounding: owed - asked };
}

/** @throws Refused */
export function demandRefundable(payment: Payment, amount: number, approverId: string): void {
  demand(approverId !== payment.cashierId, 'payment.own-refund', 'Who took the money does not approve that it goes back.');
  demand(amount <= payment.amount - payment.refunded, 'payment.refund-too-much', 'No more goes back than came in.');
}
