import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createTopics } from '../../tools/stack/topics.mjs';
import { createTestDatabase, root, stack } from '../lib/ours.mjs';
import { freePort } from '../lib/process.mjs';
import { demand, spread } from '../lib/rounds.mjs';

const { topics } = createRequire(import.meta.url)('@aftersales/contracts/catalogue');

/** hq as it is deployed, on an empty database with its tables, all topics there: from the start of the process to its first 200 on /health/started, and what it holds then. */
export const figure = { id: 'P12', what: 'one service (hq) from its start to started', unit: 's', floor: 2, goal: 1.3, less: true };

const [floorMb, goalMb] = [180, 140];

export async function measure({ rounds }) {
  const db = await createTestDatabase('hq');
  try {
    await createTopics(stack.brokers.join(','), topics());
    const [took, held] = [[], []];
    for (let round = -1; round < rounds; round++) {
      const port = await freePort();
      const from = performance.now();
      const child = spawn(process.execPath, [path.join(root, 'services/hq/dist/main.js')], { stdio: 'ignore', env: {
        PATH: process.env.PATH, AFTERSALES_ENV: 'test', AFTERSALES_PORT: String(port), AFTERSALES_HOST: '127.0.0.1', DATABASE_URL: db.service, SYSTEM_DATABASE_URL: db.system, REDIS_URL: stack.redisUrl, KAFKA_BROKERS: stack.brokers.join(','), OIDC_ISSUER: 'http://127.0.0.1:1',
      } });
      try {
        while (!(await fetch(`http://127.0.0.1:${port}/health/started`).catch(() => undefined))?.ok) {
          demand(child.exitCode === null, `it ended with ${child.exitCode}`);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        const started = (performance.now() - from) / 1000;
        await new Promise((resolve) => setTimeout(resolve, 2_000)); // joined its group, first sweep done
        const mb = Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024;
        if (round >= 0) {
          took.push(started);
          held.push(mb);
        }
      } finally {
        child.kill('SIGKILL');
        await new Promise((resolve) => (child.exitCode === null && child.signalCode === null ? child.once('exit', resolve) : resolve()));
      }
    }
    const mb = spread(held).value;
    return { ...spread(took), rounds, also: `${mb.toFixed(0)} MB held, floor ${floorMb} goal ${goalMb}: ${mb <= goalMb ? 'goal' : mb <= floorMb ? 'floor' : 'MISSED'}` };
  } finally {
    await db.drop();
  }
}
