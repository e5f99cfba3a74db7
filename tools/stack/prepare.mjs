// Installs what `npm start` and `npm test` need and is missing; quick when all is there.
import fs from 'node:fs';
import path from 'node:path';
import { cacheDir, root } from './cache.mjs';
import { dockerAnswers } from './docker.mjs';
import { kafkaJars, kafkaJarsName } from './kafka.mjs';
import { postgresBinaries } from './postgres.mjs';
import { ensurePrograms, run } from './run.mjs';

/** npm writes its own copy of the lock file last, so an older or absent copy means an older or half install. */
export function npmPackagesMissing() {
  const installed = path.join(root, 'node_modules', '.package-lock.json');
  const wanted = path.join(root, 'package-lock.json');
  return !fs.existsSync(installed) || fs.statSync(wanted).mtimeMs > fs.statSync(installed).mtimeMs;
}

/**
 * @param {string} what
 * @param {(line: string) => void} log
 * @param {() => Promise<unknown>} work
 */
async function step(what, log, work) {
  const began = performance.now();
  log(`${what} …`);
  await work();
  log(`${what}: done in ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

/** @param {{ log?: (line: string) => void }} [options] */
export async function prepare({ log = console.error } = {}) {
  if (npmPackagesMissing()) {
    await step('npm packages (npm ci)', log, () => run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root, onLine: (line) => log(`  ${line}`) }));
  }
  const { env } = process;
  const given = { postgres: env['DATABASE_URL'], redis: env['REDIS_URL'], kafka: env['KAFKA_BROKERS'] };
  if ((given.postgres && given.redis && given.kafka) || (await dockerAnswers())) return;
  if (!given.postgres) await postgresBinaries();
  if (!given.redis) await ensurePrograms(['redis-server'], log);
  if (given.kafka) return;
  await ensurePrograms(['java'], log);
  if (fs.existsSync(path.join(cacheDir(), kafkaJarsName()))) return;
  await ensurePrograms(['mvn'], log);
  await step("Kafka's jars (Maven, 43 MB)", log, kafkaJars);
}
