import type { Kafka } from 'kafkajs';
import { asAdmin } from './kafka';

/** The end offset of each partition that holds something, by topic. */
export type Ends = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** Where topics end now: what a start must have read before the service is ready. */
export const endsOf = (kafka: Kafka, topics: readonly string[]): Promise<Ends> =>
  asAdmin(kafka, async (admin) => {
    const ends = new Map<string, Map<number, number>>();
    for (const topic of topics) {
      const partitions = await admin.fetchTopicOffsets(topic);
      ends.set(topic, new Map(partitions.filter(({ low, high }) => Number(high) > Number(low)).map(({ partition, high }) => [partition, Number(high)])));
    }
    return ends;
  });

/** Whether a group (any member of it) has read as far as `ends`. */
export const hasRead = (kafka: Kafka, groupId: string, ends: Ends): Promise<boolean> =>
  asAdmin(kafka, async (admin) => {
    const read = await admin.fetchOffsets({ groupId, topics: [...ends.keys()] });
    return [...ends].every(([topic, partitions]) => {
      const offsets = read.find((one) => one.topic === topic)?.partitions ?? [];
      return [...partitions].every(([partition, end]) => Number(offsets.find((one) => one.partition === partition)?.offset ?? -1) >= end);
    });
  });
