import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Refused, TopicAway, type FactProducer } from '../bus/producer';
import type { Database } from '../database/database';
      failpoint('relay.after-send');
    } catch (error) {
      await this.#dropProducer();
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
      for (const row of rows) if (!this.#waiting.keys.has(placeOf(row))) await this.#sendAlone([row]);
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
