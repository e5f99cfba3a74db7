import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { Id, Instant, Money, Payer } from '../kernel/values';

// One payment and its refunds. Nobody outside the desk waits for them yet; the maker's payments are claims.claim-paid.
const topic = 'reception.payment';
const key = ({ paymentId }: { paymentId: string }) => paymentId;
const method = z.enum(['cash', 'card', 'transfer', 'mobile', 'insurer']);

/** Money came in for a visit (REC-20); `change` is given back of it. */
export const PaymentReceived = defineEvent({
  type: 'reception.payment-received.v1', topic, key,
  data: z.object({ paymentId: Id, visitId: Id, payer: Payer, method, amount: Money, change: Money, cashierId: Id, receivedAt: Instant }),
  heardBy: {},
});

/** Money went back, with an approver who is not the cashier. */
export const PaymentRefunded = defineEvent({
  type: 'reception.payment-refunded.v1', topic, key,
  data: z.object({ paymentId: Id, refundId: Id, visitId: Id, method, amount: Money, approverId: Id, refundedAt: Instant }),
  heardBy: {},
});
