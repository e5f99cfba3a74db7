// npm start: the whole platform with demo data; prints where to look. Ctrl-C stops all.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepare } from './stack/prepare.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const began = performance.now();
const log = (/** @type {string} */ line) => console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(5)} s  ${line}`);

await prepare({ log });
// Only now are the npm packages there for certain.
const { startPlatform, services } = await import('./platform/platform.mjs');
const { loadDemo } = await import('./demo/demo.mjs');
const { startQueueBoard } = await import('./platform/queue-board.mjs');

const dir = path.join(root, '.run', 'start');
const portBase = Number(process.env['PORT_BASE'] ?? 8440);
const platform = await startPlatform({ dir, portBase, log }).catch((error) => {
  console.error(`\nThe platform could not start: ${error.message}\nnpm run doctor says what is missing.`);
  process.exit(1);
});
let stopping = false;
const stop = async (/** @type {number} */ code) => {
  if (stopping) return;
  stopping = true;
  log('stopping …');
  fs.rmSync(path.join(dir, 'platform.json'), { force: true });
  await platform.stop();
  process.exit(code);
};
process.on('SIGINT', () => void stop(0));
process.on('SIGTERM', () => void stop(0));
process.on('SIGHUP', () => void stop(0));

try {
  const board = await startQueueBoard({ port: portBase + 18, redisUrl: platform.stack.redisUrl, services });
  await loadDemo(platform.addresses, log);
  fs.writeFileSync(path.join(dir, 'platform.json'), JSON.stringify(platform.addresses, null, 2));
  log('ready\n');
  const lines = [
    ['API documents', ...services.map((service) => `${platform.url(service)}/api/${service}/docs`)],
    ['Queue board', board],
    ['Sent mail', platform.mail.http],
    ['Sent SMS', platform.sms],
    ["Maker's system", platform.maker],
    ['Sign-in', `${platform.issuer}  login <role>.<store>, e.g. advisor.a, crm-agent.b, hq-admin; password demo`],
    ['Token', `curl -s -d grant_type=password -d client_id=aftersales-cli -d username=advisor.a -d password=demo ${platform.issuer}/token`],
    ['Logs', dir],
    ['Next', 'npm run journey   (one car from booking to CSI, in another terminal)'],
  ];
  for (const [title, ...rest] of lines) rest.forEach((line, i) => console.log(`  ${(i ? '' : /** @type {string} */ (title)).padEnd(16)}${line}`));
  console.log('\n  Ctrl-C stops everything.');
} catch (error) {
  console.error(error);
  await stop(1);
}
