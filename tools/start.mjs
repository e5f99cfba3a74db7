// npm start: the whole platform with demo data; prints where to look. Ctrl-C stops all, also while it is still starting.
import fs from 'node:fs';
import { addressFile, elsewhere, home, portBase } from './platform/here.mjs';
import { prepare } from './stack/prepare.mjs';

const began = performance.now();
const log = (/** @type {string} */ line) => console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(5)} s  ${line}`);

const end = new AbortController();
const { signal } = end;
/** Rejects at Ctrl-C. @type {Promise<never>} */
const ended = new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
ended.catch(() => undefined);
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(name, () => {
    if (!signal.aborted) log('stopping …');
    end.abort(new Error(`stopped by ${name}`));
  });
}

/** What is stopped at the end, the last one first. @type {(() => Promise<unknown>)[]} */
const stops = [];
try {
  await Promise.race([prepare({ log }), ended]);
  // Only now are the npm packages there for certain.
  const { startPlatform, services } = await import('./platform/platform.mjs');
  const { loadDemo } = await import('./demo/demo.mjs');
  const { startQueueBoard } = await import('./platform/queue-board.mjs');
  // Not raced: it stops by itself what it has started.
  const platform = await startPlatform({ dir: home, portBase, log, signal });
  stops.push(platform.stop);
  const board = await startQueueBoard({ port: portBase + 18, redisUrl: platform.stack.redisUrl, services });
  stops.push(board.stop);
  await Promise.race([loadDemo(platform.addresses, log), ended]);
  fs.writeFileSync(addressFile, JSON.stringify(platform.addresses, null, 2));
  stops.push(async () => fs.rmSync(addressFile, { force: true }));
  log('ready\n');
  const lines = [
    ['API documents', ...services.map((service) => `${platform.url(service)}/api/${service}/docs`)],
    ['Queue board', board.url],
    ['Sent mail', platform.mail.http],
    ['Sent SMS', platform.sms],
    ["Maker's system", platform.maker],
    ['Sign-in', `${platform.issuer}  login <role>.<store>, e.g. advisor.a, crm-agent.b, hq-admin; password demo`],
    ['Token', `curl -s -d grant_type=password -d client_id=aftersales-cli -d username=advisor.a -d password=demo ${platform.issuer}/token`],
    ['Logs', home],
    ['Next', `${elsewhere('npm run journey')}   (one car from booking to CSI, in another terminal)`],
  ];
  for (const [title, ...rest] of lines) rest.forEach((line, i) => console.log(`  ${(i ? '' : /** @type {string} */ (title)).padEnd(16)}${line}`));
  console.log('\n  Ctrl-C stops everything.');
  await ended;
} catch (error) {
  if (!signal.aborted) {
    console.error(`\nThe platform could not start: ${/** @type {Error} */ (error).message}\nnpm run doctor says what is missing.`);
    process.exitCode = 1;
  }
} finally {
  for (const stop of stops.reverse()) await stop();
  if (signal.aborted) log('stopped');
  process.exit();
}
