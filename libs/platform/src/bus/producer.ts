import { CompressionTypes, Partitioners, type Kafka, type Producer } from 'kafkajs';

/** The broker will never take it, however often it is sent (too large, not allowed, unknown topic by name). */
export class RefusedForGood extends Error {}

export interface Sendable {
  readonly topic: string;
  readonly key: string;
  readonly envelope: string;
}

/**
 * The relay's producer, as measured on a real broker (docs/decisions/0004): plain, acks of all replicas, no retries of its own, one send
 * outstanding. kafkajs' idempotent producer lost acknowledged messages when a broker froze with several sends in flight, and its own retry
 * skips a broker that has already answered. After any rejected send it is thrown away.
 */
export class FactProducer {
  readonly #producer: Producer;
  #connected: Promise<void> | undefined;

  constructor(kafka: Kafka) {
    this.#producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, idempotent: false, maxInFlightRequests: 1, allowAutoTopicCreation: false, retry: { retries: 0 } });
  }

  /** Resolves when every replica in sync has them. @throws RefusedForGood, or anything else after which this producer must be thrown away */
  async send(facts: readonly Sendable[]): Promise<void> {
    await (this.#connected ??= this.#producer.connect());
    const topics = new Map<string, { key: string; value: string }[]>();
    for (const { topic, key, envelope } of facts) {
      const messages = topics.get(topic) ?? [];
      if (messages.length === 0) topics.set(topic, messages);
      messages.push({ key, value: envelope });
    }
    try {
      await this.#producer.sendBatch({
        acks: -1,
        timeout: 10_000,
        compression: CompressionTypes.None,
        topicMessages: [...topics].map(([topic, messages]) => ({ topic, messages })),
      });
    } catch (error) {
      if (forGood.has((error as { type?: string }).type ?? '')) throw new RefusedForGood((error as Error).message);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#producer.disconnect().catch(() => undefined);
  }
}

const forGood = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'TOPIC_AUTHORIZATION_FAILED', 'INVALID_TOPIC_EXCEPTION']);
