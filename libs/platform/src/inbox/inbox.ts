import { Injectable, Logger } from '@nestjs/common';
import type { Database } from '../database/database';
import type { Scope, Tx } from '../database/tx';
import { count } from '../telemetry/metrics';
import { traceparentFrom, within } from '../telemetry/trace';
import { storable, type Arrived, type Hearing } from './arrived';
import { limited } from './limited';
import { isItsOwn, isTransient, metOthers, tookTooLong } from './transient';

const patience = 5; // times that a fact may take too long, alone: two minutes and more of nothing else in its partition

/**
 * From the partition to the effect, exactly once and in the order of the key (docs/model: Consumer, ConsumerRetry). The note (consumer, event) and the
 * effect are one transaction. A whole batch is one transaction; if anything in it fails, the batch is undone and taken one by
 * one, so that only what can't be handled becomes a dead letter, and later facts of its key are parked behind it.
 */
@Injectable()
export class Inbox {
  readonly #log = new Logger('inbox');
  /** How often a consumer took too long with a fact, alone. */
  readonly #tooLong = new Map<string, number>();

  constructor(private readonly database: Database) {}

  /**
   * Applies a run of one partition, in order. `whenApart` is told when it met others' locks as a whole and was taken one by one.
   * @throws only transient errors: nothing of the rest was applied, ask again later
   */
  async apply(hearing: Hearing, arrived: readonly Arrived[], whenApart: () => void = () => undefined): Promise<void> {
    try {
      await this.#transaction(arrived, async (tx) => {
        for (const consumer of hearing.consumers) await this.#applyFor(tx, hearing, consumer, arrived.filter(({ concerns }) => concerns.includes(consumer)));
      });
    } catch (error) {
      if (metOthers(error) && arrived.length > 1) whenApart();
      if (isTransient(error) && !isItsOwn(error)) throw error;
      for (const one of arrived) for (const consumer of one.concerns) await this.#alone(hearing, consumer, one); // ConsumerRetry.tla: OneByOne
    }
  }

  async #alone(hearing: Hearing, consumer: string, one: Arrived): Promise<void> {
    const which = `${consumer} ${one.eventId}`;
    try {
      await this.#transaction([one], (tx) => this.#applyFor(tx, hearing, consumer, [one]));
      this.#tooLong.delete(which);
    } catch (error) {
      if (isTransient(error) && !this.#hopeless(which, error)) throw error; // ConsumerRetry.tla: Patience
      const broken = `${(error as Error).name}: ${(error as Error).message}`;
      this.#log.error(`${consumer} can't handle ${one.type} ${one.eventId}: ${broken}`);
      await this.#transaction([one], (tx) => this.#applyFor(tx, hearing, consumer, [{ ...one, fact: undefined, broken }]));
      this.#tooLong.delete(which);
    }
  }

  /** Took too long again: whatever is wrong with it, it does not pass, and all that come behind it wait. */
  #hopeless(which: string, error: unknown): boolean {
    if (!tookTooLong(error)) return false;
    const times = (this.#tooLong.get(which) ?? 0) + 1;
    this.#tooLong.set(which, times);
    return times >= patience;
  }

  /** In the stores of the facts; a fact of the whole group (re-keying, a policy) reaches the rows of every store. */
  #transaction(arrived: readonly Arrived[], work: (tx: Tx) => Promise<void>): Promise<void> {
    if (arrived.some(({ fact }) => fact?.storeId === null)) return this.database.acrossStores('fact of the group', work);
    // Facts of one transaction lock what they need in the order in which they came, which another batch does the other way round: as a whole it is not worth another try.
    return this.database.transaction(scopeOf(arrived), work, arrived.length > 1 ? 1 : undefined);
  }

  async #applyFor(tx: Tx, hearing: Hearing, consumer: string, arrived: readonly Arrived[]): Promise<void> {
    if (arrived.length === 0) return;
    const fresh = await this.#note(tx, consumer, arrived); // Consumer.tla: InboxInTx
    if (fresh.length === 0) return;
    // Consumer.tla: LookAfterNote. A statement of its own after the note, which has waited for whoever held the same facts.
    const dead = await this.#lockDeadKeys(tx, consumer, fresh);
    let run: Arrived[] = [];
    const handleRun = async (): Promise<void> => {
      if (run.length) await handle(tx, hearing, consumer, run);
      run = [];
    };
    for (const one of fresh) {
      const behindDead = dead.has(one.message.key); // Consumer.tla: WaitBehindDead; ConsumerRetry.tla: OnlyItsKey
      if (one.broken || behindDead) {
        await handleRun();
        if (await this.#setAside(tx, consumer, one, behindDead ? 'parked' : 'dead')) dead.add(one.message.key);
      } else {
        if (run.length && run[0]!.type !== one.type) await handleRun();
        run.push(one);
      }
    }
    await handleRun();
  }

  /** @returns those not noted before, in order; the same id with other bytes comes back as broken */
  async #note(tx: Tx, consumer: string, arrived: readonly Arrived[]): Promise<Arrived[]> {
    const noted = await tx.query<{ eventId: string }>(
      `insert into inbox (consumer, event_id, digest, store_id)
       select $1, e->>'eventId', e->>'digest', (e->>'storeId')::uuid from jsonb_array_elements($2::jsonb) with ordinality as t(e, n) order by n
       on conflict do nothing returning event_id`,
      [consumer, JSON.stringify(arrived.map(({ eventId, digest, storeId }) => ({ eventId, digest, storeId })))],
    );
    const isNew = new Set(noted.map(({ eventId }) => eventId));
    const fresh: Arrived[] = [];
    const again: Arrived[] = [];
    for (const one of arrived) (isNew.delete(one.eventId) ? fresh : again).push(one);
    if (again.length === 0) return fresh;
    tx.onCommit.push(() => count('inbox_duplicates_total', { consumer }, again.length));
    const known = await tx.query<{ eventId: string; digest: string }>(`select event_id, digest from inbox where consumer = $1 and event_id = any($2::text[])`, [consumer, again.map(({ eventId }) => eventId)]);
    const digests = new Map(known.map(({ eventId, digest }) => [eventId, digest]));
    const altered = again.filter((one) => digests.get(one.eventId) !== one.digest).map((one) => ({ ...one, fact: undefined, broken: 'same id, other bytes' }));
    return altered.length ? [...fresh, ...altered].sort((a, b) => a.message.offset - b.message.offset) : fresh;
  }

  async #lockDeadKeys(tx: Tx, consumer: string, arrived: readonly Arrived[]): Promise<Set<string>> {
    // Consumer.tla: LockKey
    const rows = await tx.query<{ key: string }>(`select key from dead_key where consumer = $1 and topic = $2 and key = any($3::text[]) order by key for update`, [
      consumer, arrived[0]!.message.topic, [...new Set(arrived.map(({ message }) => message.key))],
    ]);
    return new Set(rows.map(({ key }) => key));
  }

  /** @returns false when this very delivery was set aside before: open, its key is locked as it is; closed, nothing waits behind it any more */
  async #setAside(tx: Tx, consumer: string, { message, eventId, type, storeId, broken }: Arrived, state: 'dead' | 'parked'): Promise<boolean> {
    const { topic, key, partition, offset, payload } = message;
    const dead = broken ? 'dead' : state; // broken itself, behind another dead one: it stays dead when that one is mended
    const [letter] = await tx.query(
      `insert into dead_letter (consumer, topic, key, partition, "offset", event_id, type, store_id, payload, reason, state)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing returning id`,
      [consumer, topic, key, partition, offset, eventId, type, storeId, payload, broken ? storable(broken) : 'behind a dead letter of its key', dead],
    );
    if (!letter) return false;
    await tx.query(`insert into dead_key (consumer, topic, key) values ($1, $2, $3) on conflict do nothing`, [consumer, topic, key]);
    tx.onCommit.push(() => count('dead_letters_total', { consumer, state: dead }));
    return true;
  }
}

/** Facts of one type, in order: to a batch handler at once, else one after the other. */
export async function handle(tx: Tx, hearing: Hearing, consumer: string, run: readonly Arrived[]): Promise<void> {
  const handler = hearing.handler(consumer, run[0]!.type!)!;
  if (handler.batch) {
    const last = run[run.length - 1]!;
    tx.cause = causeOf(last);
    return logged(last, () => handler.handle(tx, run.map(({ fact }) => fact)));
  }
  for (const one of run) {
    tx.cause = causeOf(one);
    await logged(one, () => handler.handle(tx, one.fact));
  }
}

const causeOf = ({ eventId, fact }: Arrived) => ({ id: eventId, traceparent: fact?.traceparent ?? null });

/** Every log line of a handler carries the trace, the store and the fact that it works for. */
const logged = ({ eventId, storeId, fact }: Arrived, work: () => Promise<void>): Promise<void> =>
  within({ traceparent: fact?.traceparent ?? traceparentFrom(null), storeId: storeId ?? undefined, actor: `fact ${eventId}` }, () => limited(work()));

const scopeOf = (arrived: readonly Arrived[]): Scope => ({
  stores: [...new Set(arrived.flatMap(({ storeId }) => storeId ?? []))],
  actor: { kind: 'system', reason: 'fact' },
});
