import { createRequire } from 'node:module';
import { stack, startSample, Timers } from '../lib/ours.mjs';
import { aheadMs, due, effects, pending, prepare } from '../lib/timers.mjs';

const require = createRequire(import.meta.url);
const IORedis = require('ioredis');

/** 200 timers a second fall due one after the other while a million wait: how late the 99th of a hundred is, and what Redis holds for it. */
export const figure = { id: 'P8', what: 'p99 lag of 200 timers a second', unit: 'ms', floor: 100, goal: 15, less: true };

const [floorMb, goalMb] = [64, 16];

export async function measure({ quick, size }) {
  const waiting = size ? (quick ? 1_000 : 10_000) * size : quick ? 20_000 : 1_000_000;
  const seconds = quick ? 5 : 30; // after a million rows were written PostgreSQL is busy with them for a while: 25 ms in the first six seconds
  const service = await startSample();
  const redis = new IORedis(stack.redisUrl);
  const used = async () => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))[1]) / 2 ** 20;
  let looking;
  try {
    await prepare(service.db.admin);
    const before = await used();
    let most = 0;
    looking = setInterval(() => void used().then((mb) => (most = Math.max(most, mb))), 200);
    await pending(service.db.admin, waiting);
    await service.rows('analyze timer');
    service.get(Timers).start();
    const lag = async (seconds) => {
      await due(service.db.admin, 200 * seconds, aheadMs, 5);
      return (await effects(service.db.admin)).p99;
    };
    if (!quick) await lag(1); // to warm up
    const p99 = await lag(seconds);
    const mb = most - before;
    return { value: p99, also: `Redis ${mb.toFixed(1)} MB, floor ${floorMb} goal ${goalMb}: ${mb <= goalMb ? 'goal' : mb <= floorMb ? 'floor' : 'MISSED'}; ${waiting.toLocaleString('en')} waiting` };
  } finally {
    clearInterval(looking);
    redis.disconnect();
    await service.stop();
  }
}
