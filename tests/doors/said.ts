import { randomUUID } from 'node:crypto';
import { topics } from '@aftersales/contracts/catalogue';
import type { Whole } from '../support/whole';

export interface Said {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** All that stands on the topics now, from their beginnings to their ends. */
export async function allSaid(whole: Whole): Promise<Said[]> {
  const admin = whole.kafka.admin();
  const consumer = whole.kafka.consumer({ groupId: `doors-${randomUUID()}`, maxWaitTimeInMs: 100 });
  await Promise.all([admin.connect(), consumer.connect()]);
  try {
    const names = topics().map(({ topic }) => topic);
    const left = new Map<string, number>();
    for (const topic of names) for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) if (Number(high) > Number(low)) left.set(`${topic}/${partition}`, Number(high));
    const said: Said[] = [];
    await consumer.subscribe({ topics: names, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      if (left.size === 0) resolve();
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      void consumer.run({ eachBatch: async ({ batch: { topic, partition, messages } }) => {
        const place = `${topic}/${partition}`;
        for (const { key, value, headers = {}, offset } of messages) {
          said.push({ topic, partition, offset: Number(offset), key: String(key ?? ''), value: String(value ?? ''), headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)])) });
          if (Number(offset) + 1 >= (left.get(place) ?? Infinity)) left.delete(place); // a compacted topic has gaps: at the end, or past it
        }
        if (left.size === 0) resolve();
      } }).catch(reject);
    });
    return said;
  } finally {
    await Promise.all([consumer.disconnect(), admin.disconnect()]);
  }
}
