// What is measured: the platform as it is built, not a copy of it.
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
require('reflect-metadata');
export const root = path.resolve(fileURLToPath(import.meta.url), '../../..');

const of = (file) => require(`@aftersales/platform/${file}`);
export const { Database } = of('database/database');
export const { LeaderConnection } = of('outbox/leader-connection');
export const { Relay } = of('outbox/relay');
export const { publish } = of('outbox/publish');
export const { FactProducer } = of('bus/producer');
export const { kafkaClient } = of('bus/kafka');
export const { Consumer, OnBatch } = of('bus/on');
export const { OnTimer } = of('timers/on-timer');
export const { wake } = of('timers/wake');
export const { Timers } = of('timers/timers');
export const { Rings } = of('timers/rings');
export const { TestService } = of('testing/test-service');
export const { createTestDatabase } = of('testing/test-database');
export const { stack } = of('testing/stack');
export const { sample, staff, stores, ParcelSent } = of('testing/sample/parcel.module');
export const { v7: uuidv7 } = require('uuid');
export const pg = require('pg');

export const sampleMigrations = path.join(root, 'libs/platform/src/testing/sample/migrations');
/** On the real clock, not on a test's Tuesday: lags are told from it. */
export async function startSample(environment = {}) {
  const service = await TestService.start(sample, environment, sampleMigrations);
  await service.rows('truncate clock_shift');
  return service;
}

/** The peer's connections. `end()` does not wait until they are closed: what the dropped database tells them meanwhile is no fault. */
export function rawPool(service, max) {
  const pool = new pg.Pool({ connectionString: service.db.service, max });
  pool.on('error', () => undefined);
  return pool;
}

export const silent = { warn: () => undefined, debug: () => undefined };
export const kafka = (clientId = 'bench', retries = 2) => kafkaClient(clientId, stack.brokers, silent, retries);

/** @param {readonly string[]} topics @param {number} partitions @param {() => Promise<T>} work @template T */
export async function withTopics(topics, partitions, work) {
  const admin = kafka().admin();
  await admin.connect();
  try {
    const leftOver = async () => (await admin.listTopics()).filter((topic) => topics.includes(topic)); // by a run that was killed
    for (let old = await leftOver(); old.length > 0; old = await leftOver()) {
      await admin.deleteTopics({ topics: old }).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await admin.createTopics({ waitForLeaders: false, topics: topics.map((topic) => ({ topic, numPartitions: partitions, replicationFactor: 1 })) });
    // kafkajs' own waiting gives up at once on a busy machine, where a topic is not known yet.
    for (const end = Date.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
      const known = await admin.fetchTopicMetadata({ topics: [...topics] }).catch((error) => error);
      if (known.topics?.every((one) => one.partitions.length === partitions)) break;
      if (Date.now() > end) throw known;
    }
    return await work();
  } finally {
    await admin.deleteTopics({ topics: [...topics] }).catch(() => undefined);
    await admin.disconnect();
  }
}

/** Everything that stands in a topic, partition by partition. @returns {Promise<{ key: string, value: string, at: number }[]>}  at: when it was sent, ms */
export async function everythingIn(topic) {
  const client = kafka();
  const admin = client.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const missing = new Map(ends.filter(({ high }) => Number(high) > 0).map(({ partition, high }) => [partition, Number(high)]));
  const messages = [];
  if (missing.size === 0) return messages;
  const consumer = client.consumer({ groupId: `count-${topic}-${Date.now()}`, maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await new Promise((resolve, reject) => consumer.run({ eachBatch: async ({ batch }) => {
    for (const { key, value, timestamp } of batch.messages) messages.push({ key: key.toString(), value: value.toString(), at: Number(timestamp) });
    if (Number(batch.lastOffset()) + 1 >= (missing.get(batch.partition) ?? 0)) missing.delete(batch.partition);
    if (missing.size === 0) resolve();
  } }).catch(reject));
  await consumer.disconnect();
  return messages;
}
