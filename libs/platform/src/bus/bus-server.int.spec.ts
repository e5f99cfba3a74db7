import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Fact } from '@aftersales/contracts/kernel/event';
import { Kafka, logLevel, type Admin, type Consumer } from 'kafkajs';
import pino from 'pino';
import { register } from 'prom-client';
import { v7 as uuidv7 } from 'uuid';
import { Database } from '../database/database';
import type { Tx } from '../database/tx';
import { DeadLetters } from '../inbox/dead-letters';
import { Inbox } from '../inbox/inbox';
import { Seal } from '../outbox/seal';
import { ParcelSent, stores } from '../testing/sample/parcel.module';
import { stack } from '../testing/stack';
import { createTestDatabase, type TestDatabase } from '../testing/test-database';
import { BusServer } from './bus-server';
import { kafkaClient } from './kafka';

describe('the bus, on a real broker', () => {
  const topic = `hq.bus-${process.pid}`;
  const group = topic;
  const Sent = { ...ParcelSent, topic };
  let kafka: Kafka;
  let admin: Admin;
  let db: TestDatabase;
  let database: Database;
  const buses: BusServer[] = [];

  beforeAll(async () => {
    kafka = kafkaClient('bus-test', stack.brokers, pino({ level: 'silent' }));
    admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 3, replicationFactor: 1 }] });
    db = await createTestDatabase('hq', join(__dirname, '../testing/sample/migrations'));
    database = new Database({ service: db.service, system: db.system }, 10);
    await database.open();
  });
  afterAll(async () => {
    for (const bus of buses) await bus.close();
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
    await database.stop();
    await db.drop();
  });

  /** A member of the group that writes down what it hears; `each` may hold it up or fail it. */
  const start = (each: (step: number) => Promise<void> | void = () => undefined, client = kafka): BusServer => {
    const seal = new Seal({ publicKeys: {}, privateKeys: [] });
    const bus = new BusServer({ service: group, inboxDays: 30, kafka: client, inbox: new Inbox(database), deadLetters: new DeadLetters(seal), seal });
    const hear = async ({ data, storeId }: Fact<typeof Sent>, tx: Tx) => {
      await each(data.step);
      await tx.query('insert into parcel_heard (store_id, parcel_id, step) values ($1, $2, $3)', [storeId, data.parcelId, data.step]);
    };
    bus.addHandler('hq.parcel|sent', hear as never, true, { heard: { contract: Sent, batch: false, consumer: 'hq.parcel' } });
    bus.listen(() => undefined);
    buses.push(bus);
    return bus;
  };
  const say = async (from: number, to: number, of: { time?: Date; partition?: number } = {}) => {
    const producer = kafka.producer();
    await producer.connect();
    const messages = Array.from({ length: to - from + 1 }, (_, i) => {
      const parcelId = uuidv7();
      const envelope = { specversion: '1.0', id: uuidv7(), source: '/aftersales/hq', type: Sent.type, subject: parcelId, time: (of.time ?? new Date()).toISOString(), datacontenttype: 'application/json', storeid: stores.a, aggregateversion: 1, data: { parcelId, step: from + i } };
      return { key: parcelId, partition: of.partition, value: JSON.stringify(envelope) };
    });
    await producer.send({ topic, messages });
    await producer.disconnect();
  };
  const heard = async () => Number((await db.admin.query('select count(*) as n from parcel_heard')).rows[0].n);
  const committed = async () => (await admin.fetchOffsets({ groupId: group, topics: [topic] }))[0]!.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
  /** How many bytes of assignment each member has: none before the group is balanced. */
  const members = async () => (await admin.describeGroups([group])).groups[0]!.members.map(({ memberAssignment }) => memberAssignment.length);
  const duplicates = async () => (await register.getSingleMetric('inbox_duplicates_total')?.get())?.values.reduce((sum, { value }) => sum + value, 0) ?? 0;

  /** A client that `tamper` is shown each request of, with its number in Kafka's protocol, before it is sent. */
  const tampered = (tamper: (request: number, bytes: Buffer, socket: Socket) => void): Kafka =>
    new Kafka({ clientId: 'tampered', brokers: stack.brokers, logLevel: logLevel.NOTHING, socketFactory: ({ host, port, onConnect }) => {
      const socket = connect({ host, port }, onConnect);
      const write = socket.write.bind(socket) as (bytes: Buffer, ...more: never[]) => boolean;
      socket.write = ((bytes: Buffer, ...more: never[]) => {
        tamper(bytes.readInt16BE(4), bytes, socket);
        return write(bytes, ...more);
      }) as typeof socket.write;
      return socket;
    } });
  const until = async (what: string, holds: () => boolean | Promise<boolean>, withinS = 20) => {
    for (const end = Date.now() + withinS * 1000; !(await holds()); await pause(50)) if (Date.now() > end) throw new Error(`not within ${withinS} s: ${what}`);
  };

  it('a clean stop in the middle of a stream: what is under way ends, its offsets are committed, and the successor starts exactly behind', async () => {
    await say(1, 5_000);
    let half: () => void = () => undefined;
    const inTheMiddle = new Promise<void>((resolve) => (half = resolve));
    let count = 0;
    const first = start(() => void (++count === 1_050 && half()));
    await inTheMiddle;
    await first.close();
    const done = await heard();
    expect([done >= 1_050, done < 5_000, await committed()]).toEqual([true, true, done]);

    let all: () => void = () => undefined;
    const toTheEnd = new Promise<void>((resolve) => (all = resolve));
    const second = start(() => void (++count === 5_000 && all()));
    await toTheEnd;
    await second.close();
    expect([await heard(), await committed(), await duplicates()]).toEqual([5_000, 5_000, 0]);
  });

  it('who works longer than the session of the group lasts stays its member: nobody takes the work over, and its offsets are taken', async () => {
    const [before, at] = [await duplicates(), await committed()];
    let all: () => void = () => undefined;
    const done = new Promise<void>((resolve) => (all = resolve));
    const each = async (step: number): Promise<void> => {
      if (step !== 6_001) return;
      await pause(14_000); // the session lasts 10 s
      all();
    };
    const first = start(each);
    while (!first.joined) await pause(50);
    const two = [first, start(each)];
    while ((await members()).some((assigned) => assigned === 0) || (await members()).length < 2) await pause(50); // balanced between them
    await say(6_001, 6_001);
    await done;
    for (const bus of two) await bus.close();
    expect([(await db.admin.query('select step from parcel_heard where step = 6001')).rows.length, await duplicates() - before, await committed() - at]).toEqual([1, 0, 1]);
  }, 90_000);

  it('facts that met others together go one a transaction for a while', async () => {
    let met = false;
    let count = 0;
    let all: () => void = () => undefined;
    const done = new Promise<void>((resolve) => (all = resolve));
    const bus = start((step) => {
      if (step === 9_005 && !met) {
        met = true;
        throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
      }
      if (step > 9_010 && ++count === 30) all();
    });
    await until('it listens', () => bus.joined);
    await say(9_001, 9_010, { partition: 0 });
    await say(9_011, 9_040, { partition: 0 });
    await done;
    await bus.close();
    const { rows } = await db.admin.query(`select count(*)::int as facts, count(distinct xmin::text)::int as transactions from parcel_heard where step between 9011 and 9040`);
    expect([met, rows]).toEqual([true, [{ facts: 30, transactions: 30 }]]);
  });

  it('who joins its group and never hears what it was given begins anew', async () => {
    let cuts = 0;
    let watching = false;
    /** Loses the answer to the next SyncGroup (request 14), which the coordinator takes. */
    const losing = tampered((request, _bytes, socket) => {
      if (!watching || cuts > 0 || request !== 14) return;
      cuts++;
      socket.removeAllListeners('data').once('data', () => socket.destroy(new Error('cut')));
    });
    const steps = new Set<number>();
    const note = (step: number) => void steps.add(step);
    const first = start(note, losing);
    while (!first.joined) await pause(50);
    watching = true;
    const two = [first, start(note)];
    while (cuts === 0) await pause(50);
    for (const partition of [0, 1, 2]) await say(6_011 + partition, 6_011 + partition, { partition });
    await until('all are heard', () => steps.size === 3, 60);
    const said = (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0);
    await until('all are committed, which half a member is refused', async () => (await committed()) === said, 60);
    for (const bus of two) await bus.close();
    expect(cuts).toBe(1);
  }, 180_000);

  it('offsets that could not be committed never set back what the next owner of a partition has committed', async () => {
    let refused = 0;
    let refusing = false;
    /** Has the coordinator refuse its commits (request 8) for now: they name a topic that isn't there. */
    const hindered = tampered((request, bytes) => {
      if (!refusing || request !== 8) return;
      refused++;
      bytes.write('q', bytes.lastIndexOf(topic));
    });
    const steps = new Set<number>();
    const note = (step: number) => void steps.add(step);
    const toEach = async (from: number) => {
      for (const partition of [0, 1, 2]) await say(from + partition, from + partition, { partition });
    };
    const behind = async () => {
      const [ends, offsets] = [await admin.fetchTopicOffsets(topic), (await admin.fetchOffsets({ groupId: group, topics: [topic] }))[0]!.partitions];
      return ends.filter(({ partition, high }) => offsets.find((one) => one.partition === partition)?.offset !== high).length;
    };
    const first = start(note, hindered);
    await until('it is in its group', () => first.joined, 60);
    refusing = true;
    await toEach(6_021);
    await until('what it has applied can not be committed', () => steps.size === 3 && refused > 0);
    const two = [first, start(note)];
    await until('both have partitions', async () => (await members()).length === 2 && !(await members()).includes(0), 60);
    await toEach(6_031);
    await until('the other has committed its own', async () => steps.size === 6 && (await behind()) < 3);
    refusing = false;
    await until('all are committed', async () => (await behind()) === 0, 30);
    for (const bus of two) await bus.close();
  }, 120_000);

  it('slow facts hold their rows for half a second at a time, quick ones go by the crowd', async () => {
    const mostTogether = async (from: number, to: number): Promise<number> =>
      (await db.admin.query('select count(*)::int as n from parcel_heard where step between $1 and $2 group by xmin::text order by 1 desc limit 1', [from, to])).rows[0].n;
    for (const [from, to, ms] of [[6_101, 6_130, 100], [6_201, 6_500, 0]] as const) {
      await say(from, to, { partition: 0 });
      let all: () => void = () => undefined;
      const done = new Promise<void>((resolve) => (all = resolve));
      const bus = start(async (step) => {
        if (ms) await pause(ms);
        if (step === to) all();
      });
      await done;
      await bus.close();
    }
    expect(await mostTogether(6_101, 6_130)).toBeLessThanOrEqual(10);
    expect(await mostTogether(6_201, 6_500)).toBeGreaterThan(10);
  });

  it('a partition with much slow work lets the others have their turn', async () => {
    await say(6_601, 6_640, { partition: 0 });
    await say(6_651, 6_651, { partition: 1 });
    let [slow, slowBefore]: [number, number | undefined] = [0, undefined];
    let all: () => void = () => undefined;
    const done = new Promise<void>((resolve) => (all = resolve));
    const bus = start(async (step) => {
      if (step < 6_650) {
        await pause(100);
        if (++slow === 20) void say(6_661, 6_661, { partition: 1 }); // while the slow ones, fetched together, still go on
        if (slow === 40) all();
      }
      if (step === 6_661) slowBefore = slow;
    });
    await done;
    await bus.close();
    expect(slowBefore).toBeLessThan(40);
  }, 60_000);

  describe('a passing fault', () => {
    const applied = async (step: number) => (await db.admin.query('select 1 from parcel_heard where step = $1', [step])).rows.length === 1;
    const committedOf = async (partition: number) => Number((await admin.fetchOffsets({ groupId: group, topics: [topic] }))[0]!.partitions.find((one) => one.partition === partition)?.offset ?? -1);
    /** A member that can't apply one fact for now. */
    const inTrouble = (step: number) => {
      const fault = { passed: false, tries: 0 };
      const bus = start((one) => {
        if (one !== step || fault.passed) return;
        fault.tries++;
        throw Object.assign(new Error('out of memory'), { code: '53200' });
      });
      return { bus, fault };
    };

    it('stops its partition alone, and the fact is applied when it is over', async () => {
      const { bus, fault } = inTrouble(7_001);
      await say(7_001, 7_001, { partition: 0 });
      await until('it is tried again', () => fault.tries > 1);
      await say(7_002, 7_002, { partition: 1 });
      await until('the other partition goes on', () => applied(7_002));
      expect(await applied(7_001)).toBe(false);
      fault.passed = true;
      await until('it is applied', () => applied(7_001));
      await bus.close();
    }, 90_000);

    it('leaves what a member could not apply, uncommitted, to the next', async () => {
      const { bus, fault } = inTrouble(7_011);
      await until('it is in its group', () => bus.joined);
      const [before, other] = [await committedOf(2), await committedOf(1)];
      await say(7_011, 7_011, { partition: 2 });
      await until('it is tried', () => fault.tries > 0);
      await say(7_012, 7_012, { partition: 1 });
      await until('the other partition is committed', async () => (await committedOf(1)) > other);
      await bus.close();
      expect(await committedOf(2)).toBe(before);
      const next = start();
      await until('the next applies it', () => applied(7_011));
      await next.close();
      expect(await committedOf(2)).toBeGreaterThan(before);
    }, 90_000);
  });

  it('what was said before the inbox remembers stops its partition, also when it was sent only now', async () => {
    await say(5_001, 5_001, { partition: 0, time: new Date(Date.now() - 31 * 24 * 3600_000) });
    await say(5_002, 5_002, { partition: 0 });
    await say(5_003, 5_003, { partition: 1 });
    const steps: number[] = [];
    const bus = start((step) => void steps.push(step));
    const stopped = () => bus.unwrap<Consumer | undefined>()?.paused().some(({ partitions }) => partitions.includes(0)) === true;
    for (const end = Date.now() + 30_000; !stopped() || !steps.includes(5_003); await pause(50)) {
      if (Date.now() > end) throw new Error(`not within 30 s; heard ${steps}, ${stopped() ? '' : 'not '}stopped`);
    }
    expect((await register.getSingleMetric('partitions_stopped')?.get())?.values).toMatchObject([{ value: 1 }]);
    await bus.close();
    expect(steps).toEqual([5_003]);
  });
});
