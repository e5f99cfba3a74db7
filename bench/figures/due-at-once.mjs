import { createRequire } from 'node:module';
import { rawPool, stack, startSample, Timers } from '../lib/ours.mjs';
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
  const raw = rawPool(service, 20);
  const redis = new URL(stack.redisUrl);
  const queue = new Queue('bench-alone', { connection: { host: redis.hostname, port: Number(redis.port) }, defaultJobOptions: { removeOnComplete: true } });
  let worker;
  try {
    await prepare(admin);
    await pending(admin, waiting);
    await admin.query('analyze timer');
    for (let from = 0; from < waiting && !size; from += 5_000) await queue.addBulk(Array.from({ length: 5_000 }, (_, i) => ({ name: 'far', data: {}, opts: { delay: 30 * 24 * 3600_000 + from + i } })));
    service.get(Timers).start();
    worker = new Worker('bench-alone', async ({ data: { id, storeId } }) => {
      const client = await raw.connect();
      try {
        await client.query(`begin; select app_open('${storeId}', true)`);
        await client.query({ name: 'lock', text: 'select id, state from parcel where id = $1 for no key update', values: [id] });
        await client.query({ name: 'effect', text: 'insert into parcel_rung (store_id, parcel_id, at) values ($1, $2, now())', values: [storeId, id] });
        await client.query('commit');
      } finally {
        client.release();
      }
    }, { connection: queue.opts.connection, concurrency: 20 });
    const ours = async () => {
      await due(admin, at, aheadMs);
      return (await effects(admin)).p99;
    };
    const peer = async () => {
      const instant = (await due(admin, at, 4_000)).getTime();
      const { rows } = await admin.query(`with due as (delete from timer using bench_due d where kind = 'parcel.remind' and subject = d.id returning subject) select p.id, p.store_id from due join parcel p on p.id = subject`);
      for (let from = 0; from < rows.length; from += 1_000) await queue.addBulk(rows.slice(from, from + 1_000).map(({ id, store_id: storeId }) => ({ name: 'due', data: { id, storeId }, opts: { delay: instant - Date.now() } })));
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
