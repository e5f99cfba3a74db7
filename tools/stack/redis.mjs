// Redis as the timers need it: nothing evicted, every write in the append-only file.
import fs from 'node:fs';
import path from 'node:path';
import { Part } from './process.mjs';
import { probeRedis } from './probes.mjs';
import { onPath } from './run.mjs';

/** @param {{ dir: string, port: number, log: (line: string) => void }} options */
export function redisPart({ dir, port, log }) {
  const home = path.join(dir, 'redis');
  // Redis overwrites its command line with its first word and the port; naming the folder there keeps it ours.
  const argv0 = `redis-server@${home}`;
  const part = new Part({
    name: 'redis',
    file: path.join(dir, 'redis'),
    marks: [`${argv0} `],
    ports: [port],
    prepare: async () => void fs.mkdirSync(home, { recursive: true }),
    run: () => ({
      command: onPath('redis-server') ?? 'redis-server',
      args: [
        '--port', String(port), '--bind', '127.0.0.1', '--dir', home, '--daemonize', 'no',
        '--appendonly', 'yes', '--save', '', '--maxmemory-policy', 'noeviction',
        '--hz', '100', // delayed jobs wake at this rate: 10 (the default) is 100 ms late
      ],
      options: { argv0, cwd: home },
    }),
    probe: () => probeRedis(port),
    stopSignal: 'SIGTERM',
  }, log);
  return { part, url: `redis://127.0.0.1:${port}` };
}
