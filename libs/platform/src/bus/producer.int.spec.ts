import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import pino from 'pino';
import { topics } from '@aftersales/contracts/catalogue';
import { v7 as uuidv7 } from 'uuid';
import { createTopics } from '../../../../tools/stack/topics.mjs';
import { stack } from '../testing/stack';
import { kafkaClient } from './kafka';
import { FactProducer } from './producer';

describe("the relay's producer, on a real broker", () => {
  const topic = `hq.producer-${process.pid}`;
  const client = { clientId: 'producer-test', brokers: stack.brokers, logLevel: logLevel.NOTHING };
  const admin = new Kafka(client).admin();
  beforeAll(async () => {
    await admin.connect();
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 1, replicationFactor: 1 }] });
  });
  afterAll(async () => {
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
  });

  it('a leader whose clock is two hours ahead sends too: the broker dates what it takes, also on a topic that was there before it was told to', async () => {
    await createTopics(stack.brokers, [{ topic, partitions: 1, config: topics()[0]!.config }]);
    const facts = new FactProducer(new Kafka(client));
    const { now } = Date;
    try {
      Date.now = () => now() + 2 * 3600_000;
      await facts.send([{ topic, key: uuidv7(), envelope: '{}' }]);
    } finally {
      Date.now = now;
      await facts.close();
    }
    const [partition] = await admin.fetchTopicOffsetsByTimestamp(topic, now() + 3600_000);
    expect(partition).toEqual({ partition: 0, offset: '1' }); // nothing is dated later: the end
  });

  it('a connection with nothing to send looks for nothing to send', async () => {
    const resting = kafkaClient('resting', stack.brokers, pino({ level: 'silent' })).admin();
    await resting.connect();
    await resting.fetchTopicMetadata({ topics: [topic] });
    const looks = jest.spyOn(global, 'setTimeout');
    try {
      await pause(300); // 300 looks, where each asks for the next
      expect(looks.mock.calls.filter(([, ms]) => (ms ?? 0) < 50)).toEqual([]);
    } finally {
      looks.mockRestore();
      await resting.disconnect();
    }
  });

  it('a send whose answer is lost is told to the relay, and not repeated by the client', async () => {
    let sends = 0;
    /** Cuts the first connection that a batch is sent on (Produce is request 0). */
    const socketFactory = ({ host, port, onConnect }: { host: string; port: number; onConnect: () => void }): Socket => {
      const socket = connect({ host, port }, onConnect);
      const write = socket.write.bind(socket) as (bytes: Buffer, ...more: never[]) => boolean;
      socket.write = ((bytes: Buffer, ...more: never[]) => {
        const cut = bytes.readInt16BE(4) === 0 && ++sends === 1;
        const written = write(bytes, ...more);
        if (cut) socket.destroy(new Error('cut'));
        return written;
      }) as typeof socket.write;
      return socket;
    };
    const facts = new FactProducer(new Kafka({ ...client, socketFactory }));
    try {
      await expect(facts.send([{ topic, key: uuidv7(), envelope: '{}' }])).rejects.toThrow();
      expect(sends).toBe(1);
    } finally {
      await facts.close();
    }
  }, 60_000);
});
