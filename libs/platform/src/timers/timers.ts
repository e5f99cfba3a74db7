import { setImmediate as breathe } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import type { Database } from '../database/database';
import type { Tx } from '../database/tx';
import { storable } from '../inbox/arrived';
import { limited } from '../inbox/limited';
import { isItsOwn, isTransient } from '../inbox/transient';
import type { LeaderConnection } from '../outbox/leader-connection';
import type { Promises } from '../promises/promises';
import { count, gauge, observe } from '../telemetry/metrics';
import type { Rung } from './on-timer';
import type { Rings } from './rings';

const soonMs = 15_000; // what is due within this is in Redis; three sweeps find it before
const sweepMs = 5_000;
const atOnce = 1_000; // due timers a look
const batch = 200; // a transaction, whose subjects nobody else changes meanwhile
const few = 25; // are not worth a lane more
const lanes = 4; // transactions side by side: PostgreSQL answers one while Node asks in another
const atHandMs = 100; // a ring comes up to 50 ms early: what is due within this is waited for here, to the millisecond

interface TimerRow extends Rung {
  readonly ringAt: Date;
  readonly traceparent: string | null;
  readonly attempts: number;
}
interface Kind {
  readonly locks: string;
  readonly fire: (tx: Tx, timer: Rung) => Promise<string | void>;
}

/**
 * PostgreSQL holds the timers, BullMQ rings, a sweep finds what was not rung (docs/model: Timer, TimerBatch, TimerLocks). One look fires *all* that is due:
 * due ids are read without a lock, then in one transaction the subjects are locked in id order, the timers that are still due by the
 * database's clock are deleted, and the feature acts. So a ring may be old, doubled or missing.
 */
@Injectable()
export class Timers {
  readonly #log = new Logger('timers');
  readonly #kinds = new Map<string, Kind>();
  #sweeping: NodeJS.Timeout | undefined;
  #atHand: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #again = false;
  #stopping = false;

  constructor(
    private readonly database: Database,
    private readonly rings: Rings,
    private readonly promises: Promises,
    connection: LeaderConnection,
  ) {
    connection.onNotified('clock', () => void this.lookForDue());
    database.afterCommit(({ dueAt, now }) => this.#ringFor(dueAt.map((due) => due.getTime() - now.getTime())));
    gauge('timers_pending', 'Open timers', () => this.#number(`select count(*) as n from timer`));
    gauge('timers_late', 'Due for more than 10 s and not fired', () => this.#number(`select count(*) as n from timer where due_at < app_now() - interval '10 seconds'`));
    gauge('timers_failing', 'Tried and not yet done', () => this.#number(`select count(*) as n from timer where attempts > 0`));
  }

  register(kind: string, locks: string, fire: Kind['fire']): void {
    if (this.#kinds.has(kind)) throw new Error(`two handlers for the timer ${kind}`);
    this.#kinds.set(kind, { locks, fire });
  }

  start(): void {
    this.rings.start(() => this.lookForDue());
    this.#sweeping = setInterval(() => void this.#sweep(), sweepMs); // Timer.tla: Sweep
    void this.#sweep();
  }

  /** Fires all that is due. Several calls at once become one more look after the present one. */
  lookForDue(): Promise<void> {
    this.#again = true;
    return (this.#looking ??= this.#lookWhileAsked());
  }

  async #lookWhileAsked(): Promise<void> {
    while (this.#again && !this.#stopping) {
      this.#again = false;
      await this.#fireAllDue().catch((error: Error) => this.#log.warn(`looks again at the next sweep: ${error.message}`));
    }
    this.#looking = undefined; // in the same step as the last look at #again: nobody asks in between
  }

  async #sweep(): Promise<void> {
    if (this.#stopping) return;
    const late = await this.#number(`select count(*) as n from timer where ring_at < app_now() - interval '1 second' and attempts = 0`).catch(() => 0);
    if (late > 0) count('timers_rescued_total', {}, late);
    const unknown = await this.#look((tx) => tx.query<{ kind: string }>('select distinct kind from timer where ring_at <= app_now() and kind <> all($1::text[])', [[...this.#kinds.keys()]])).catch(() => []);
    for (const { kind } of unknown) this.#log.error(`nobody here answers the timer ${kind}`);
    await this.lookForDue();
    const lookedAt = performance.now();
    const soon = await this.#look((tx) => tx.query<{ inMs: number }>(
      `select distinct floor(extract(epoch from ring_at - app_now()) * 20)::int * 50 as in_ms from timer where ring_at > app_now() and ring_at < app_now() + interval '${soonMs} ms'`,
    )).catch(() => []);
    for (const { inMs } of soon) {
      this.#ringFor([inMs + lookedAt - performance.now()]);
      await breathe(); // 300 rings at once would keep what is due just now waiting for 25 ms
    }
  }

  #ringFor(inMs: readonly number[]): void {
    if (inMs.some((ms) => ms <= 0)) void this.lookForDue();
    for (const ms of inMs) if (ms > 0 && ms <= soonMs) this.rings.ring(ms);
  }

  async #fireAllDue(): Promise<void> {
    const known = [...this.#kinds.keys()];
    // Where the look before ended: behind a long report's snapshot one from the beginning passes over all that were rung since, 130 ms for 500,000 (bench P4).
    for (let from: Date | '-infinity' = '-infinity'; ; ) {
      // TimerBatch.tla: KnownKinds. Kinds of nobody (a version rolled back) are left out here and not after the limit: a batch of them at the head must not stop all others.
      const lookedAt = performance.now();
      const next = await this.#look((tx) => tx.query<TimerRow & { inMs: number }>(
        `select *, ceil(greatest(0, extract(epoch from ring_at - app_now())) * 1000)::int as in_ms from timer where ring_at >= $2 and ring_at <= app_now() + interval '${atHandMs} ms' and kind = any($1::text[]) order by ring_at limit ${atOnce}`, [known, from]));
      const due = next.filter(({ inMs }) => inMs === 0);
      for (const kind of new Set(due.map((timer) => timer.kind))) await this.#fireInLanes(kind, due.filter((timer) => timer.kind === kind));
      if (due.length < atOnce || this.#stopping) return this.#waitFor(next[due.length], lookedAt);
      from = due.at(-1)!.ringAt;
    }
  }

  #waitFor(next: { inMs: number } | undefined, since: number): void {
    clearTimeout(this.#atHand);
    if (next && this.#sweeping && !this.#stopping) this.#atHand = setTimeout(() => void this.lookForDue(), next.inMs + since - performance.now());
  }

  /** A store's timers are fired in their order in one lane: they lock the same floor, the same desk. */
  async #fireInLanes(kind: string, due: readonly TimerRow[]): Promise<void> {
    const stores = [...new Set(due.map(({ storeId }) => storeId))];
    const laneOf = new Map(stores.map((storeId, i) => [storeId, i % Math.min(lanes, Math.ceil(due.length / few))]));
    const ends = await Promise.allSettled(Array.from({ length: lanes }, async (_, lane) => {
      const inLane = due.filter(({ storeId }) => laneOf.get(storeId) === lane);
      for (let from = 0; from < inLane.length && !this.#stopping; from += batch) await this.#fireTogether(kind, inLane.slice(from, from + batch));
    }));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  async #fireTogether(kind: string, due: readonly TimerRow[]): Promise<void> {
    try {
      await this.#fire(kind, this.#kinds.get(kind)!, due);
    } catch (error) {
      if (isTransient(error) && !isItsOwn(error)) throw error; // TimerBatch.tla: ItsOwnTrouble
      if (due.length > 1) { // TimerBatch.tla: OneByOne
        for (const one of due) if (!this.#stopping) await this.#fireTogether(kind, [one]);
        return;
      }
      await this.#postpone(kind, due[0]!, error as Error); // Timer.tla: KeepFailed
    }
  }

  #fire(kind: string, { locks, fire }: Kind, due: readonly TimerRow[]): Promise<void> {
    const subjects = due.map(({ subject }) => subject);
    const stores = [...new Set(due.flatMap(({ storeId }) => storeId ?? []))];
    return this.database.transaction({ stores, actor: { kind: 'system', reason: 'timer' } }, async (tx) => {
      // TimerLocks.tla: SubjectFirst, IdOrder; Timer.tla: LookUnderLock
      await tx.query(`select id from ${locks} where id = any($1::uuid[]) order by id for no key update`, [subjects]);
      // Timer.tla: DatabaseClock, OneTransaction. Written so that the key's index alone serves: by ring_at's it would pass over all that is due or was rung.
      const still = await tx.query<TimerRow>(`delete from timer where kind = $1 and subject = any($2::uuid[]) and ring_at - app_now() <= interval '0' returning *`, [kind, subjects]);
      const traces = new Map(still.map(({ subject, traceparent }) => [subject, traceparent]));
      const causeOf = (subject: string) => ({ id: `${kind}/${subject}`, traceparent: traces.get(subject) ?? null });
      for (const timer of still.sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime())) {
        tx.cause = causeOf(timer.subject);
        const nothing = await limited(fire(tx, timer));
        tx.onCommit.push(() => {
          count('timers_fired_total', { kind, outcome: nothing ? 'void' : 'done' });
          observe('timer_lag_seconds', {}, Math.max(0, tx.now.getTime() - timer.dueAt.getTime()) / 1000, [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 300, 3600]);
          if (nothing) this.#log.log({ kind, subject: timer.subject, storeId: timer.storeId }, `void, because ${nothing}`);
        });
      }
      await this.promises.endDue(tx, kind, still.map(({ subject }) => subject), causeOf); // together: one look for 200
    });
  }

  /**
   * Never lost: tried again after 1, 2, 4 … 300 s, and counted as failing until it is done.
   * Timer.tla: PostponeOnlyDue, DueStays; TimerBatch.tla: Postpone, GoesOnAnyway; TimerLocks.tla: PostponeAlone
   */
  async #postpone(kind: string, { subject, storeId, attempts }: TimerRow, error: Error): Promise<void> {
    this.#log.error({ kind, subject, storeId }, `failed, attempt ${attempts + 1}: ${error.stack ?? error.message}`);
    const postponed = this.database.acrossStores('timer failed', (tx) => tx.query(
      `update timer set attempts = attempts + 1, last_error = $3, ring_at = app_now() + least(300, 2 ^ least(attempts, 9)) * interval '1 second' where kind = $1 and subject = $2 and ring_at <= app_now()`, // one that was moved meanwhile rings when it says
      [kind, subject, storable(error.message.slice(0, 500))],
    ));
    await postponed.catch((held: Error) => {
      if (!isItsOwn(held)) throw held; // somebody holds the timer itself: it stays due, and the others go on
    });
  }

  #look<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.read({ stores: [], actor: { kind: 'system', reason: 'timers' } }, work);
  }

  async #number(sql: string): Promise<number> {
    return this.#look(async (tx) => Number((await tx.one<{ n: number }>(sql))!.n));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#sweeping);
    clearTimeout(this.#atHand);
    await this.#looking;
  }
}
