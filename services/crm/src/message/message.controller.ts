import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { MessageAbout } from '@aftersales/contracts/crm/message';
import type { Tx } from '@aftersales/platform/database/tx';
import { Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { readers } from '../file/roles';
import { messagesOf, messageView } from './message.queries';

const State = z.enum(['queued', 'sending', 'sent', 'delivered', 'failed', 'not-sent']);
const Filter = z.strictObject({ aboutId: z.uuid().optional(), customerId: z.uuid().optional(), state: State.optional(), cursor: z.string().max(200).optional(), limit: z.coerce.number().int().min(1).max(100).default(50) });
type Filter = z.output<typeof Filter>;

const instant = z.iso.datetime();
const View = z.object({
  messageId: z.uuid(), version: z.int(), about: MessageAbout, occasion: z.string(), customerId: z.uuid(), template: z.string(), class: z.enum(['service', 'marketing']), reason: z.string(),
  state: State, why: z.string().nullable(), language: z.string().nullable(), channel: z.enum(['sms', 'email']).nullable(), address: z.string().nullable(), subject: z.string().nullable(), words: z.string().nullable(),
  attempts: z.int(), askedAt: instant, expiresAt: instant, sentAt: instant.nullable(), endedAt: instant.nullable(),
});

/** CRM-24: what went out, why, and what became of it. Nobody sends by hand: messages are asked for by what they are about. */
@Controller('stores/:storeId/messages')
export class MessageController {
  @Query('GET ', { summary: 'The store’s messages, the newest first', roles: readers, query: Filter, answer: z.object({ messages: z.array(View), next: z.string().nullable() }) })
  list(tx: Tx, { storeId, query }: Call<undefined, Filter>) {
    return messagesOf(tx, storeId, query);
  }

  @Query('GET :messageId', { summary: 'One message', roles: readers, answer: View })
  one(tx: Tx, { params }: Call) {
    return messageView(tx, params['messageId']!);
  }
}
