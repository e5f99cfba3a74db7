import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { FactProducer, RefusedForGood } from '../bus/producer';
import type { Database } from '../database/database';
import { failpoint } from '../failpoint/failpoint';
import { LeaderConnection } from './leader-connection';

const maxFacts = 500;
const maxBytes = 512 * 1024;
const pollMs = 1_000; // the slow fallback when a wake-up was lost; also keeps the session under idle_session_timeout (5 s)
const blockedForMs = 30_000;

interface OutboxRow {
  id: number;
  topic: string;
  key: string;
  envelope: string;
}

/**
 * From the outbox to Kafka, in order: one leader per database reads every unpublished row in id order, sends, and deletes what the broker
 * has acknowledged (docs/model/Relay.tla: Scan = "pending", MarkAfterSend). All reads and deletes run on the leader's own connection:
 * losing it is losing the lead. A send that was rejected throws the producer and the batch away and begins again from the table.
 */
@Injectable()
export class Relay {
  readonly #log = new Logger('relay');
  readonly #blocked = new Map<string, number>();
  #producer: FactProducer | undefined;
  #wake: () => void = () => undefined;
  #woken = false;
  #stopping = false;
  #running: Promise<void> | undefined;

  constructor(
    database: Database,
    private readonly connection: LeaderConnection,
    private readonly newProducer: () => FactProducer,
  ) {
    database.afterCommit(({ facts }) => facts && this.wake(true));
    connection.onNotified('outbox', () => this.wake(false));
  }

  start(): void {
    this.#running = this.#run();
  }

  /** There is something to send. Where another replica leads, it is told, at most once in 20 ms. */
  wake(tellOthers: boolean): void {
    if (tellOthers && !this.connection.leads) return this.connection.notify('outbox');
    this.#woken = true;
    this.#wake();
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      this.#woken = false; // whoever wakes from here on gets another round, whether we lead or not
      try {
        if (!(await this.connection.tryLead())) {
          await this.#idle();
          continue;
        }
        const sent = await this.#sendBatch();
        if (sent === 0) await this.#idle();
      } catch (error) {
        this.#log.warn(`begins again: ${(error as Error).message}`);
        await this.#dropProducer();
        await pause(200);
      }
    }
  }

  /** @returns how many facts were acknowledged and deleted */
  async #sendBatch(): Promise<number> {
    const rows = withinLimits(await this.#read());
    if (rows.length === 0) return 0;
    this.#producer ??= this.newProducer();
    try {
      await this.connection.keptDuring(this.#producer.send(rows));
      failpoint('relay.after-send');
      await this.#deleteRows(rows);
      return rows.length;
    } catch (error) {
      if (!(error instanceof RefusedForGood)) throw error;
      return this.#oneByOne(rows);
    }
  }

  /** A batch the broker refuses for good is split; the bad row stops only its key, for a while, and says so. */
  async #oneByOne(rows: OutboxRow[]): Promise<number> {
    let sent = 0;
    for (const row of rows) {
      if (this.#blocked.has(placeOf(row))) continue;
      try {
        await this.connection.keptDuring(this.#producer!.send([row]));
        await this.#deleteRows([row]);
        sent++;
      } catch (error) {
        if (!(error instanceof RefusedForGood)) throw error;
        this.#blocked.set(placeOf(row), Date.now() + blockedForMs);
        this.#log.error(`outbox row ${row.id} on ${row.topic} is refused by the broker; its key waits: ${error.message}`);
      }
    }
    return sent;
  }

  /** Rows of blocked keys are left out here and not after the limit: 500 of them at the head must not stop every other key. */
  #read(): Promise<OutboxRow[]> {
    for (const [place, until] of this.#blocked) if (until <= Date.now()) this.#blocked.delete(place);
    if (this.#blocked.size === 0) return this.connection.query(`select id, topic, key, envelope from outbox order by id limit ${maxFacts}`);
    return this.connection.query(`select id, topic, key, envelope from outbox where (topic || '|' || key) <> all($1::text[]) order by id limit ${maxFacts}`, [[...this.#blocked.keys()]]);
  }

  async #deleteRows(rows: OutboxRow[]): Promise<void> {
    await this.connection.query('delete from outbox where id = any($1::bigint[])', [rows.map((row) => row.id)]);
  }

  async #idle(): Promise<void> {
    if (this.#woken) return;
    const timer = new AbortController();
    await Promise.race([pause(pollMs, undefined, { signal: timer.signal }).catch(() => undefined), new Promise<void>((resolve) => (this.#wake = resolve))]);
    timer.abort();
  }

  async #dropProducer(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.close();
  }

  /** Sends what is there once more, then gives the lead away. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    await this.#running;
    if (this.connection.leads) await this.#sendBatch().catch(() => 0);
    await this.#dropProducer();
    await this.connection.close();
  }
}

const placeOf = (row: OutboxRow): string => `${row.topic}|${row.key}`;

function withinLimits(rows: OutboxRow[]): OutboxRow[] {
  let bytes = 0;
  const fits = rows.findIndex((row) => (bytes += row.envelope.length + row.key.length) > maxBytes);
  return fits === -1 ? rows : rows.slice(0, Math.max(fits, 1));
}
