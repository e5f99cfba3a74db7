import { kafkaClient } from '@aftersales/platform/bus/kafka';
import type { Message } from '@aftersales/platform/inbox/arrived';
import { stack } from '@aftersales/platform/testing/stack';
import { randomUUID } from 'node:crypto';
import { readToTheEnd } from './topics.reader';

const silent = { warn: () => undefined, error: () => undefined, debug: () => undefined };

describe('reading topics from their beginning to their end', () => {
  const kafka = kafkaClient('hq-rebuild-test', stack.brokers, silent as never);
  const [full, empty] = [`test.rebuild-${randomUUID()}`, `test.rebuild-${randomUUID()}`];
  const admin = kafka.admin();

  beforeAll(async () => {
    await admin.connect();
    await admin.createTopics({ waitForLeaders: true, topics: [full, empty].map((topic) => ({ topic, numPartitions: 3, replicationFactor: 1 })) });
    const producer = kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    await producer.send({ topic: full, messages: Array.from({ length: 450 }, (_, i) => ({ key: `key-${i % 7}`, value: String(i) })) });
    await producer.disconnect();
  });
  afterAll(async () => {
    await admin.deleteTopics({ topics: [full, empty] });
    await admin.disconnect();
  });

  it('HQ-9 gives every message, in the order of its key, in chunks of one partition; again when asked again, and once more what failed', async () => {
    for (const fails of [0, 1]) {
      const seen: Message[] = [];
      let failures = fails;
      const read = await readToTheEnd(kafka, [full, empty], async (messages) => {
        expect(new Set(messages.map(({ partition }) => partition)).size).toBe(1);
        expect(messages.length).toBeLessThanOrEqual(100);
        if (failures-- > 0) throw new Error('the database is away');
        seen.push(...messages);
      });
      expect(read).toBe(450);
      expect(seen).toHaveLength(450);
      for (let key = 0; key < 7; key++) expect(seen.filter((one) => one.key === `key-${key}`).map(({ payload }) => Number(payload))).toEqual(Array.from({ length: 450 }, (_, i) => i).filter((i) => i % 7 === key));
    }
  });

  it('HQ-9 topics that hold nothing have no end to wait for', async () => {
    expect(await readToTheEnd(kafka, [empty], async () => undefined)).toBe(0);
  });
});
