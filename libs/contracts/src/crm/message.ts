import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { Code, Id, Instant } from '../kernel/values';

/**
 * What a message is about, in words that its asker knows: `id` is the appointmentId (confirmation, apology), the visitId (consent, ready,
 * promise-moved) or the reminderId; `askId` that of a link.
 */
export const MessageAbout = z.object({
  thing: z.enum(['confirmation', 'consent', 'ready', 'promise-moved', 'apology', 'reminder', 'survey']),
  id: Id,
  askId: Id.nullable(),
});
export type MessageAbout = z.infer<typeof MessageAbout>;

// One message row (CRM-24). Neither its words nor its address travel. Scope store: the store in whose name it goes.
const topic = 'crm.message';
const key = ({ messageId }: { messageId: string }) => messageId;
const message = { messageId: Id, about: MessageAbout, customerId: Id, channel: z.enum(['email', 'sms', 'none']), template: Code, class: z.enum(['service', 'marketing']) };

/** The gateway has taken it. */
export const MessageSent = defineEvent({
  type: 'crm.message-sent.v1', topic, key,
  data: z.object({ ...message, sentAt: Instant }),
  heardBy: { reception: ['messageId', 'about', 'channel', 'sentAt'] },
});

/** It will not go out (no-consent, no-channel, gateway-refused, given-up, expired): for a confirmation the desk calls at once. */
export const MessageFailed = defineEvent({
  type: 'crm.message-failed.v1', topic, key,
  data: z.object({ ...message, reason: Code, failedAt: Instant }),
  heardBy: { reception: ['messageId', 'about', 'reason', 'failedAt'] },
});
