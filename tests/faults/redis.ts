import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fault, type Fault } from './fault';
import { pause } from './ground';

// Redis only rings: whatever becomes of it, commands don't notice, and the sweep finds what was not rung.

export const redis: readonly Fault[] = [
  fault('Redis is emptied: commands do not notice', { touches: ['redis'] }, async (ground) => ground.withRedis(async (redis) => {
    const keys = await redis.dbsize();
    await redis.flushall();
    await ground.more({ policy: 5, booking: 5 });
    return { disturbed: { 'keys gone': keys } };
  })),

  fault('Redis is killed, loses its file, and comes back empty', { touches: ['redis'] }, async (ground) => {
    const keys = await ground.withRedis((redis) => redis.dbsize());
    const server = ground.redisServer;
    await server.kill9();
    await ground.more({ policy: 5, booking: 5 });
    rmSync(join(dirname(server.spec.file), 'redis', 'appendonlydir'), { recursive: true, force: true });
    await server.start();
    const after = await ground.withRedis((redis) => redis.dbsize());
    return { disturbed: { 'keys gone': Math.max(0, keys - after) } };
  }),

  fault('Redis is frozen 15 s', { touches: ['redis'] }, async (ground) => {
    ground.signal(ground.redisServer, 'SIGSTOP');
    const silent = await ground.withRedis((redis) => Promise.race([redis.ping().then(() => 0), pause(1_000).then(() => 1)]));
    await ground.more({ policy: 5, booking: 10 });
    await pause(12_000);
    ground.signal(ground.redisServer, 'SIGCONT');
    return { disturbed: { 'pings not answered': silent } };
  }),

  fault('Redis throws away what it likes: a wrong eviction policy and too little memory', { touches: ['redis'] }, async (ground) => ground.withRedis(async (redis) => {
    const evicted = async (): Promise<number> => Number(/evicted_keys:(\d+)/.exec(await redis.info('stats'))![1]);
    const before = await evicted();
    await redis.config('SET', 'maxmemory-policy', 'allkeys-random');
    await redis.config('SET', 'maxmemory', '1mb');
    await ground.more({ policy: 5, booking: 20 });
    const gone = (await evicted()) - before;
    await redis.config('SET', 'maxmemory', '0');
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    return { disturbed: { 'keys evicted': gone } };
  })),
];
