import { fork } from 'node:child_process';
import net from 'node:net';
import { stack } from './ours.mjs';

export const freePort = () => new Promise((resolve) => {
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

/** @returns a service of that name on its database, listening; `told` are its store and its people, `known` is its name in pg_stat_activity */
export async function startProcess({ name, db, issuer = 'http://127.0.0.1:1', known = name }) {
  const port = await freePort();
  const child = fork(new URL('service-process.mjs', import.meta.url), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      PATH: process.env.PATH, PGAPPNAME: known, BENCH_SERVICE: name, AFTERSALES_ENV: 'test', AFTERSALES_PORT: String(port), AFTERSALES_HOST: '127.0.0.1', AFTERSALES_LOG_LEVEL: 'error',
      DATABASE_URL: db.service, SYSTEM_DATABASE_URL: db.system, REDIS_URL: stack.redisUrl, KAFKA_BROKERS: stack.brokers.join(','), OIDC_ISSUER: issuer,
    },
  });
  const exit = new Promise((resolve) => child.once('exit', resolve));
  const told = await Promise.race([new Promise((resolve) => child.once('message', resolve)), exit.then((code) => Promise.reject(new Error(`the service ended with ${code}`)))]);
  return {
    port, told, pid: child.pid,
    async ready() {
      while ((await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => ({ status: 0 }))).status !== 200) await new Promise((resolve) => setTimeout(resolve, 50));
    },
    async end(signal = 'SIGKILL') {
      child.kill(signal);
      await exit;
    },
  };
}
