// npm run bench [-- --quick] [--growth | --footprint [--visits n]] [--only P1,P3] [--profile native|slow] [--rounds n] [--save] [--port-base 5480]
import { fork } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startStack } from '../tools/stack/stack.mjs';
import { probe, slowSync } from './lib/storage.mjs';
import { footprint } from './lib/footprint.mjs';
import { draw, grownLine, grows } from './lib/growth.mjs';
import { line, save } from './lib/results.mjs';

const files = {
  P1: 'command', P2: 'wake-up', P3: 'relay', P4: 'held-snapshot', P5: 'consumer', P6: 'way', P7: 'due-at-once', P8: 'steady-timers', P9: 'takeover', P10: 'restart', P11: 'csi', P12: 'boot',
};
const { values } = parseArgs({ options: {
  quick: { type: 'boolean', default: false }, growth: { type: 'boolean', default: false }, footprint: { type: 'boolean', default: false }, visits: { type: 'string' }, only: { type: 'string' }, profile: { type: 'string' }, save: { type: 'boolean', default: false }, rounds: { type: 'string' }, 'port-base': { type: 'string', default: '5480' },
} });
if (values.footprint) {
  await footprint({ visits: Number(values.visits ?? (values.quick ? 10 : 100)), portBase: Number(values['port-base']), save: values.save });
  process.exit();
}
const wanted = values.only?.split(',') ?? (values.growth ? grows : Object.keys(files));
for (const id of wanted) if (!(id in files)) throw new Error(`there is no figure ${id}: ${Object.keys(files).join(', ')}`);
const sizes = values.growth ? [1, 10, 100] : [undefined];
const profiles = values.profile ? [values.profile] : values.quick || values.growth ? ['native'] : ['native', 'slow'];

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'aftersales-bench-'));
fs.chmodSync(scratch, 0o755); // PostgreSQL runs as somebody else when we are root
const storage = slowSync(scratch);
const stack = await startStack({
  dir: '.run/bench', portBase: Number(values['port-base']), nativeOnly: true, log: () => undefined,
  postgres: { ...storage.postgres, settings: ['track_commit_timestamp = on'] },
});
const admin = new pg.Client(stack.databaseAdminUrl);
admin.on('error', () => undefined); // a run that is broken off stops the server before it
let failed = 0;
const grown = {};
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stack.stop().then(() => process.exit(130)));
try {
  await admin.connect();
  console.log(`${os.cpus().length} × ${os.cpus()[0].model}, ${Math.round(os.totalmem() / 2 ** 30)} GB, Node ${process.version}; load ${os.loadavg().map((n) => n.toFixed(1)).join(' ')}${values.quick ? '; quick' : ''}`);
  for (const profile of profiles) {
    const slow = profile === 'slow';
    await storage.slower(0, admin);
    const undelayed = await probe(admin);
    await storage.slower(slow ? 1000 : 0, admin);
    const commit = await probe(admin);
    console.log(`\n${slow ? `storage: +1 ms per sync of the WAL (${storage.how})` : 'storage: native'}; a commit alone takes ${commit.median.toFixed(2)} ms (p10 ${commit.p10.toFixed(2)}, p90 ${commit.p90.toFixed(2)})${slow ? `, without the delay p10 ${undelayed.p10.toFixed(2)}` : ''}`);
    if (slow && commit.p10 - undelayed.p10 < 0.8) throw new Error('the delay is not on: a commit is not 1 ms longer');
    for (const id of wanted) for (const size of sizes) {
      const measured = await inOwnProcess({ file: files[id], options: { quick: values.quick, slow, size, rounds: Number(values.rounds ?? (size ? 3 : values.quick ? 1 : 7)) } });
      if (!measured) continue;
      if (measured.failed) failed++;
      console.log(`${(performance.now() / 1000).toFixed(0).padStart(5)} s  ${size && !measured.failed ? grownLine(id, size, measured.result) : line(measured, values.quick)}`);
      if (size && !measured.failed) (grown[id] ??= {})[size] = measured.result;
      if (values.save && !size && !measured.failed) save({ ...measured, profile, quick: values.quick, commit, load: os.loadavg()[0] });
    }
  }
  if (values.growth && values.save) draw(grown, { quick: values.quick, load: os.loadavg()[0] });
} finally {
  await admin.end();
  await stack.stop();
  fs.rmSync(scratch, { recursive: true });
}
process.exitCode = failed ? 1 : 0;

function inOwnProcess(task) {
  const child = fork(new URL('lib/one.mjs', import.meta.url), [JSON.stringify(task)], {
    env: { ...process.env, TEST_DATABASE_URL: stack.databaseAdminUrl, TEST_REDIS_URL: stack.redisUrl, TEST_KAFKA_BROKERS: stack.kafkaBrokers, NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return new Promise((resolve) => {
    let answer = { figure: { id: task.file }, failed: 'it died' };
    child.on('message', (message) => (answer = message));
    child.on('exit', () => resolve(answer.result === null ? undefined : answer)); // null: this figure has nothing to say on this storage
  });
}
