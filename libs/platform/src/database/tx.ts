import { createHash } from 'node:crypto';
import type { PoolClient, QueryResult } from 'pg';

/** On whose behalf a transaction runs: a person's staff id, or the platform itself with its reason. */
export type Actor = { readonly kind: 'person'; readonly id: string } | { readonly kind: 'system'; readonly reason: string };

/** What a transaction may see and for whom it speaks. `stores` are all the stores whose rows exist for it; empty sees none. */
export interface Scope {
  readonly stores: readonly string[];
  readonly actor: Actor;
  readonly cause?: Cause;
}

/** What made it run: becomes `causationid` and `traceparent` of what it publishes and of the timers it sets. */
export interface Cause {
  readonly id: string | null;
  readonly traceparent: string | null;
}

export interface PendingFact {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly storeId: string | null;
  /** Sealing is asynchronous, so the envelope is written just before the commit. */
  readonly envelope: () => Promise<string>;
}

export interface PendingTimer {
  readonly kind: string;
  readonly subject: string;
  readonly storeId: string | null;
  /** null cancels it. */
  readonly dueAt: Date | null;
  readonly traceparent: string | null;
}

export interface PendingAnswer {
  /** Of who asked where for what under which key. */
  readonly id: string;
  readonly bodyHash: string;
  readonly status: number;
  readonly answer: string;
  readonly etag: string | null;
}

/** What a transaction writes beside its own rows, sent just before the commit (`flush.ts`). */
export interface Pending {
  readonly facts: PendingFact[];
  readonly timers: Map<string, PendingTimer>;
  answer?: PendingAnswer;
}

const named = new Map<string, string>();
/** Statements are prepared once a connection by name: SQL texts are constants of the code. Past 1,000 texts (somebody builds SQL) they stay unnamed. */
function nameOf(sql: string): string | undefined {
  let name = named.get(sql);
  if (!name && named.size < 1_000) named.set(sql, (name = createHash('sha1').update(sql).digest('base64url')));
  return name;
}

const camelNames = new Map<string, string>();
function camel(column: string): string {
  let name = camelNames.get(column);
  if (!name) camelNames.set(column, (name = column.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())));
  return name;
}

/** One open transaction. Only the platform's doors make one; a use case gets it, and never opens, nests or ends one. */
export class Tx {
  readonly pending: Pending = { facts: [], timers: new Map() };
  /** The platform moves it on where one transaction serves a batch of facts or timers. */
  cause: Cause;
  /** Run after the commit, never when it is undone: what counts for metrics and logs. */
  readonly onCommit: (() => void)[] = [];

  #over = false;
  readonly #sent: Promise<unknown>[] = [];

  constructor(
    private readonly client: PoolClient,
    /** The database's clock, fixed for the transaction. Equal to SQL's `app_now()`. */
    readonly now: Date,
    readonly scope: Scope,
  ) {
    this.cause = scope.cause ?? { id: null, traceparent: null };
  }

  /** SQL in, plain objects out; columns arrive in camelCase (`store_id` → `storeId`). `date` is a 'YYYY-MM-DD' string, int8 a number, numeric a string. */
  async query<Row = Record<string, unknown>>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const result = await this.#answered(this.#statement(sql, parameters));
    const columns = result.fields.map((field) => camel(field.name));
    return (result.rows as unknown as unknown[][]).map((values) => {
      const row: Record<string, unknown> = {};
      for (let i = 0; i < columns.length; i++) row[columns[i]!] = values[i];
      return row as Row;
    });
  }

  /**
   * A write that nobody waits for: what is sent later comes later to PostgreSQL, and sees it. Where it fails so does the transaction, with its
   * error: at the next answer that is waited for, at the latest at the commit.
   */
  send(sql: string, parameters: readonly unknown[]): void {
    const answer = this.#statement(sql, parameters);
    answer.catch(() => undefined); // told by `settled`
    this.#sent.push(answer);
  }

  /** All that was sent is answered. @throws the first error among the answers */
  async settled(): Promise<void> {
    for (const answer of this.#sent.splice(0)) await answer;
  }

  #statement(sql: string, parameters: readonly unknown[]): Promise<QueryResult> {
    this.#demandOpen();
    return this.client.query({ name: nameOf(sql), text: sql, values: parameters as unknown[], rowMode: 'array' });
  }

  /** Behind a statement that failed PostgreSQL refuses all others: the first tells what happened. */
  async #answered<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      await this.settled();
      throw error;
    }
  }

  /** The first row, or null. */
  async one<Row = Record<string, unknown>>(sql: string, parameters: readonly unknown[] = []): Promise<Row | null> {
    return (await this.query<Row>(sql, parameters))[0] ?? null;
  }

  /** A part that may fail on its own: on an error everything since is undone, the transaction goes on, and the error is thrown. */
  async savepoint<T>(part: () => Promise<T>): Promise<T> {
    this.#demandOpen();
    const facts = this.pending.facts.length;
    const counted = this.onCommit.length;
    const timers = new Map(this.pending.timers);
    await this.#answered(this.client.query('savepoint part'));
    try {
      const result = await part();
      this.#demandOpen();
      await this.#answered(this.client.query('release savepoint part'));
      return result;
    } catch (error) {
      this.#demandOpen();
      await this.client.query('rollback to savepoint part');
      this.#sent.length = 0;
      this.pending.facts.length = facts;
      this.onCommit.length = counted;
      this.pending.timers.clear();
      for (const [key, timer] of timers) this.pending.timers.set(key, timer);
      throw error;
    }
  }

  /** By the platform: the connection serves others from now on. What still runs here (a handler over its limit, a forgotten await) must not write in theirs. */
  end(): void {
    this.#over = true;
  }

  #demandOpen(): void {
    if (this.#over) throw new Error('this transaction is over');
  }
}
