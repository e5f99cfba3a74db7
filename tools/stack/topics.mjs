// Topics exist before a service starts: subscribing to a missing one fails at once, and the broker makes none by itself.
import { setTimeout as sleep } from 'node:timers/promises';

/** @typedef {{ topic: string, partitions: number, config: Record<string, string> }} Topic */

/** Metadata travels from the controller to the broker a little later than the answer to us. */
const passing = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_CONTROLLER', 'INVALID_REPLICATION_FACTOR']);

/**
 * Idempotent: what exists is left as it is. One topic at a time, for a refused one in a batch hides behind its neighbours.
 * @param {string | string[]} brokers
 * @param {Topic[]} topics
 * @param {{ replicationFactor?: number }} [options]
 */
export async function createTopics(brokers, topics, { replicationFactor = 1 } = {}) {
  const { Kafka, logLevel } = await import('kafkajs').then((module) => module.default);
  const kafka = new Kafka({
    clientId: 'stack-topics', brokers: typeof brokers === 'string' ? brokers.split(',') : brokers, logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const existing = new Set(await admin.listTopics());
    for (const topic of topics) if (!existing.has(topic.topic)) await createTopic(admin, topic, replicationFactor);
  } finally {
    await admin.disconnect();
  }
}

/** @param {import('kafkajs').Admin} admin @param {Topic} topic @param {number} replicationFactor */
async function createTopic(admin, { topic, partitions, config }, replicationFactor) {
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value: String(value) }));
  for (let attempt = 1; ; attempt++) {
    try {
      await admin.createTopics({ topics: [{ topic, numPartitions: partitions, replicationFactor, configEntries }], waitForLeaders: true });
      return;
    } catch (error) {
      const type = failureType(error);
      if (attempt === 20 || !passing.has(type)) throw new Error(`topic ${topic}: ${type}: ${/** @type {Error} */ (error).message}`, { cause: error });
      await sleep(50 * attempt);
    }
  }
}

/** kafkajs wraps the refusal of a topic in an aggregate. @param {any} error @returns {string} */
const failureType = (error) => error.errors?.[0]?.type ?? error.type ?? error.name;
