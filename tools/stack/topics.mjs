// Topics exist before a service starts: subscribing to a missing one fails at once, and the broker makes none by itself.
import { setTimeout as sleep } from 'node:timers/promises';

/** @typedef {{ topic: string, partitions: number, config: Record<string, string> }} Topic */

/** Metadata travels from the controller to the brokers a little later than its answer to us; a controller may move. */
const passing = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_CONTROLLER', 'INVALID_REPLICATION_FACTOR', 'KafkaJSConnectionError',
]);

/**
 * Idempotent: what exists keeps what was set for it, and is given what nobody has set. One topic at a time, for a refused one in a batch hides behind its neighbours.
 * Resolves when each partition has a leader.
 * @param {string | string[]} brokers
 * @param {Topic[]} topics
 * @param {{ replicationFactor?: number }} [options]
 */
export async function createTopics(brokers, topics, { replicationFactor = 1 } = {}) {
  if (topics.length === 0) return; // asked about no topics, kafkajs would answer for all
  const { Kafka, logLevel } = await import('kafkajs').then((module) => module.default);
  const kafka = new Kafka({
    clientId: 'stack-topics', brokers: typeof brokers === 'string' ? brokers.split(',') : brokers, logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const existing = new Set(await admin.listTopics());
    for (const { topic, partitions, config } of topics.filter((wanted) => !existing.has(wanted.topic))) {
      const configEntries = Object.entries(config).map(([name, value]) => ({ name, value: String(value) }));
      // kafkajs' own wait for leaders takes 100 ms per topic: done once for all below.
      const request = { waitForLeaders: false, topics: [{ topic, numPartitions: partitions, replicationFactor, configEntries }] };
      await retried(`topic ${topic}`, () => admin.createTopics(request));
    }
    await giveWhatIsUnset(admin, topics.filter(({ topic }) => existing.has(topic)));
    await retried('leaders of the topics', () => mustBeLed(admin, topics.map(({ topic }) => topic)));
  } finally {
    await admin.disconnect();
  }
}

const TOPIC = 2; // ConfigResourceTypes
const OF_THE_TOPIC = 1; // ConfigSource: set for this very topic

/** Those that an older release has made. Altering replaces all that was set: that goes along. @param {import('kafkajs').Admin} admin @param {Topic[]} topics */
async function giveWhatIsUnset(admin, topics) {
  if (topics.length === 0) return;
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: topics.map(({ topic }) => ({ type: TOPIC, name: topic })) });
  const wanting = resources.flatMap(({ resourceName: name, configEntries }) => {
    const config = topics.find(({ topic }) => topic === name)?.config ?? {};
    const set = Object.fromEntries(configEntries.filter(({ configSource }) => Number(configSource) === OF_THE_TOPIC).map(({ configName, configValue }) => [configName, configValue]));
    if (Object.keys(config).every((key) => key in set)) return [];
    return [{ type: TOPIC, name, configEntries: Object.entries({ ...config, ...set }).map(([key, value]) => ({ name: key, value: String(value) })) }];
  });
  if (wanting.length > 0) await admin.alterConfigs({ validateOnly: false, resources: wanting });
}

/** @param {import('kafkajs').Admin} admin @param {string[]} names */
async function mustBeLed(admin, names) {
  const { topics } = await admin.fetchTopicMetadata({ topics: names });
  const leaderless = topics.find(({ partitions }) => partitions.length === 0 || partitions.some(({ leader }) => leader < 0));
  if (leaderless) throw Object.assign(new Error(`${leaderless.name} has no leader yet`), { type: 'LEADER_NOT_AVAILABLE' });
}

/** On a busy machine a new broker takes its time, hence by the clock and not by attempts. @param {string} what @param {() => Promise<unknown>} work */
async function retried(what, work) {
  const end = performance.now() + 30_000;
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      const type = failureType(error);
      if (performance.now() > end || !passing.has(type)) throw new Error(`${what}: ${type}: ${/** @type {Error} */ (error).message}`, { cause: error });
      await sleep(Math.min(20 * attempt, 500));
    }
  }
}

/** kafkajs wraps the refusal of a topic in an aggregate. @param {any} error @returns {string} */
const failureType = (error) => error.errors?.[0]?.type ?? error.type ?? error.name;
