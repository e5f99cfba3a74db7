import { Injectable } from '@nestjs/common';
import { MessageFailed, MessageSent } from '@aftersales/contracts/crm/message';
import { lockRowIfKnown, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { letSleep } from '@aftersales/platform/timers/wake';
import { isOver, next, waitSeconds, type MessageEvent } from './message';
import type { MessageRow } from './message.row';

/** What a gateway did with a message. `unclear`: it may have it, the answer was lost. */
export type Outcome = 'taken' | 'refused' | 'failed' | 'unclear';

/** A try that was begun is not begun again before this: longer than any gateway may take to answer (sms.gateway, mail.gateway). */
export const leaseSeconds = 30;

/** What became of a message, said once: that the gateway has it, and that it will not arrive. */
@Injectable()
export class Outcomes {
  /** After the network call of its `attempt`. An answer that comes after a later attempt began counts only when it says that the gateway has it. */
  async tried(tx: Tx, id: string, attempt: number, outcome: Outcome): Promise<void> {
    const row = await lockRowIfKnown<MessageRow>(tx, 'message', id);
    if (!row || (row.attempts !== attempt && outcome !== 'taken')) return;
    if (outcome === 'taken') return void (await this.happened(tx, row, 'taken'));
    if (outcome === 'refused') return void (await this.happened(tx, row, 'refused', 'gateway-refused'));
    if (row.attempts >= row.attemptsAtMost) return void (await this.happened(tx, row, 'given-up', 'given-up'));
    // A letter has no gateway that knows its id: while nobody can say whether it went, it waits out the lease before it may go again.
    const wait = waitSeconds(row.firstWaitSeconds, row.attempts) + (outcome === 'unclear' && row.channel === 'email' ? leaseSeconds : 0);
    if (next(row.state, 'put-off')) await tx.query(`update message set state = 'queued', version = version + 1, try_at = now() + $2 * interval '1 second' where id = $1`, [id, wait]);
  }

  /** The gateway's receipt. Unknown, early, doubled or late: never an error. */
  async receipt(tx: Tx, id: string, delivered: boolean): Promise<void> {
    const row = await lockRowIfKnown<MessageRow>(tx, 'message', id);
    if (row) await this.happened(tx, row, delivered ? 'delivered' : 'undelivered', delivered ? undefined : 'undelivered');
  }

  /** @returns the row as it is now, or null when the event changes nothing */
  async happened(tx: Tx, row: MessageRow, event: MessageEvent, why?: string): Promise<MessageRow | null> {
    const state = next(row.state, event);
    if (!state) return null;
    tx.cause = { id: tx.cause.id ?? `message/${row.id}`, traceparent: tx.cause.traceparent ?? row.traceparent };
    const out = row.sentAt === null && (event === 'taken' || event === 'delivered');
    const over = isOver(state);
    const now = await updateRow(tx, 'message', row, {
      state, ...(why && { why }), ...(out && { sentAt: tx.now }), ...(over && { endedAt: tx.now }), ...((over || out) && { link: null }),
    });
    if (over || out) letSleep(tx, 'message.expire', row);
    const about = { thing: row.aboutThing, id: row.aboutId, askId: row.askId };
    const said = { messageId: row.id, about, customerId: row.customerId, channel: row.channel ?? ('none' as const), template: row.template, class: row.class };
    if (out) publish(tx, MessageSent, now, { ...said, sentAt: tx.now.toISOString() });
    if (why) publish(tx, MessageFailed, now, { ...said, reason: why, failedAt: tx.now.toISOString() });
    return now;
  }
}
