import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import pg from 'pg';

const coalesceMs = 20;
const awakeMs = 2_000;
/**
 * The outbox is read by its key alone. Vacuumed when few rows stood in many pages, it counts as nearly empty, and a backlog was read whole and sorted for
 * each 500 facts: 47 ms of 60,000, 0.4 without.
 */
const byIndex = '-c enable_seqscan=off -c enable_bitmapscan=off';

/**
 * A PostgreSQL connection of its own, outside every pool: it holds the advisory lock of the leader, does all of the leader's work, listens
 * to the other replicas and tells them. When it is gone, so is the lead; the next `tryLead` makes a new one. `idle_session_timeout` lets a
 * frozen leader lose its lock after 5 s instead of for ever.
 */
export class LeaderConnection {
  readonly #log = new Logger('leader');
  readonly #heard = new Map<string, () => void>();
  readonly #telling = new Set<string>();
  #client: pg.Client | undefined;
  #leads = false;
  #turn: Promise<void> = Promise.resolve();

  constructor(private readonly url: string, private readonly lock = 'relay') {}

  get leads(): boolean {
    return this.#leads;
  }

  /** `hear` is called when another replica notified `channel`. Register before the first `tryLead`. */
  onNotified(channel: string, hear: () => void): void {
    this.#heard.set(channel, hear);
  }

  async tryLead(): Promise<boolean> {
    if (this.#leads) return true;
    const client = await this.#connected();
    const { rows } = await this.#inTurn(() => client.query<{ leads: boolean }>('select pg_try_advisory_lock(hashtext($1)) as leads', [this.lock])).catch((error: Error) => {
      this.#lost(client); // one that no longer answers is not asked again
      throw error;
    });
    if (rows[0]!.leads && client === this.#client) {
      this.#leads = true;
      this.#log.log(`${this.lock}: this replica leads`);
    }
    return this.#leads;
  }

  async query<Row extends pg.QueryResultRow>(sql: string, parameters?: unknown[]): Promise<Row[]> {
    const client = this.#client;
    if (!client || !this.#leads) throw new Error('the lead is lost');
    try {
      return (await this.#inTurn(() => client.query<Row>(sql, parameters))).rows;
    } catch (error) {
      this.#lost(client);
      throw error;
    }
  }

  /**
   * Keeps the session awake while `work` goes on elsewhere. Without it a send that takes longer than `idle_session_timeout` costs the lead,
   * what was acknowledged can't be deleted, and under a slow broker the same batch is sent for ever. A frozen process keeps nothing awake.
   * RelaySending.tla: AwakeDuringSend
   */
  async keptDuring<T>(work: Promise<T>): Promise<T> {
    const awake = setInterval(() => void this.query('select 1').catch(() => undefined), awakeMs);
    try {
      return await work;
    } finally {
      clearInterval(awake);
    }
  }

  /** Tells the other replicas, at most once in 20 ms a channel. What is lost is found by their slow poll. */
  notify(channel: string): void {
    if (this.#telling.has(channel)) return;
    this.#telling.add(channel);
    void pause(coalesceMs).then(async () => {
      this.#telling.delete(channel);
      await this.#inTurn(async () => this.#client?.query(`notify ${pg.escapeIdentifier(channel)}`)).catch(() => undefined);
    });
  }

  /** One statement at a time: rows are read while a session is kept awake and others are told. */
  #inTurn<T>(statement: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(statement);
    this.#turn = mine.then(() => undefined, () => undefined);
    return mine;
  }

  async #connected(): Promise<pg.Client> {
    if (this.#client) return this.#client;
    const client = new pg.Client({ connectionString: this.url, options: `-c idle_session_timeout=5s ${byIndex}`, keepAlive: true, query_timeout: 10_000, connectionTimeoutMillis: 5_000 });
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    client.on('notification', ({ channel }) => this.#heard.get(channel)?.());
    await client.connect();
    for (const channel of this.#heard.keys()) await client.query(`listen ${pg.escapeIdentifier(channel)}`);
    return (this.#client = client);
  }

  #lost(client: pg.Client): void {
    if (this.#client !== client) return;
    if (this.#leads) this.#log.warn(`${this.lock}: the lead is lost`);
    this.#client = undefined;
    this.#leads = false;
    client.end().catch(() => undefined);
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#leads = false;
    await client?.end().catch(() => undefined);
  }
}
