import { Database, kafka, LeaderConnection, Relay, pg, startSample, uuidv7, withTopics } from '../lib/ours.mjs';
import { demand, ratio, seconds } from '../lib/rounds.mjs';
import { manyStores } from '../lib/timers.mjs';
import { Counting, inOrder } from './relay.mjs';

/**
 * A report that takes an hour holds its snapshot: what was sent or fired since stands on in tables and indexes, half a million rows of it. The same
 * relay and the same timers drain the same rows in a database where that is so and in one where it is not.
 */
export const figure = { id: 'P4', what: 'relay and timers draining under a held snapshot with its dead rows ÷ clean, the worse of the two', unit: '×', floor: 0.4, goal: 0.7, rates: 'rows/s' };

const topic = `hq.bench-held-${process.pid}`;

export async function measure({ quick, rounds }) {
  const [dead, facts, due] = quick ? [100_000, 4_000, 1_000] : [500_000, 10_000, 3_000];
  return withTopics([topic], 6, async () => {
    const services = { held: await startSample(), clean: await startSample() };
    const holder = new pg.Client(services.held.db.service);
    const ends = [];
    try {
      await holder.connect();
      await holder.query('begin transaction isolation level repeatable read; select 1');
      await services.held.rows(`insert into outbox (topic, key, envelope) select $1, 'dead', '{}' from generate_series(1, ${dead})`, [topic]);
      await services.held.rows(`insert into timer (kind, subject, due_at, ring_at) select 'parcel.remind', gen_random_uuid(), now() - interval '1 hour', now() - interval '1 hour' from generate_series(1, ${dead})`);
      await services.held.rows('delete from outbox');
      await services.held.rows('delete from timer');
      for (const service of Object.values(services)) await service.rows('analyze outbox, timer');

      const relays = {};
      let sent = 0;
      for (const [name, { db }] of Object.entries(services)) {
        const database = new Database(db, 2);
        await database.open();
        const producer = new Counting(kafka());
        const relay = new Relay(database, new LeaderConnection(db.service), () => producer);
        relays[name] = { producer, relay };
        ends.push(async () => {
          await relay.stop();
          await database.stop();
        });
        relay.start();
      }
      const relay = (name) => async () => {
        const { producer, relay } = relays[name];
        const key = uuidv7();
        const done = producer.reaches(producer.acknowledged + facts);
        await services[name].rows(`insert into outbox (topic, key, envelope) select $1, $2, '{"data":{"step":' || s || '}}' from generate_series(1, $3::int) s`, [topic, key, facts]);
        const took = await seconds(async () => {
          relay.wake(false);
          await done;
        });
        sent += facts;
        return facts / took;
      };
      const timers = (name) => async () => {
        const service = services[name];
        await service.rows('truncate parcel_rung');
        await service.rows(`with p as (insert into parcel (id, store_id, version, state) select gen_random_uuid(), ($1::uuid[])[1 + i % cardinality($1::uuid[])], 1, 'packed' from generate_series(1, $2::int) i returning id, store_id)
          insert into timer (kind, subject, due_at, ring_at, store_id) select 'parcel.remind', id, now(), now(), store_id from p`, [manyStores, due]);
        const took = await seconds(() => service.fireDue());
        const [{ n, parcels }] = await service.rows('select count(*)::int as n, count(distinct parcel_id)::int as parcels from parcel_rung');
        demand(n === due && parcels === due, `${n} rung of ${due}, ${parcels} different`);
        return due / took;
      };
      const [ofRelay, ofTimers] = [await ratio(rounds, relay('held'), relay('clean')), await ratio(rounds, timers('held'), timers('clean'))];
      for (const end of ends.splice(0)) await end();
      await inOrder(topic, sent);
      const worse = ofRelay.value < ofTimers.value ? ofRelay : ofTimers;
      const words = ({ value, ours, peer }) => `${value.toFixed(2)} (${Math.round(ours)} against ${Math.round(peer)}/s)`;
      return { ...worse, also: `${dead.toLocaleString('en')} dead rows; relay ${words(ofRelay)}, timers ${words(ofTimers)}` };
    } finally {
      for (const end of ends) await end();
      await holder.end();
      for (const service of Object.values(services)) await service.stop();
    }
  });
}
