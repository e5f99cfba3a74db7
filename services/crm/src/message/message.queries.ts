import { NotFound } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { lastSeen, seenAt, seenId, toCursor } from '@aftersales/platform/http/cursor';
import { namesOf } from '../file/alias.store';
import { maskedAddress } from '../file/mask';
import type { MessageRow } from './message.row';

/** A message as a screen shows it: the address masked, the link never. */
function view({ id, version, aboutThing, aboutId, askId, occasion, customerId, template, class: kind, reason, state, why, language, channel, address, subject, words, attempts, askedAt, expiresAt, sentAt, endedAt }: MessageRow) {
  return {
    messageId: id, version, about: { thing: aboutThing, id: aboutId, askId }, occasion, customerId, template, class: kind, reason, state, why, language, channel, address: maskedAddress(address), subject, words,
    attempts, askedAt, expiresAt, sentAt, endedAt,
  };
}

export async function messageView(tx: Tx, messageId: string) {
  const row = await tx.one<MessageRow>(`select * from message where id = $1`, [messageId]);
  if (!row) throw new NotFound('message');
  return view(row);
}

export interface MessageFilter {
  readonly aboutId?: string | undefined;
  readonly customerId?: string | undefined;
  readonly state?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** The store's messages, the newest first. */
export async function messagesOf(tx: Tx, storeId: string, { aboutId, customerId, state, cursor, limit }: MessageFilter) {
  const after = lastSeen(cursor, seenAt, seenId);
  const rows = await tx.query<MessageRow>(
    `select * from message where store_id = $1 and ($2::uuid is null or about_id = $2) and ($3::uuid[] is null or customer_id = any($3)) and ($4::text is null or state = $4)
       and ($5::timestamptz is null or (asked_at, id) < ($5, $6::uuid))
     order by asked_at desc, id desc limit $7`,
    [storeId, aboutId ?? null, customerId ? await namesOf(tx, customerId) : null, state ?? null, after?.[0] ?? null, after?.[1] ?? null, limit + 1],
  );
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { messages: rows.slice(0, limit).map(view), next: last ? toCursor([last.askedAt.toISOString(), last.id]) : null };
}
