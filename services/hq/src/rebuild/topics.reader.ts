import type { kafkaClient } from '@aftersales/platform/bus/kafka';
import type { Message } from '@aftersales/platform/inbox/arrived';
import { v7 as uuidv7 } from 'uuid';

type Kafka = ReturnType<typeof kafkaClient>;

const chunk = 100; // facts a transaction, as the bus takes them

/**
 * Reads topics from the oldest message they keep to the newest they have now, under a group that nobody else is in and that is gone afterwards:
 * the offsets of the running service are not touched. Each chunk is of one partition, in order; one that fails is given again.
 * @returns how many messages were read
 */
export async function readToTheEnd(kafka: Kafka, topics: readonly string[], take: (messages: readonly Message[]) => Promise<void>): Promise<number> {
  const admin = kafka.admin();
  const groupId = `rebuild-${uuidv7()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 250, allowAutoTopicCreation: false });
  await admin.connect();
  try {
    const last = await newestOffsets(admin, topics);
    if (last.size === 0) return 0;
    let read = 0;
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await new Promise<void>((atTheEnd, broken) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        if (!payload.restart) broken(payload.error);
      });
      consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 3,
        eachBatch: async ({ batch: { topic, partition, messages }, resolveOffset, heartbeat }) => {
          for (let from = 0; from < messages.length; from += chunk) {
            const some = messages.slice(from, from + chunk);
            await take(some.map(({ offset, key, value }) => ({ topic, partition, offset: Number(offset), key: key?.toString() ?? '', payload: value?.toString() ?? '' })));
            const { offset } = some.at(-1)!;
            resolveOffset(offset);
            read += some.length;
            await heartbeat();
            const place = `${topic}/${partition}`;
            if (Number(offset) >= (last.get(place) ?? Infinity) && last.delete(place) && last.size === 0) atTheEnd();
          }
        },
      }).catch(broken);
    });
    return read;
  } finally {
    await consumer.disconnect();
    await admin.deleteGroups([groupId]).catch(() => undefined); // an empty group is forgotten by the broker anyway
    await admin.disconnect();
  }
}

/** Of every partition that holds anything. */
async function newestOffsets(admin: ReturnType<Kafka['admin']>, topics: readonly string[]): Promise<Map<string, number>> {
  const last = new Map<string, number>();
  for (const topic of topics) for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) if (Number(high) > Number(low)) last.set(`${topic}/${partition}`, Number(high) - 1);
  return last;
}
