import { setTimeout as pause } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import type pg from 'pg';
import pino from 'pino';
import { register } from 'prom-client';
import { v7 as uuidv7 } from 'uuid';
import { FactProducer, RefusedForGood, TopicAway } from '../bus/producer';
import { kafkaClient } from '../bus/kafka';
import { Database } from '../database/database';
import { ParcelSent, stores } from '../testing/sample/parcel.module';
import { stack } from '../testing/stack';
import { createTestDatabase, type TestDatabase } from '../testing/test-database';
import { LeaderConnection } from './leader-connection';
import { publish } from './publish';
import { Relay } from './relay';

interface Seen {
  readonly key: string;
  readonly step: number;
}

describe('the relay, on a real broker', () => {
  const topic = `hq.relay-${process.pid}`;
  const Sent = { ...ParcelSent, topic };
  let kafka: Kafka;
  let db: TestDatabase;
  let database: Database;
  const relays: Relay[] = [];
  const seen: Seen[] = [];
  let arrived: () => void = () => undefined;
  let stopReading: () => Promise<void>;

  beforeAll(async () => {
    kafka = kafkaClient('relay-test', stack.brokers, pino({ level: 'silent' }), 2);
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 3, replicationFactor: 1 }] });
    await admin.disconnect();
    db = await createTestDatabase('hq');
    database = new Database({ service: db.service, system: db.system }, 20);
    await database.open();
    const consumer = kafka.consumer({ groupId: topic, maxWaitTimeInMs: 50 });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({ eachMessage: async ({ message }) => {
      seen.push({ key: message.key!.toString(), step: JSON.parse(message.value!.toString()).data.step });
      arrived();
    } });
    stopReading = () => consumer.disconnect();
  });
  afterAll(async () => {
    for (const relay of relays) await relay.stop();
    await stopReading?.();
    const admin = kafka.admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
    await database.stop();
    await db.drop();
  });

  const start = (newProducer = () => new FactProducer(kafka), connection = new LeaderConnection(db.service)): Relay => {
    const relay = new Relay(database, connection, newProducer);
    relay.start();
    relays.push(relay);
    return relay;
  };
  const say = (parcelId: string, step: number, contract = Sent) =>
    database.transaction({ stores: [stores.a], actor: { kind: 'system', reason: 'test' } }, async (tx) => publish(tx, contract, { storeId: stores.a, version: step }, { parcelId, step }));
  const pendingRows = async () => Number((await db.admin.query('select count(*) as n from outbox')).rows[0].n);
  const until = async (holds: () => boolean | Promise<boolean>) => {
    for (const end = Date.now() + 20_000; !(await holds()); ) {
      if (Date.now() > end) throw new Error(`not within 20 s; ${seen.length} seen, ${await pendingRows()} pending`);
      await Promise.race([new Promise<void>((resolve) => (arrived = resolve)), pause(50)]);
    }
  };
  /** As if the broker took no fact of that key, ever. */
  class Refusing extends FactProducer {
    constructor(private readonly bad: string) {
      super(kafka);
    }
    override async send(facts: Parameters<FactProducer['send']>[0]): Promise<void> {
      if (facts.some(({ key }) => key === this.bad)) throw new RefusedForGood('no');
      await super.send(facts);
    }
  }
  /** First occurrences of a key's steps: doubles are the inbox's job, order is ours. */
  const firsts = (key: string) => [...new Set(seen.filter((one) => one.key === key).map(({ step }) => step))];

  it('sends what was committed, in the order of its key, and deletes it after the acknowledgement', async () => {
    start();
    start(); // a second replica waits for the lead
    const keys = Array.from({ length: 10 }, () => uuidv7());
    await Promise.all(keys.map(async (key) => {
      for (let step = 1; step <= 50; step++) await say(key, step);
    }));
    await until(async () => keys.every((key) => firsts(key).length === 50) && (await pendingRows()) === 0);
    for (const key of keys) expect(firsts(key)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  });

  it('reads a long backlog by its index, though PostgreSQL believes that next to nothing stands there', async () => {
    const own = await createTestDatabase('hq');
    const itsDatabase = new Database(own, 2);
    const relay = new Relay(itsDatabase, new LeaderConnection(own.service), () => new FactProducer(kafka));
    const key = uuidv7();
    const backlog = (n: number) => own.admin.query(`insert into outbox (topic, key, envelope) select $1, $2, json_build_object('data', json_build_object('step', step, 'note', repeat('x', 600))) from generate_series(1, $3::int) step`, [topic, key, n]);
    const scans = async () => (await own.admin.query(`select seq_scan as n from pg_stat_user_tables where relname = 'outbox'`)).rows[0].n;
    const connected = async () => (await own.admin.query(`select 1 from pg_stat_activity where usename = current_database() || '_service'`)).rows.length > 0;
    await itsDatabase.open();
    try {
      await backlog(10_000);
      await own.admin.query('delete from outbox where id > 50');
      await own.admin.query('vacuum (analyze, truncate off) outbox'); // 50 rows in all those pages, as a busy hour leaves them
      await own.admin.query('delete from outbox');
      await backlog(10_000);
      await own.admin.query('select pg_stat_force_next_flush()');
      const before = await scans();
      relay.start();
      await until(() => seen.findLast((one) => one.key === key)?.step === 10_000);
      await relay.stop();
      await itsDatabase.stop();
      await until(async () => !(await connected())); // what a connection has counted is told when it has ended
      expect(await scans()).toBe(before);
      expect((await own.admin.query('select count(*)::int as n from outbox')).rows).toEqual([{ n: 0 }]);
    } finally {
      await relay.stop();
      await itsDatabase.stop();
      await own.drop();
    }
  }, 60_000);

  it('sends nothing of a transaction that was undone', async () => {
    const key = uuidv7();
    await expect(database.transaction({ stores: [stores.a], actor: { kind: 'system', reason: 'test' } }, async (tx) => {
      publish(tx, Sent, { storeId: stores.a, version: 1 }, { parcelId: key, step: 1 });
      throw new Error('undone');
    })).rejects.toThrow('undone');
    const later = uuidv7();
    await say(later, 1);
    await until(() => firsts(later).length === 1);
    expect(firsts(key)).toEqual([]);
  });

  it('another replica leads within seconds when the leader loses its connection; nothing is lost and the order stays', async () => {
    const key = uuidv7();
    for (let step = 1; step <= 20; step++) {
      if (step === 10) await db.admin.query(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database()) and granted`);
      await say(key, step);
    }
    await until(async () => firsts(key).length === 20 && (await pendingRows()) === 0);
    expect(firsts(key)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  it('a send that fails keeps every row, and a new producer sends them', async () => {
    for (const relay of relays.splice(0)) await relay.stop();
    let failures = 2;
    class Failing extends FactProducer {
      override async send(facts: Parameters<FactProducer['send']>[0]): Promise<void> {
        await super.send(facts); // the broker has it, the answer is lost
        if (failures-- > 0) throw new Error('the answer was lost');
      }
    }
    const key = uuidv7();
    for (let step = 1; step <= 5; step++) await say(key, step);
    start(() => new Failing(kafka));
    await until(async () => (await pendingRows()) === 0);
    await until(() => seen.filter((one) => one.key === key).length >= 15);
    expect(firsts(key)).toEqual([1, 2, 3, 4, 5]);
  });

  it('a row the broker refuses for good stops only its key', async () => {
    for (const relay of relays.splice(0)) await relay.stop();
    const [bad, good] = [uuidv7(), uuidv7()];
    await say(bad, 1);
    await say(good, 1);
    await say(bad, 2);
    await say(good, 2);
    start(() => new Refusing(bad));
    await until(async () => firsts(good).length === 2 && (await pendingRows()) === 2);
    expect(firsts(bad)).toEqual([]);
    for (const relay of relays.splice(0)) await relay.stop();
    start();
    await until(() => firsts(bad).length === 2);
    expect(firsts(bad)).toEqual([1, 2]);
  });

  it('500 rows of a refused key at the head do not stop the others', async () => {
    for (const relay of relays.splice(0)) await relay.stop();
    const [bad, good] = [uuidv7(), uuidv7()];
    await database.transaction({ stores: [stores.a], actor: { kind: 'system', reason: 'test' } }, async (tx) => {
      for (let step = 1; step <= 500; step++) publish(tx, Sent, { storeId: stores.a, version: step }, { parcelId: bad, step });
    });
    await say(good, 1);
    start(() => new Refusing(bad));
    await until(() => firsts(good).length === 1);
    for (const relay of relays.splice(0)) await relay.stop();
    await db.admin.query('delete from outbox');
  });

  it('a send that takes longer than the session may idle keeps the lead: it is sent once', async () => {
    for (const relay of relays.splice(0)) await relay.stop();
    let sends = 0;
    class Slow extends FactProducer {
      override async send(facts: Parameters<FactProducer['send']>[0]): Promise<void> {
        sends++;
        await pause(6_500);
        await super.send(facts);
      }
    }
    const key = uuidv7();
    await say(key, 1);
    start(() => new Slow(kafka));
    await until(async () => sends > 1 || (await pendingRows()) === 0);
    await until(() => firsts(key).length > 0);
    expect([sends, firsts(key), await pendingRows()]).toEqual([1, [1], 0]);
  });

  it('a producer that takes longer to end than the session may idle keeps the lead', async () => {
    for (const relay of relays.splice(0)) await relay.stop();
    let [refusals, gained] = [1, 0];
    /** One broker refuses at once, another is frozen and holds its part of the send. */
    class HalfFrozen extends FactProducer {
      override async send(facts: Parameters<FactProducer['send']>[0]): Promise<void> {
        if (refusals > 0) throw new Error('refused by one of the brokers');
        await super.send(facts);
      }
      override async close(): Promise<void> {
        if (refusals-- > 0) await pause(6_500);
        await super.close();
      }
    }
    class Counted extends LeaderConnection {
      override async tryLead(): Promise<boolean> {
        const before = this.leads;
        const leads = await super.tryLead();
        if (leads && !before) gained++;
        return leads;
      }
    }
    const key = uuidv7();
    await say(key, 1);
    start(() => new HalfFrozen(kafka), new Counted(db.service));
    await until(async () => firsts(key).length > 0 && (await pendingRows()) === 0);
    expect([gained, firsts(key)]).toEqual([1, [1]]);
  });

  it('a replica that does not lead asks for the lead now and then, whatever it hears', async () => {
    for (const relay of relays.splice(0)) await relay.stop();
    let tries = 0;
    class Counted extends LeaderConnection {
      override tryLead(): Promise<boolean> {
        tries++;
        return super.tryLead();
      }
    }
    start();
    await pause(300);
    const follower = new Relay(database, new Counted(db.service), () => new FactProducer(kafka));
    follower.start();
    relays.push(follower);
    await pause(300);
    await say(uuidv7(), 1); // the follower is told
    tries = 0;
    await pause(1_000);
    expect(tries).toBeLessThan(20);
  });

  it('a replica that does not lead sends nothing while the leader is at it', async () => {
    for (const relay of relays.splice(0)) await relay.stop();
    const key = uuidv7();
    let [begun, goOn, others, asked]: [() => void, () => void, number, number] = [() => undefined, () => undefined, 0, 0];
    const sending = new Promise<void>((resolve) => (begun = resolve));
    const released = new Promise<void>((resolve) => (goOn = resolve));
    class Held extends FactProducer {
      override async send(facts: Parameters<FactProducer['send']>[0]): Promise<void> {
        begun();
        await released;
        await super.send(facts);
      }
    }
    class Other extends FactProducer {
      override async send(facts: Parameters<FactProducer['send']>[0]): Promise<void> {
        others++;
        await super.send(facts);
      }
    }
    class Asking extends LeaderConnection {
      override tryLead(): Promise<boolean> {
        asked++;
        return super.tryLead();
      }
    }
    await say(key, 1);
    start(() => new Held(kafka));
    await sending;
    await say(key, 2);
    const follower = start(() => new Other(kafka), new Asking(db.service));
    await until(() => asked >= 3); // two rounds are behind it
    const meanwhile = others;
    await follower.stop();
    goOn();
    await until(() => firsts(key).length === 2);
    expect([meanwhile, firsts(key)]).toEqual([0, [1, 2]]);
  });

  it('reads ahead while one batch is being sent: one send at a time, nothing twice', async () => {
    for (const relay of relays.splice(0)) await relay.stop();
    let [sending, most, sent] = [0, 0, 0];
    class Counting extends FactProducer {
      override async send(facts: Parameters<FactProducer['send']>[0]): Promise<void> {
        most = Math.max(most, ++sending);
        await super.send(facts);
        sending--;
        sent += facts.length;
      }
    }
    const keys = Array.from({ length: 8 }, () => uuidv7());
    for (const key of keys) for (let step = 1; step <= 200; step++) await say(key, step); // three batches and more, at once
    start(() => new Counting(kafka));
    await Promise.all(keys.map(async (key) => {
      for (let step = 201; step <= 250; step++) await say(key, step);
    }));
    await until(async () => keys.every((key) => firsts(key).length === 250) && (await pendingRows()) === 0);
    for (const key of keys) expect(firsts(key)).toEqual(Array.from({ length: 250 }, (_, i) => i + 1));
    expect([most, sent]).toEqual([1, 2000]);
  });

  it('a lower id that is committed after the batch being sent was read comes before the later facts of its key', async () => {
    for (const relay of relays.splice(0)) await relay.stop();
    const key = uuidv7();
    const late = await db.admin.connect();
    await late.query(`begin; select app_open('', true)`);
    await late.query('insert into outbox (topic, key, envelope) values ($1, $2, $3)', [topic, key, JSON.stringify({ data: { step: 1 } })]);
    await say(uuidv7(), 1);
    class BetweenReads extends LeaderConnection {
      #done = false;
      override async query<Row extends pg.QueryResultRow>(sql: string, parameters?: unknown[]): Promise<Row[]> {
        const rows = await super.query<Row>(sql, parameters);
        if (sql.includes('envelope from outbox') && rows.length && !this.#done) {
          this.#done = true;
          await late.query('commit');
          late.release();
          await say(key, 2);
        }
        return rows;
      }
    }
    start(() => new FactProducer(kafka), new BetweenReads(db.service));
    await until(() => firsts(key).length === 2);
    expect(firsts(key)).toEqual([1, 2]);
  });

  it('an old open transaction that drew a low id and commits late is sent, however much went by meanwhile', async () => {
    for (const relay of relays.splice(0)) await relay.stop();
    start();
    const [key, other] = [uuidv7(), uuidv7()];
    const late = await db.admin.connect();
    await late.query(`begin; select app_open('', true)`);
    await late.query('insert into outbox (topic, key, envelope) values ($1, $2, $3)', [topic, key, JSON.stringify({ data: { step: 1 } })]);
    for (let round = 1; round <= 4; round++) {
      await database.transaction({ stores: [stores.a], actor: { kind: 'system', reason: 'test' } }, async (tx) => {
        for (let step = 1; step <= 500; step++) publish(tx, Sent, { storeId: stores.a, version: step }, { parcelId: other, step: round * 500 + step });
      });
      await until(async () => firsts(other).length === round * 500 && (await pendingRows()) === 0);
    }
    await late.query('commit');
    late.release();
    await until(() => firsts(key).length === 1);
  });

  it('facts of a topic that does not exist yet wait, say so, and stop no other', async () => {
    for (const relay of relays.splice(0)) await relay.stop();
    const missing = `${topic}-missing`;
    const [waits, goes] = [uuidv7(), uuidv7()];
    start();
    for (let step = 1; step <= 3; step++) {
      await say(waits, step, { ...Sent, topic: missing });
      await say(goes, step);
    }
    await until(async () => firsts(goes).length === 3 && (await pendingRows()) === 3);
    expect(await register.getSingleMetricAsString('outbox_waiting_topics')).toMatch(/outbox_waiting_topics 1/);
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic: missing, numPartitions: 1, replicationFactor: 1 }] });
    await until(async () => (await pendingRows()) === 0);
    const [partition] = await admin.fetchTopicOffsets(missing);
    await admin.deleteTopics({ topics: [missing] });
    await admin.disconnect();
    expect(partition!.high).toBe('3');
  });

  it('a topic that is away when one row is sent alone: the later ones of its key wait too', async () => {
    for (const relay of relays.splice(0)) await relay.stop();
    const key = uuidv7();
    let away = 1;
    class Picky extends FactProducer {
      override async send(facts: Parameters<FactProducer['send']>[0]): Promise<void> {
        if (facts.length > 1) throw new RefusedForGood('one of them is too large');
        if (away-- > 0) throw new TopicAway('its partition has no leader now');
        await super.send(facts);
      }
    }
    await say(key, 1);
    await say(key, 2);
    start(() => new Picky(kafka));
    await until(async () => firsts(key).length === 2);
    expect(firsts(key)).toEqual([1, 2]);
  });
});
