import { Module } from '@nestjs/common';
import { CalendarChanged } from '@aftersales/contracts/hq/calendar';
import { PolicyChanged } from '@aftersales/contracts/hq/policy';
import { StaffChanged } from '@aftersales/contracts/hq/staff';
import { StoreChanged } from '@aftersales/contracts/hq/store';
import type { AnyContract, DataOf } from '@aftersales/contracts/kernel/event';
import { kafkaClient } from '@aftersales/platform/bus/kafka';
import { readSettings } from '@aftersales/platform/config/config';
import { Database } from '@aftersales/platform/database/database';
import { LeaderConnection } from '@aftersales/platform/outbox/leader-connection';
import { buildService, type BuiltService } from '@aftersales/platform/service/build-service';
import { stack } from '@aftersales/platform/testing/stack';
import { createTestDatabase, type TestDatabase } from '@aftersales/platform/testing/test-database';
import { Rings } from '@aftersales/platform/timers/rings';
import type { Admin, Kafka } from 'kafkajs';
import pino from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { DirectoryModule } from './directory.module';

@Module({ imports: [DirectoryModule.for('claims')] })
class Claims {}

const silent = pino({ level: 'silent' });
const away = ['127.0.0.1:1'];
const topics = [StoreChanged, CalendarChanged, PolicyChanged, StaffChanged].map(({ topic }) => topic);

describe('a service is ready when it has read the directory to its end', () => {
  let kafka: Kafka;
  let admin: Admin;
  let made = false;
  let db: TestDatabase;
  let service: BuiltService | undefined;

  beforeAll(async () => {
    kafka = kafkaClient('directory-test', stack.brokers, silent);
    admin = kafka.admin();
    await admin.connect();
    made = await admin.createTopics({ waitForLeaders: true, topics: topics.map((topic) => ({ topic, numPartitions: 2, replicationFactor: 1 })) });
    await admin.deleteGroups(['claims']).catch(() => undefined);
  });
  afterAll(async () => {
    if (made) await admin.deleteTopics({ topics });
    await admin.disconnect();
  });
  beforeEach(async () => (db = await createTestDatabase('claims')));
  afterEach(async () => {
    await stop();
    await db.drop();
  });

  /** A process of the service on the database as the last one left it. */
  const start = async (brokers: readonly string[]): Promise<void> => {
    const read = readSettings({ AFTERSALES_ENV: 'test', AFTERSALES_PORT: '1', DATABASE_URL: db.service, SYSTEM_DATABASE_URL: db.system, REDIS_URL: stack.redisUrl, KAFKA_BROKERS: brokers.join(','), OIDC_ISSUER: 'http://issuer.example' }, {});
    if ('faults' in read) throw new Error(read.faults.join());
    service = await buildService({ name: 'claims', module: Claims }, read.settings, silent, kafkaClient('claims', brokers, silent));
    await service.app.startAllMicroservices();
    await service.app.init();
    await service.app.getHttpAdapter().getInstance().ready();
  };
  const stop = async (): Promise<void> => {
    const app = service?.app;
    service = undefined;
    await app?.close();
    await app?.get(Rings).stop();
    await app?.get(LeaderConnection).close();
    await app?.get(Database).stop();
  };
  const ready = async (): Promise<boolean> => (await service!.app.inject({ method: 'GET', url: '/health/ready' })).statusCode === 200;
  const stores = async (): Promise<number> => Number((await db.admin.query('select count(*) as n from directory_store')).rows[0].n);

  const store = (storeId: string): DataOf<typeof StoreChanged> => ({ storeId, version: 1, code: storeId, region: 'north', brands: ['nova'], market: 'TW', zone: 'Asia/Taipei', currency: 'TWD', locale: 'zh-TW', name: 'Store', phone: '+886255501001', address: 'Demo Road 1', closed: false });
  const say = async <C extends AnyContract>(contract: C, data: readonly DataOf<C>[]) => {
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic: contract.topic, messages: data.map((one) => {
      const key = contract.key(one);
      return { key, value: JSON.stringify({ specversion: '1.0', id: uuidv7(), source: '/aftersales/hq', type: contract.type, subject: key, time: new Date().toISOString(), datacontenttype: 'application/json', aggregateversion: 1, data: one }) };
    }) });
    await producer.disconnect();
  };

  it('one that read a part of it and then lost the broker is not', async () => {
    const storeId = uuidv7();
    await db.admin.query('insert into directory_store (id, version, data) values ($1, 1, $2)', [storeId, JSON.stringify(store(storeId))]);
    await start(away);
    expect(await ready()).toBe(false);
  });

  it('one that once read it to the end is at once, whatever became of the broker; one that never did waits for it', async () => {
    await start(away);
    expect(await ready()).toBe(false);
    await stop();

    await say(StoreChanged, Array.from({ length: 300 }, () => store(uuidv7())));
    await say(StaffChanged, [{ staffId: uuidv7(), version: 1, posts: [] }]);
    await start(stack.brokers);
    for (const end = Date.now() + 30_000; !(await ready()); ) if (Date.now() > end) throw new Error('not ready within 30 s');
    expect(await stores()).toBeGreaterThanOrEqual(300);
    await stop();

    await start(away);
    expect(await ready()).toBe(true);
  });
});
