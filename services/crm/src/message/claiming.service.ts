import { Injectable } from '@nestjs/common';
import { localDate, localTime } from '@aftersales/calendar/local-time';
import { storeOf, type Store } from '@aftersales/directory/directory';
import type { Tx } from '@aftersales/platform/database/tx';
import { keeperOf } from '../file/alias.store';
import { allows, contactOf } from '../file/contact.queries';
import { wayTo, type Way } from './message';
import type { MessageRow } from './message.row';
import { leaseSeconds, Outcomes } from './outcomes.service';
import { compose, languageOf, linkMark, templates } from './templates';

/** A message as a gateway takes it, under the same id each time. */
export interface Letter {
  readonly id: string;
  readonly attempt: number;
  readonly channel: Way;
  readonly address: string;
  readonly sender: string;
  readonly subject: string;
  readonly text: string;
}

/** Facts about the customer may still be on their way on another topic. */
const unknownSeconds = 120;
const askAgainSeconds = 5;

/** Decides, at the last moment, whether a message may go, to which address and in which words; the words then stay as they are. */
@Injectable()
export class Claiming {
  constructor(private readonly outcomes: Outcomes) {}

  /** Real time, like the leases: what may be tried now. */
  async due(tx: Tx, atMost: number): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(`select id from message where state in ('queued', 'sending') and try_at <= now() order by try_at limit $1`, [atMost]);
    return rows.map(({ id }) => id);
  }

  /** The message, held by this sender for the lease once this transaction has committed; null when there is nothing to send. */
  async claim(tx: Tx, id: string): Promise<Letter | null> {
    const row = await tx.one<MessageRow & { unknownFor: number }>(
      `select *, extract(epoch from now() - written_at)::float8 as unknown_for from message where id = $1 and state in ('queued', 'sending') and try_at <= now() for no key update skip locked`, [id],
    );
    if (!row) return null;
    if (row.expiresAt <= tx.now) return this.#end(tx, row, row.attempts ? 'given-up' : 'expired', 'expired');
    // Only a sender that died leaves it like this.
    if (row.attempts >= row.attemptsAtMost) return this.#end(tx, row, 'given-up', 'given-up');
    const store = await storeOf(tx, row.storeId);
    const worded = row.words === null ? await this.#words(tx, row, store, row.unknownFor) : row;
    if (!worded) return null;
    const { channel, address, subject, words } = worded;
    await tx.query(
      `update message set state = 'sending', version = version + 1, attempts = attempts + 1, try_at = now() + $2 * interval '1 second', channel = $3, address = $4, subject = $5, words = $6, language = $7, template = $8 where id = $1`,
      [id, leaseSeconds, channel, address, subject, words, worded.language, worded.template],
    );
    return { id, attempt: row.attempts + 1, channel: channel!, address: address!, sender: store.name, subject: subject!, text: words!.replaceAll(linkMark, row.link ?? '') };
  }

  async #words(tx: Tx, row: MessageRow, store: Store, unknownFor: number): Promise<MessageRow | null> {
    const { template: name } = row.details;
    const template = templates[name];
    const contact = await contactOf(tx, row.customerId);
    if (!contact && unknownFor < unknownSeconds) {
      await tx.query(`update message set try_at = now() + $2 * interval '1 second' where id = $1`, [row.id, askAgainSeconds]);
      return null;
    }
    const way = contact ? wayTo(contact, template.ways, (channel) => allows(contact, template.class, channel)) : { why: 'no-channel' };
    if ('why' in way) return this.#end(tx, row, 'unreachable', way.why);
    const language = languageOf(contact!.language, store.locale);
    const { subject, text } = compose(name, language, await valuesOf(tx, row, store));
    // The key it was sealed with is gone: words without their link are no question.
    if (text.includes(linkMark) && row.link === null) return this.#end(tx, row, 'unreachable', 'link-lost');
    return { ...row, ...way, language, subject, words: text, template: `${name}.${language}.${template.version}` };
  }

  async #end(tx: Tx, row: MessageRow, event: 'given-up' | 'expired' | 'unreachable', why: string): Promise<null> {
    await this.outcomes.happened(tx, row, event, why);
    return null;
  }
}

async function valuesOf(tx: Tx, { details }: MessageRow, store: Store) {
  const told = (instant: string | undefined): string | null => (instant ? `${localDate(store.zone, new Date(instant))} ${localTime(store.zone, new Date(instant))}` : null);
  const car = details.vehicleId ? await tx.one<{ plate: string | null }>(`select plate from vehicle where id = $1`, [await keeperOf(tx, details.vehicleId)]) : null;
  return {
    store: store.name, phone: store.phone, at: told(details.at), until: told(details.until), dueOn: details.dueOn ?? null,
    kilometres: details.kilometres?.toString() ?? null, plate: car?.plate ?? null,
  };
}
