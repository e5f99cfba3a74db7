import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { Id, Instant, VisitKind } from '../kernel/values';

// Questions that go to the customer as a one-use link. The link is as good as a signature, so it travels sealed, on topics kept 7 days.
// crm writes the message in the customer's language and answers crm.message-sent or -failed with `about` = this fact's kind and ids.
const link = { for: 'crm', data: z.object({ link: z.url() }) } as const;

/** Timer `appointment.confirm` (REC-6): *coming*, *not coming* or *other time*. A failed message is a call task at once. */
export const ConfirmationDue = defineEvent({
  type: 'reception.confirmation-due.v1', topic: 'reception.confirmation', kept: 'sealed',
  key: ({ appointmentId }) => appointmentId,
  data: z.object({ appointmentId: Id, round: z.int().positive(), askId: Id, customerId: Id, vehicleId: Id, kind: VisitKind, startsAt: Instant, expiresAt: Instant }),
  sealed: link,
  heardBy: { crm: ['appointmentId', 'askId', 'customerId', 'vehicleId', 'kind', 'startsAt', 'expiresAt'] },
});

/** A version of the estimate is to be answered from afar, yes or no per line (REC-18). */
export const ConsentAsked = defineEvent({
  type: 'reception.consent-asked.v1', topic: 'reception.consent', kept: 'sealed',
  key: ({ visitId }) => visitId,
  data: z.object({ visitId: Id, version: z.int().positive(), askId: Id, customerId: Id, vehicleId: Id, expiresAt: Instant }),
  sealed: link,
  heardBy: { crm: ['visitId', 'askId', 'customerId', 'vehicleId', 'expiresAt'] },
});
