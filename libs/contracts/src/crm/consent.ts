import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { Channel, Id, Instant } from '../kernel/values';

/** What a customer allows, per purpose and channel (CRM-2). crm alone sends messages, so nobody else acts on it yet. */
export const ConsentChanged = defineEvent({
  type: 'crm.consent-changed.v1', topic: 'crm.consent', scope: 'group',
  key: ({ customerId }) => customerId,
  data: z.object({ customerId: Id, purpose: z.enum(['service', 'marketing']), channel: Channel, allowed: z.boolean(), doNotCall: z.boolean(), changedAt: Instant }),
  heardBy: {},
});
