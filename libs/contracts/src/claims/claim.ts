import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { Code, Id, Instant, Money, Vin } from '../kernel/values';

// One claim to the maker, from the warranty lines of one visit (CLM-4). reception keeps the maker's share as a receivable by it: a rejected
// line falls on internal or goodwill, never on the customer.
const topic = 'claims.claim';
const key = ({ claimId }: { claimId: string }) => claimId;
const claim = { claimId: Id, visitId: Id, vehicleId: Id };
const line = z.object({ lineId: Id, amount: Money });

/** Sent to the maker; `submission` 2, 3, … after a return. */
export const ClaimSubmitted = defineEvent({
  type: 'claims.claim-submitted.v1', topic, key,
  data: z.object({ ...claim, claimNumber: Code, vin: Vin, submission: z.int().positive(), lines: z.array(line), amount: Money, submittedAt: Instant }),
  heardBy: { reception: ['claimId', 'visitId', 'claimNumber', 'submission', 'amount', 'submittedAt'] },
});

/** The maker wants more; it may be resubmitted. */
export const ClaimReturned = defineEvent({
  type: 'claims.claim-returned.v1', topic, key,
  data: z.object({ ...claim, submission: z.int().positive(), reason: Code, returnedAt: Instant }),
  heardBy: { reception: ['claimId', 'visitId', 'submission', 'reason', 'returnedAt'] },
});

/** In whole, or in part: then `rejected` names the others. */
export const ClaimAccepted = defineEvent({
  type: 'claims.claim-accepted.v1', topic, key,
  data: z.object({ ...claim, submission: z.int().positive(), accepted: z.array(line), rejected: z.array(z.object({ ...line.shape, reason: Code })), amount: Money, acceptedAt: Instant }),
  heardBy: { reception: ['claimId', 'visitId', 'accepted', 'rejected', 'amount', 'acceptedAt'] },
});

/** In whole. The lines' new payer is internal or goodwill, with an approver at the desk. */
export const ClaimRejected = defineEvent({
  type: 'claims.claim-rejected.v1', topic, key,
  data: z.object({ ...claim, submission: z.int().positive(), reason: Code, lines: z.array(line), rejectedAt: Instant }),
  heardBy: { reception: ['claimId', 'visitId', 'reason', 'lines', 'rejectedAt'] },
});

/** Each payment of the maker; `open` above 0 is paid short so far. */
export const ClaimPaid = defineEvent({
  type: 'claims.claim-paid.v1', topic, key,
  data: z.object({ ...claim, payment: Code, amount: Money, paidInAll: Money, open: Money, paidAt: Instant }),
  heardBy: { reception: ['claimId', 'visitId', 'payment', 'amount', 'paidInAll', 'open', 'paidAt'] },
});
