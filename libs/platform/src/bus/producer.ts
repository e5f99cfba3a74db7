import { CompressionTypes, Partitioners, type Kafka, type Producer } from 'kafkajs';

/** The brokers do not take this batch, but may take part of it: the sender tries it topic by topic, then row by row. */
export class Refused extends Error {}
/** Never, however often it is sent: too large, not allowed, a name no topic can have. */
export class RefusedForGood extends Refused {}
/** Not now: a topic does not exist yet, or one of its partitions has no leader or too few replicas. Others go on. */
export class TopicAway extends Refused {}

export interface Sendable {
  readonly topic: string;
  readonly key: string;
  readonly envelope: string;
}

/**
 * The relay's producer, as measured on a real broker (docs/decisions/0004): plain, acks of all replicas, no retries of its own, one send
 * outstanding; its client repeats little, so that one topic's trouble is told at once. kafkajs' idempotent producer lost acknowledged messages when a broker froze with several sends in flight, and its own retry
 * skips a broker that has already answered. After any rejected send it is thrown away.
 */
export class FactProducer {
  readonly #producer: Producer;
  #connected: Promise<void> | undefined;

  constructor(kafka: Kafka) {
    this.#producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, idempotent: false, maxInFlightRequests: 1, allowAutoTopicCreation: false, retry: { retries: 0 } });
  }

  /** Resolves when every replica in sync has them. @throws Refused, or anything else; after either this producer must be thrown away */
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
      const kind = kindOf(error);
      if (forGood.has(kind)) throw new RefusedForGood((error as Error).message);
      if (ofOneTopic.has(kind)) throw new TopicAway((error as Error).message);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#producer.disconnect().catch(() => undefined);
  }
}

/** Kafka's name of the fault, or kafkajs' own; kafkajs wraps what it has given up. */
function kindOf(error: unknown): string {
  const { type, name, cause } = error as { type?: string; name: string; cause?: unknown };
  return type ?? (cause instanceof Error && cause !== error ? kindOf(cause) : name);
}

const forGood = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'TOPIC_AUTHORIZATION_FAILED', 'INVALID_TOPIC_EXCEPTION']);
const ofOneTopic = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION', 'REPLICA_NOT_AVAILABLE', 'NOT_ENOUGH_REPLICAS', 'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'KAFKA_STORAGE_ERROR', 'KafkaJSMetadataNotLoaded', 'KafkaJSTopicMetadataNotLoaded', 'KafkaJSBrokerNotFound', // a partition whose leader is nobody
]);
