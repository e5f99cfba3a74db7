// PostgreSQL, Redis and Kafka on this machine: given by the environment, else Docker, else native processes.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createDatabases } from './databases.mjs';
import { composeStop, composeUp, dockerAnswers } from './docker.mjs';
import { kafkaJarsName, kafkaParts } from './kafka.mjs';
import { cacheDir } from './cache.mjs';
import { postgresPart } from './postgres.mjs';
import { Part, startTime } from './process.mjs';
import { probeKafka, probePostgres, probeRedis, probeTcp } from './probes.mjs';
import { redisPart } from './redis.mjs';
import { all, ensurePrograms } from './run.mjs';

/**
 * @typedef {'postgres' | 'redis' | 'kafka'} Name
 * @typedef {'given' | 'docker' | 'native'} Taken
 * @typedef {object} Options
 * @property {string} dir             data, pid files and logs of the native parts
 * @property {number} portBase        PostgreSQL +0, Redis +1, Kafka +2 and its controller +3
 * @property {string[]} [services]    a database with three roles for each
 * @property {(line: string) => void} [log]
 * @property {number} [brokers]       more than one: native only
 * @property {number[]} [brokersTold]  ports of a proxy before the brokers (kafka.mjs)
 * @property {boolean} [nativeOnly]   fault tests kill processes, so they need their own
 * @property {import('./postgres.mjs').Postgres} [postgres]   the bench's: a slower disk, other settings
 * @property {AbortSignal} [signal]   gives up and stops what was started so far
 * @property {boolean} [keep]         it outlives this process; whoever starts it again shares it
 *
 * @typedef {{ portBase: number, brokers: number, taken: Record<Name, Taken>, keep: boolean, owner: number, ownerStart?: string }} State
 */

const names = /** @type {Name[]} */ (['postgres', 'redis', 'kafka']);
const variables = { postgres: 'DATABASE_URL', redis: 'REDIS_URL', kafka: 'KAFKA_BROKERS' };

/** @param {string} dir */
const stateFile = (dir) => path.join(dir, 'stack.json');

/** @param {string} dir @returns {State | undefined} */
const readState = (dir) => (fs.existsSync(stateFile(dir)) ? JSON.parse(fs.readFileSync(stateFile(dir), 'utf8')) : undefined);

/** @param {string} dir @param {State} state */
function writeState(dir, state) {
  fs.writeFileSync(`${stateFile(dir)}.new`, `${JSON.stringify(state)}\n`); // a killed write leaves no half file
  fs.renameSync(`${stateFile(dir)}.new`, stateFile(dir));
}

/**
 * @param {string} dir @param {number} portBase @param {number} brokers @param {(line: string) => void} log
 * @param {{ postgres?: import('./postgres.mjs').Postgres, brokersTold?: number[] }} [more]
 */
function nativeParts(dir, portBase, brokers, log, { postgres: settings, brokersTold } = {}) {
  const postgres = postgresPart({ dir, port: portBase, more: settings, log });
  const redis = redisPart({ dir, port: portBase + 1, log });
  const kafka = kafkaParts({ dir, port: portBase + 2, brokers, told: brokersTold, log });
  return {
    urls: { postgres: postgres.url, redis: redis.url, kafka: kafka.brokers },
    parts: { postgres: postgres.part, redis: redis.part, kafka: /** @type {Part} */ (kafka.parts[0]), brokers: kafka.parts },
  };
}

/** @param {ReturnType<typeof nativeParts>['parts']} parts @param {Record<Name, Taken>} taken */
const nativeOf = (parts, taken) =>
  names.filter((name) => taken[name] === 'native').flatMap((name) => (name === 'kafka' ? parts.brokers : [parts[name]]));

/** @param {() => Promise<void>} probe @param {string} what @param {AbortSignal} [signal] */
async function waitFor(probe, what, timeoutMs = 60_000, signal) {
  for (const end = Date.now() + timeoutMs; ; await sleep(100)) {
    signal?.throwIfAborted();
    const failure = await probe().then(() => undefined, (/** @type {Error} */ error) => error);
    if (!failure) return;
    if (Date.now() > end) throw new Error(`${what} did not answer within ${timeoutMs / 1000} s (${failure.message})`);
  }
}

/** @param {Name} name @param {string} url */
async function probeGiven(name, url) {
  if (name === 'postgres') return probePostgres(url);
  const first = name === 'redis' ? new URL(url) : new URL(`kafka://${url.split(',')[0]}`);
  return probeTcp(first.hostname, Number(first.port || (name === 'redis' ? 6379 : 9092)));
}

/** @param {number} portBase @param {Name[]} wanted @param {number} brokers @param {(line: string) => void} log */
async function startDocker(portBase, wanted, brokers, log) {
  if (wanted.length === 0 || brokers > 1 || !(await dockerAnswers())) return false;
  try {
    await composeUp(portBase, wanted);
    return true;
  } catch (error) {
    log(`Docker answers but could not start ${wanted.join(', ')}, going on natively: ${/** @type {Error} */ (error).message}`);
    return false;
  }
}

/** @param {Options} options */
export async function startStack({ dir, portBase, services = [], log = console.error, brokers = 1, brokersTold, nativeOnly = false, keep = false, postgres, signal }) {
  fs.mkdirSync(dir, { recursive: true });
  const home = fs.realpathSync(dir);
  const { urls, parts } = nativeParts(home, portBase, brokers, log, { postgres, brokersTold });
  const before = readState(home);
  const runsNatively = before !== undefined && nativeOf(parts, before.taken).some((part) => part.running);
  const shared = before?.keep === true && (runsNatively || Object.values(before.taken).includes('docker'));
  if (shared && (before.portBase !== portBase || before.brokers !== brokers)) {
    throw new Error(`a kept stack with other settings runs in ${dir}: node tools/stack/stack.mjs down --dir ${dir}`);
  }
  const ownerLives = before?.ownerStart !== undefined && startTime(before.owner) === before.ownerStart;
  if (before && !before.keep && ownerLives && before.owner !== process.pid) throw new Error(`process ${before.owner} uses the stack in ${dir}: choose another folder`);

  const given = nativeOnly ? [] : names.filter((name) => process.env[variables[name]]);
  const others = names.filter((name) => !given.includes(name));
  const docker = !nativeOnly && !(shared && runsNatively) && (await startDocker(portBase, others, brokers, log));
  const taken = /** @type {Record<Name, Taken>} */ (
    Object.fromEntries(names.map((name) => [name, given.includes(name) ? 'given' : docker ? 'docker' : 'native'])));
  for (const name of given) urls[name] = /** @type {string} */ (process.env[variables[name]]);
  const native = nativeOf(parts, taken);
  const stop = async () => {
    if (shared) return log(`the stack in ${dir} is kept: \`stack.mjs down\` stops it`);
    await stopStack({ dir, log });
  };

  writeState(home, { portBase, brokers, taken, keep: keep || shared, owner: process.pid, ownerStart: startTime(process.pid) });
  try {
    if (native.length > 0) await ensureNative(taken, log);
    if (!shared) await all(native.map((part) => part.kill9())); // left over by a killed run
    const probes = { postgres: () => probePostgres(urls.postgres), redis: () => probeRedis(portBase + 1), kafka: () => probeKafka(portBase + 2, 1) };
    await all([
      ...given.map((name) => waitFor(() => probeGiven(name, urls[name]), variables[name], 20_000, signal)),
      ...(docker ? others.map((name) => waitFor(probes[name], `${name} (docker)`, 60_000, signal)) : []),
      ...native.map((part) => part.start(60_000, signal)),
    ]);
    if (brokers > 1) await waitFor(() => probeKafka(portBase + 2, brokers), `kafka with ${brokers} brokers`, 60_000, signal);
    log(names.map((name) => `${name}: ${taken[name]}`).join(', '));
    const databases = await createDatabases(urls.postgres, services);
    return { databaseAdminUrl: urls.postgres, redisUrl: urls.redis, kafkaBrokers: urls.kafka, taken, databases, parts, stop };
  } catch (error) {
    await stop(); // nothing half-started stays behind
    throw error;
  }
}

/** @param {Record<Name, Taken>} taken @param {(line: string) => void} log */
async function ensureNative(taken, log) {
  if (process.platform !== 'linux') throw new Error('the native parts need Linux: start Docker, or set DATABASE_URL, REDIS_URL and KAFKA_BROKERS');
  const needsMaven = !fs.existsSync(path.join(cacheDir(), kafkaJarsName()));
  await ensurePrograms([
    ...(taken.redis === 'native' ? /** @type {const} */ (['redis-server']) : []),
    ...(taken.kafka === 'native' ? /** @type {const} */ (['java']) : []),
    ...(taken.kafka === 'native' && needsMaven ? /** @type {const} */ (['mvn']) : []),
  ], log);
}

/** Stops what runs in this folder, whoever started it. @param {{ dir: string, log?: (line: string) => void }} options */
export async function stopStack({ dir, log = console.error }) {
  const state = fs.existsSync(dir) ? readState(fs.realpathSync(dir)) : undefined;
  if (!state) return log(`no stack in ${dir}`);
  const home = fs.realpathSync(dir);
  const { parts } = nativeParts(home, state.portBase, state.brokers, log);
  const docker = names.filter((name) => state.taken[name] === 'docker');
  await all([
    ...nativeOf(parts, state.taken).map((part) => part.stop()),
    ...(docker.length > 0 ? [composeStop(state.portBase, docker)] : []),
  ]);
  fs.rmSync(stateFile(home));
}

async function cli() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { dir: { type: 'string' }, 'port-base': { type: 'string' }, services: { type: 'string' }, brokers: { type: 'string' } },
  });
  const dir = values.dir;
  if (dir && positionals[0] === 'down') return stopStack({ dir });
  if (!dir || positionals[0] !== 'up' || !values['port-base']) {
    throw new Error('usage: stack.mjs up --dir <folder> --port-base <port> [--services a,b] [--brokers n] | down --dir <folder>');
  }
  const { databaseAdminUrl, redisUrl, kafkaBrokers, taken, databases } = await startStack({
    dir, keep: true, portBase: Number(values['port-base']), brokers: Number(values.brokers ?? 1),
    services: values.services?.split(',') ?? [],
  });
  console.log(JSON.stringify({ databaseAdminUrl, redisUrl, kafkaBrokers, taken, databases }));
}

if (process.argv[1] && fs.realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  cli().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
