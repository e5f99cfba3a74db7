import { Injectable } from '@nestjs/common';
import { demand, Refused } from '@aftersales/contracts/kernel/refused';
import { NotFound } from '../database/rows';
import type { Tx } from '../database/tx';
import { Busy } from '../http/errors';
import type { Seal } from '../outbox/seal';
import { storable, type Hearing } from './arrived';
import { handle } from './inbox';
import { isTransient } from './transient';

export interface DeadLetter {
  readonly id: number;
  readonly consumer: string;
  readonly topic: string;
  readonly key: string;
  readonly partition: number;
  readonly offset: number;
  readonly eventId: string;
  readonly type: string | null;
  readonly storeId: string | null;
  readonly payload: string;
  readonly reason: string;
  readonly state: 'dead' | 'parked' | 'replayed' | 'discarded';
  readonly notedAt: Date;
}

/** $1: the person's post is in the whole group. */
const mayBeSeen = `case when store_id is null then $1 else store_id = any(app_stores()) end`;

/** @throws NotFound: absent, or not for this person */
export async function visible(tx: Tx, id: number, groupWide: boolean): Promise<DeadLetter> {
  const letter = await tx.one<DeadLetter>(`select * from dead_letter where id = $2 and ${mayBeSeen}`, [groupWide, id]);
  if (!letter) throw new NotFound('dead_letter');
  return letter;
}

/** The open ones of its key, in order. */
function openOf(tx: Tx, { consumer, topic, key }: DeadLetter): Promise<DeadLetter[]> {
  return tx.query<DeadLetter>(`select * from dead_letter where consumer = $1 and topic = $2 and key = $3 and state in ('dead', 'parked') order by id`, [consumer, topic, key]);
}

/** The stores of the facts that are applied when it is taken, as the consumer would have (inbox.ts); null across stores, for facts of the whole group. */
export async function scopeOf(tx: Tx, letter: DeadLetter, what: 'replay' | 'discard'): Promise<readonly string[] | null> {
  const behind = (await openOf(tx, letter)).filter(({ id }) => id > letter.id);
  const end = behind.findIndex(({ state }) => state === 'dead');
  const applied = [...(what === 'replay' ? [letter] : []), ...(end === -1 ? behind : behind.slice(0, end))];
  return applied.some(({ storeId }) => storeId === null) ? null : [...new Set(applied.map(({ storeId }) => storeId!))];
}

/** What can't be handled waits here for a person: look, replay when the cause is mended, or discard. */
@Injectable()
export class DeadLetters {
  readonly #hearings = new Map<string, Hearing>();

  constructor(private readonly seal: Seal) {}

  hear(topic: string, hearing: Hearing): void {
    this.#hearings.set(topic, hearing);
  }

  /** Open ones, oldest first, after a cursor. */
  list(tx: Tx, groupWide: boolean, after = 0, limit = 50): Promise<DeadLetter[]> {
    return tx.query<DeadLetter>(`select * from dead_letter where state in ('dead', 'parked') and id > $2 and ${mayBeSeen} order by id limit $3`, [groupWide, after, limit]);
  }

  /** Takes the earliest dead letter of its key again and, in order and in this transaction, those parked behind it up to the next dead one. */
  async replay(tx: Tx, id: number, by: string): Promise<{ applied: number }> {
    return { applied: await this.#close(tx, id, by, 'replay') };
  }

  /** Gives it up; what was parked behind it follows. */
  async discard(tx: Tx, id: number, by: string): Promise<{ applied: number }> {
    return { applied: await this.#close(tx, id, by, 'discard') };
  }

  async #close(tx: Tx, id: number, by: string, what: 'replay' | 'discard'): Promise<number> {
    const letter = (await tx.one<DeadLetter>(`select * from dead_letter where id = $1`, [id]))!;
    const { consumer, topic, key } = letter;
    // Consumer.tla: LockKey
    await tx.query(`select 1 from dead_key where consumer = $1 and topic = $2 and key = $3 for update`, [consumer, topic, key]);
    const stores = await scopeOf(tx, letter, what);
    // One of another store was parked since we asked: nothing was done, it is asked again.
    if (stores ? stores.some((store) => !tx.scope.stores.includes(store)) : tx.scope.actor.kind !== 'system') throw new Busy();
    const open = await openOf(tx, letter);
    // Consumer.tla: EarliestFirst
    demand(open[0]?.id === id && open[0].state === 'dead', 'platform.earliest-first', 'Only the earliest dead letter of its key can be taken.');
    let applied = 0;
    if (what === 'replay') {
      await this.#apply(tx, open[0]).catch((error: Error) => {
        if (isTransient(error)) throw error;
        throw new Refused('platform.still-broken', 'It can still not be handled.');
      });
      applied++;
    }
    await this.#mark(tx, open[0], what === 'replay' ? 'replayed' : 'discarded', by);
    let rest = open.slice(1);
    while (rest[0]?.state === 'parked') { // Consumer.tla: UpToNextDead
      try {
        await tx.savepoint(() => this.#apply(tx, rest[0]!));
      } catch (error) {
        if (isTransient(error)) throw error; // nothing of this was done; it is asked again
        // Consumer.tla: NextIsDead. It can't be handled either: from now on it is the dead one of its key, and the rest stays parked behind it.
        await tx.query(`update dead_letter set state = 'dead', reason = $2 where id = $1`, [rest[0].id, storable((error as Error).message)]);
        return applied;
      }
      await this.#mark(tx, rest[0], 'replayed', by);
      applied++;
      rest = rest.slice(1);
    }
    if (rest.length === 0) await tx.query(`delete from dead_key where consumer = $1 and topic = $2 and key = $3`, [consumer, topic, key]);
    return applied;
  }

  async #apply(tx: Tx, { consumer, topic, partition, offset, key, payload }: DeadLetter): Promise<void> {
    const hearing = this.#hearings.get(topic);
    const arrived = await hearing?.read({ topic, partition, offset, key, payload }, this.seal);
    if (!hearing || !arrived?.fact) throw new Error(arrived?.broken ?? 'nobody here hears it any more');
    await handle(tx, hearing, consumer, [arrived]);
  }

  async #mark(tx: Tx, { id }: DeadLetter, state: DeadLetter['state'], by: string): Promise<void> {
    await tx.query(`update dead_letter set state = $2, closed_at = clock_timestamp(), closed_by = $3 where id = $1`, [id, state, by]);
  }
}
