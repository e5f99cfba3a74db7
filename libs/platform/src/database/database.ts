import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { failpoint } from '../failpoint/failpoint';
import { flush, type Written } from './flush';
import { Tx, type Cause, type Scope } from './tx';

pg.types.setTypeParser(pg.types.builtins.INT8, Number);
pg.types.setTypeParser(pg.types.builtins.DATE, (date) => date);

/** Deadlock; serialization; a prepared statement whose table a migration has changed under it (its connection is thrown away). */
const repeatable = new Set(['40P01', '40001', '0A000']);
/** Its connection is of no use any more: that prepared statement, and a server that takes no writes now: the next connection may find who does. */
const spent = new Set(['0A000', '25006']);

/**
 * A server that is gone without a word (a host lost, a cut cable) would hold a statement until TCP gives up, a quarter of an hour: past what
 * the server itself allows a statement, it counts as gone.
 */
const silenceMs = 35_000;

const connect = (url: string, max: number, query_timeout: number): DataSource =>
  new DataSource({
    type: 'postgres',
    url,
    synchronize: false,
    extra: { max, pipeline: true, query_timeout, connectionTimeoutMillis: 10_000, keepAlive: true, options: '-c lock_timeout=5000 -c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000' },
    poolErrorHandler: () => undefined, // an idle client's end is no fault: the pool replaces it
  });

/**
 * The one way to the database: a transaction opened with its stores and its clock, what is written beside sent in its end, committed, then
 * others are woken. Two roles: `service` sees the stores of the transaction, `system` sees all (`acrossStores` only).
 */
@Injectable()
export class Database {
  readonly #service: DataSource;
  readonly #system: DataSource;
  readonly #woken: ((written: Written) => void)[] = [];

  constructor(readonly urls: { service: string; system: string }, poolSize = 20, silence = silenceMs) {
    this.#service = connect(urls.service, poolSize, silence);
    this.#system = connect(urls.system, Math.ceil(poolSize / 2), silence);
  }

  async open(): Promise<void> {
    await Promise.all([this.#service.initialize(), this.#system.initialize()]);
  }

  /** Called after a commit that wrote facts or timers: signals in process, never by NOTIFY inside the transaction (87 % of the commit rate at 1 ms fsync). */
  afterCommit(wake: (written: Written) => void): void {
    this.#woken.push(wake);
  }

  /** Runs `work` in one transaction and commits it; what met a deadlock or a serialization error is tried `times` in all. */
  transaction<T>(scope: Scope, work: (tx: Tx) => Promise<T>, times = 5): Promise<T> {
    return this.#repeated(this.#service, scope, true, work, times);
  }

  /** Like `transaction`, refused any write by PostgreSQL. */
  read<T>(scope: Scope, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#repeated(this.#service, scope, false, work);
  }

  /** For work that belongs to no store: re-keying, erasure, senders, receipts, link tokens, callbacks. `reason` says which. */
  acrossStores<T>(reason: string, work: (tx: Tx) => Promise<T>, cause?: Cause): Promise<T> {
    return this.#repeated(this.#system, { stores: [], actor: { kind: 'system', reason }, cause }, true, work);
  }

  async #repeated<T>(source: DataSource, scope: Scope, writes: boolean, work: (tx: Tx) => Promise<T>, times = 5): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#once(source, scope, writes, work);
      } catch (error) {
        if (attempt >= times || !repeatable.has((error as { code?: string }).code ?? '')) throw error;
        await pause(Math.random() * 20 * 2 ** attempt);
      }
    }
  }

  async #once<T>(source: DataSource, scope: Scope, writes: boolean, work: (tx: Tx) => Promise<T>): Promise<T> {
    const runner = source.createQueryRunner();
    const client: pg.PoolClient = await runner.connect();
    let broken = false;
    let tx: Tx | undefined;
    let result: T;
    let written: Written | undefined;
    try {
      const [, opened] = await Promise.all([ // one round trip: sent together, answered in order
        client.query(writes ? 'begin' : 'begin read only'),
        client.query<{ now: Date }>({ name: 'open', text: 'select app_open($1, $2) as now', values: [scope.stores.join(), writes] }),
      ]);
      tx = new Tx(client, opened.rows[0]!.now, scope);
      result = await work(tx);
      written = writes ? await flush(tx) : undefined;
      tx.end();
      if (written?.facts) failpoint('database.before-commit');
      // PostgreSQL answers the commit of a failed transaction (an error that somebody caught, or of a statement sent before) with ROLLBACK, and no error.
      const [{ command }] = await Promise.all([client.query('commit'), tx.settled()]);
      if (writes && command !== 'COMMIT') throw new Error('an error inside the transaction was swallowed: it was rolled back');
    } catch (error) {
      tx?.end();
      broken = spent.has((error as { code?: string }).code ?? '');
      await client.query('rollback').catch(() => (broken = true));
      throw error;
    } finally {
      // A connection whose rollback failed must not serve the next transaction.
      if (broken) (client as unknown as { end(): Promise<void> }).end().catch(() => undefined);
      await runner.release();
    }
    if (written?.facts) failpoint('database.after-commit');
    for (const done of tx.onCommit) done();
    if (written && (written.facts || written.dueAt.length)) for (const wake of this.#woken) wake(written);
    return result;
  }

  async stop(): Promise<void> {
    for (const source of [this.#service, this.#system]) if (source.isInitialized) await source.destroy();
  }
}
