import { createRequire } from 'node:module';
import { pg, stack, startSample, stores, Timers } from '../lib/ours.mjs';
import { aheadMs, due, effects, pending, prepare } from '../lib/timers.mjs';
import { alone, ratio } from '../lib/rounds.mjs';

const require = createRequire(import.meta.url);
const { Queue, Worker } = require('bullmq');

/**
 * So many are due at the same instant (calls due at nine), while a million wait. Ours: rows, a ring, a batch a transaction. BullMQ alone: a delayed job
 * a timer, 20 at a time, with the same durable effect under the same lock, and gone when Redis is.
 */
export const figure = { id: 'P7', what: 'p99 lag of timers due at once ÷ BullMQ alone with the same durable effect', unit: '×', floor: 1, goal: 0.2, less: true, byData: true, rates: 'ms' };

export async function measure({ quick, rounds, size }) {
  const [waiting, at] = size ? [(quick ? 1_000 : 10_000) * size, 2_000] : quick ? [20_000, 2_000] : [1_000_000, 10_000];
  const service = await startSample();
  const admin = service.db.admin;
  const raw = new pg.Pool({ connectionString: service.db.service, max: 20 });
  const redis = new URL(stack.redisUrl);
  const queue = new Queue('bench-alone', { connection: { host: redis.hostname, port: Number(redis.port) }, defaultJobOptions: { removeOnComplete: true } });
  let worker;
  try {
    await prepare(admin);
    await pending(admin, waiting);
    await admin.query('analyze timer');
    for (let from = 0; from < waiting && !size; from += 5_000) await queue.addBulk(Array.from({ length: 5_000 }, (_, i) => ({ name: 'far', data: {}, opts: { delay: 30 * 24 * 3600_000 + from + i } })));
    service.get(Timers).start();
    worker = new Worker('bench-alone', async ({ data: { id } }) => {
      const client = await raw.connect();
      try {
        await client.query(`begin; select app_open('${stores.a}', true)`);
        await client.query({ name: 'lock', text: 'select id, state from parcel where id = $1 for no key update', values: [id] });
        await client.query({ name: 'effect', text: 'insert into parcel_rung (store_id, parcel_id, at) values ($1, $2, now())', values: [stores.a, id] });
        await client.query('commit');
      } finally {
        client.release();
      }
    }, { connection: queue.opts.connection, concurrency: 20 });
    const ours = async () => {
      await due(admin, stores.a, at, aheadMs);
      return (await effects(admin)).p99;
    };
    const peer = async () => {
      const { rows } = await admin.query(`with p as (insert into parcel (id, store_id, version, state) select gen_random_uuid(), $1, 1, 'packed' from generate_series(1, $2::int) returning id)
        insert into bench_due select id, date_trunc('milliseconds', clock_timestamp()) + interval '4 s' from p returning id, due`, [stores.a, at]);
      const instant = Math.max(...rows.map(({ due }) => due.getTime()));
      await admin.query('update bench_due set due = to_timestamp($1::float8 / 1000)', [instant]);
      for (let from = 0; from < rows.length; from += 1_000) await queue.addBulk(rows.slice(from, from + 1_000).map(({ id }) => ({ name: 'due', data: { id }, opts: { delay: instant - Date.now() } })));
      return (await effects(admin)).p99;
    };
    const result = size ? await alone(rounds, ours) : await ratio(rounds, ours, peer, quick);
    return { ...result, also: `${at.toLocaleString('en')} at once, ${waiting.toLocaleString('en')} waiting` };
  } finally {
    await worker?.close(true);
    await queue.obliterate({ force: true, count: 20_000 });
    await queue.close();
    await raw.end();
    await service.stop();
  }
}
