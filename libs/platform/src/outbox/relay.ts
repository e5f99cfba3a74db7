import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Refused, TopicAway, type FactProducer } from '../bus/producer';
import type { Database } from '../database/database';
import { failpoint } from '../failpoint/failpoint';
import { gauge } from '../telemetry/metrics';
import type { LeaderConnection } from './leader-connection';
import { LowerBound } from './lower-bound';

const maxFacts = 500;
const maxBytes = 512 * 1024;
const pollMs = 1_000; // the slow fallback when a wake-up was lost; also keeps the session under idle_session_timeout (5 s)
const keyWaitsMs = 30_000;
const topicWaitsMs = 1_000;
const few = 50;
const restMs = 10; // after so few, before the next are read: 300 facts a second went out one by one, and left half as much of the machine idle (bench P6)

interface OutboxRow {
  id: number;
  topic: string;
  key: string;
  envelope: string;
}

/**
 * From the outbox to Kafka, in order: one leader per database reads every unpublished row in id order, sends, and deletes what the broker
 * has acknowledged (docs/model: Relay and RelaySending). While a batch is being sent, the one before is
 * deleted and the next is read; one send is outstanding. All reads and deletes run on the leader's own connection: losing it is losing the lead.
 * A send that was rejected throws the producer and what was read away and begins again from the table.
 */
@Injectable()
export class Relay {
  readonly #log = new Logger('relay');
  /** Until when a topic, or one key of it (`topic|key`), waits. */
  readonly #waiting = { topics: new Map<string, number>(), keys: new Map<string, number>() };
  #bound: LowerBound;
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
    this.#bound = new LowerBound(connection);
    database.afterCommit(({ facts }) => facts && this.wake(true));
    connection.onNotified('outbox', () => this.wake(false));
    gauge('outbox_waiting_topics', 'Topics that take nothing now', () => this.#waiting.topics.size);
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
        if (!this.connection.leads) this.#bound = new LowerBound(this.connection);
        if (await this.connection.tryLead()) await this.#drain();
        await this.#idle();
      } catch (error) {
        this.#log.warn(`begins again: ${(error as Error).message}`);
        await this.#dropProducer();
        await pause(200);
      }
    }
  }

  /** Sends until nothing is left (once, when it is to stop). */
  async #drain(): Promise<void> {
    let sent: OutboxRow[] = [];
    let batch = await this.#read([]);
    while (batch.length > 0) {
      const [sending, reading] = await Promise.allSettled([this.#send(batch), this.#deleteAndRead(sent, batch)]); // both end before anything else begins
      if (reading.status === 'rejected') throw reading.reason;
      if (sending.status === 'rejected') {
        await this.#apart(batch, sending.reason);
        [sent, batch] = [[], await this.#read([])]; // RelaySending.tla: DropAhead. What was read ahead may hold facts that now have to wait
      } else {
        [sent, batch] = [batch, reading.value];
      }
      if (this.#stopping) break;
    }
    await this.#delete(sent);
  }

  async #deleteAndRead(sent: readonly OutboxRow[], sending: readonly OutboxRow[]): Promise<OutboxRow[]> {
    await this.#delete(sent); // Relay.tla: MarkAfterSend
    if (sending.length < few) await pause(restMs);
    return this.#read(sending);
  }

  /**
   * The next rows in id order, of all that are unpublished and not being sent. Not "above those being sent": a lower id may have been committed
   * since. Rows that wait are left out here and not after the limit: 500 of them at the head must not stop every other.
   * (Relay.tla: Scan; RelaySending.tla: AheadBeside, WaitBeforeLimit)
   */
  async #read(sending: readonly OutboxRow[]): Promise<OutboxRow[]> {
    for (const waiting of Object.values(this.#waiting)) for (const [place, until] of waiting) if (until <= Date.now()) waiting.delete(place);
    const rows = await this.connection.query<OutboxRow>(
      `select id, topic, key, envelope from outbox
       where id > $1 and id <> all($2::bigint[]) and topic <> all($3::text[]) and topic || '|' || key <> all($4::text[]) order by id limit ${maxFacts}`,
      [this.#bound.id, sending.map(({ id }) => id), [...this.#waiting.topics.keys()], [...this.#waiting.keys.keys()]],
    );
    return withinLimits(rows);
  }

  async #send(rows: readonly OutboxRow[]): Promise<void> {
    this.#producer ??= this.newProducer();
    try {
      await this.connection.keptDuring(this.#producer.send(rows));
      failpoint('relay.after-send');
    } catch (error) {
      await this.connection.keptDuring(this.#dropProducer()); // it waits for what another, frozen broker still holds of this send
      throw error;
    }
  }

  /** A batch that is refused is tried topic by topic, and a topic's facts that never go through one by one: only what can't be sent waits, and says so. */
  async #apart(rows: readonly OutboxRow[], error: unknown): Promise<void> {
    if (!(error instanceof Refused)) throw error;
    const { id, topic } = rows[0]!;
    const topics = [...new Set(rows.map((row) => row.topic))];
    if (topics.length > 1) {
      for (const one of topics) await this.#sendAlone(rows.filter((row) => row.topic === one));
    } else if (error instanceof TopicAway) {
      this.#waiting.topics.set(topic, Date.now() + topicWaitsMs);
      this.#log.error(`${topic} takes nothing now, its facts wait from outbox row ${id} on: ${error.message}`);
    } else if (rows.length > 1) {
      for (const row of rows) if (!this.#waiting.keys.has(placeOf(row)) && !this.#waiting.topics.has(topic)) await this.#sendAlone([row]); // RelaySending.tla: KeyWaits, TopicWaits
    } else {
      this.#waiting.keys.set(placeOf(rows[0]!), Date.now() + keyWaitsMs);
      this.#log.error(`outbox row ${id} on ${topic} is refused by the broker; its key waits: ${error.message}`);
    }
  }

  async #sendAlone(rows: readonly OutboxRow[]): Promise<void> {
    try {
      await this.#send(rows);
    } catch (error) {
      return this.#apart(rows, error);
    }
    await this.#delete(rows);
  }

  async #delete(rows: readonly OutboxRow[]): Promise<void> {
    if (rows.length === 0) return;
    await this.connection.query('delete from outbox where id = any($1::bigint[])', [rows.map(({ id }) => id)]);
    await this.#bound.move(rows.length);
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
    if (this.connection.leads) await this.#drain().catch(() => undefined);
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
