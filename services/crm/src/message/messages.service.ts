import { Injectable } from '@nestjs/common';
import type { MessageAbout } from '@aftersales/contracts/crm/message';
import { policyOf } from '@aftersales/directory/directory';
import type { Tx } from '@aftersales/platform/database/tx';
import { wake } from '@aftersales/platform/timers/wake';
import { v7 as uuidv7 } from 'uuid';
import type { Details } from './message.row';
import { templates } from './templates';

const longestMs = 7 * 86_400_000;

export interface Ask {
  readonly storeId: string;
  readonly about: MessageAbout;
  /** Which time of asking: the same message of the same occasion is one. */
  readonly occasion: string;
  readonly customerId: string;
  readonly details: Details;
  /** Why it goes out, a code. */
  readonly reason: string;
  readonly link?: string;
  /** After this it would say nothing new any more, or its link is dead; a week at most. */
  readonly expiresAt: Date;
}

/** CRM-24: asks for a message, in the transaction of what it is about. Whether it may go, how and in which words is decided when it goes (claiming.service.ts). */
@Injectable()
export class Messages {
  /** @returns its id, or null when this occasion was asked for before */
  async ask(tx: Tx, { storeId, about, occasion, customerId, details, reason, link, expiresAt }: Ask): Promise<string | null> {
    const id = uuidv7();
    const { value: retry } = await policyOf(tx, 'message.retry', storeId);
    const expires = new Date(Math.min(expiresAt.getTime(), tx.now.getTime() + longestMs));
    const [asked] = await tx.query(
      `insert into message (id, store_id, version, about_thing, about_id, ask_id, occasion, customer_id, template, class, reason, details, link, state, attempts_at_most, first_wait_seconds, asked_at, expires_at, traceparent)
       values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'queued', $13, $14, $15, $16, $17) on conflict (store_id, about_thing, about_id, occasion) do nothing returning 1 as one`,
      [
        id, storeId, about.thing, about.id, about.askId, occasion, customerId, details.template, templates[details.template].class, reason, JSON.stringify(details), link ?? null,
        retry.attempts, retry.firstWaitSeconds, tx.now, expires, tx.cause.traceparent,
      ],
    );
    if (!asked) return null;
    wake(tx, 'message.expire', { id, storeId }, expires);
    return id;
  }
}
