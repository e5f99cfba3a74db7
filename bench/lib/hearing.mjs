// A whole service in this process that hears on a real broker, with a handler as a projection needs it: for a batch at once.
import { Module } from '@nestjs/common';
import { createRequire } from 'node:module';
import { Consumer, createTestDatabase, kafka, OnBatch, ParcelSent, sample, sampleMigrations, stack, withTopics } from './ours.mjs';

const require = createRequire(import.meta.url);
const { buildService } = require('@aftersales/platform/service/build-service');
const { readSettings } = require('@aftersales/platform/config/config');
const { pino } = require('pino');

/** The parcel as it stands after the facts, and a note of each, so that a loss, a double or a wrong order shows. */
export const projection = {
  state: `insert into parcel (id, store_id, version, state)
    select distinct on (id) id, store_id, step, 'sent' from unnest($1::uuid[], $2::uuid[], $3::int[]) as t(id, store_id, step) order by id, step desc
    on conflict (id) do update set version = excluded.version, state = excluded.state where parcel.version < excluded.version`,
  note: `insert into parcel_heard (store_id, parcel_id, step) select store_id, id, step from unnest($1::uuid[], $2::uuid[], $3::int[]) with ordinality as t(id, store_id, step, n) order by n`,
};

/** @param {string} topic @param {(service) => Promise<T>} work @template T */
export async function hearing(topic, work) {
  const Heard = { ...ParcelSent, topic };
  class Projecting {
    async sent(tx, facts) {
      const columns = [facts.map(({ data }) => data.parcelId), facts.map(({ storeId }) => storeId), facts.map(({ data }) => data.step)];
      await tx.query(projection.state, columns);
      await tx.query(projection.note, columns);
    }
  }
  OnBatch(Heard)(Projecting.prototype, 'sent', Object.getOwnPropertyDescriptor(Projecting.prototype, 'sent'));
  Consumer('hq.projection')(Projecting);
  class Hearers {}
  Module({ imports: [sample.module], controllers: [Projecting] })(Hearers);

  const db = await createTestDatabase('hq', sampleMigrations);
  const { settings } = readSettings({
    AFTERSALES_ENV: 'test', AFTERSALES_PORT: '1', DATABASE_URL: db.service, SYSTEM_DATABASE_URL: db.system, REDIS_URL: stack.redisUrl, KAFKA_BROKERS: stack.brokers.join(','), OIDC_ISSUER: 'http://127.0.0.1:1',
  }, {});
  const { app, bus } = await buildService({ name: 'hq', module: Hearers }, settings, pino({ level: 'silent' }), kafka('hq', 60));
  await app.startAllMicroservices();
  await app.init();
  try {
    return await withTopics(bus.topics, 3, async () => {
      while (!bus.joined) await new Promise((resolve) => setTimeout(resolve, 20));
      return work({ bus, db });
    });
  } finally {
    await app.close();
    for (const [file, name] of [['timers/rings', 'Rings'], ['database/database', 'Database']]) await app.get(require(`@aftersales/platform/${file}`)[name]).stop();
    await db.drop();
  }
}
