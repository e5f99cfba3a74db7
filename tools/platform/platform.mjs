// The whole platform on this machine: stack, far ends, databases, topics, six services in waves. Used by npm start, npm test and the fault tests.
import { generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { root } from '../stack/cache.mjs';
import { Part } from '../stack/process.mjs';
import { all, run } from '../stack/run.mjs';
import { startStack } from '../stack/stack.mjs';
import { endLeftOver, startFarEnds } from '../far-ends/far-ends.mjs';
import { firstAdmin, peopleFile } from '../demo/people.mjs';
import { prepareSystem } from './prepare-system.mjs';

/** hq first: the others are ready only when they have read the organisation. */
export const services = ['hq', 'reception', 'workshop', 'parts', 'crm', 'claims'];
/** @typedef {Awaited<ReturnType<typeof startPlatform>>} Platform */

/**
 * @param {object} options
 * @param {string} options.dir         data, logs and pid files
 * @param {number} options.portBase    stack +0…, far ends +20…, services +40 (two ports a service)
 * @param {number} [options.replicas]  processes per service
 * @param {number} [options.brokers]
 * @param {{ postgres: Record<string, number>, redis: number, kafka: number[] }} [options.through]  ports of a proxy that the services go through (fault tests): one a database, one a broker
 * @param {boolean} [options.nativeOnly]
 * @param {(line: string) => void} [options.log]
 * @param {Record<string, string>} [options.environment]
 * @param {AbortSignal} [options.signal]  gives up, and stops what was started so far
 */
export async function startPlatform({ dir, portBase, replicas = 1, brokers = 1, through, nativeOnly = false, log = console.error, environment = {}, signal }) {
  fs.mkdirSync(dir, { recursive: true });
  const home = fs.realpathSync(dir);
  const port = (/** @type {string} */ service, replica = 0) => portOf(portBase, service, replica);
  /** @type {Record<string, Part[]>} */
  const parts = Object.fromEntries(services.map((service) => [service, Array.from({ length: replicas }, (_, replica) => servicePart({ service, replica, home, portBase, log }))]));
  // Left over by a killed run: their databases restart and migrate now, and their code may be old.
  await all([endLeftOver(home, log), ...Object.values(parts).flat().map((part) => part.kill9())]);
  fs.rmSync(path.join(home, 'platform.json'), { force: true });
  /** @type {Awaited<ReturnType<typeof startStack>> | undefined} */
  let started;
  /** @type {Awaited<ReturnType<typeof startFarEnds>> | undefined} */
  let farEnds;
  const stop = async () => {
    await Promise.allSettled(Object.values(parts).flat().map((part) => part.stop()));
    await farEnds?.stop();
    await started?.stop();
  };
  try {
    await all([
      startStack({ dir: home, portBase, brokers, brokersTold: through?.kafka, nativeOnly, log, signal }).then((it) => (started = it)),
      run('npm', ['run', 'build', '--silent'], { cwd: root, env: { ...process.env, NX_DAEMON: 'false' }, signal }),
    ]);
    signal?.throwIfAborted();
    const stack = /** @type {NonNullable<typeof started>} */ (started);
    const [databases] = await all([
      prepareSystem({ databaseAdminUrl: stack.databaseAdminUrl, kafkaBrokers: stack.kafkaBrokers, services, replicationFactor: Math.min(brokers, 3) }),
      startFarEnds({
        portBase: portBase + 20, dir: home, usersFile: peopleFile(home), log,
        receiptUrl: `http://127.0.0.1:${port('crm')}/callbacks/sms`, makerCallbackUrl: `http://127.0.0.1:${port('claims')}/callbacks/maker`,
      }).then((ends) => (farEnds = ends)),
    ]);
    const ends = /** @type {NonNullable<typeof farEnds>} */ (farEnds);
    const seals = sealKeys(home);
    const common = {
      ...inherited(), AFTERSALES_ENV: 'development', AFTERSALES_DEMO_CLOCK: 'true', AFTERSALES_HOST: '127.0.0.1', AFTERSALES_LOG_LEVEL: 'info',
      REDIS_URL: moved(stack.redisUrl, through?.redis), KAFKA_BROKERS: through?.kafka.map((broker) => `127.0.0.1:${broker}`).join(',') ?? stack.kafkaBrokers, OIDC_ISSUER: ends.issuer, AFTERSALES_SEAL_PUBLIC_KEYS: JSON.stringify(seals.publicKeys), NODE_OPTIONS: '--enable-source-maps',
    };
    /** @type {Record<string, Record<string, string>>} */
    const own = {
      hq: { AFTERSALES_FIRST_ADMIN: firstAdmin },
      reception: { AFTERSALES_PUBLIC_URL: `http://127.0.0.1:${port('reception')}` },
      crm: { AFTERSALES_SMTP_URL: ends.mail.smtp, AFTERSALES_SMS_URL: ends.sms, AFTERSALES_SMS_SECRET: ends.secrets.sms, AFTERSALES_PUBLIC_URL: `http://127.0.0.1:${port('crm')}` },
      claims: { AFTERSALES_MAKER_URL: ends.maker, AFTERSALES_MAKER_SECRET: ends.secrets.maker },
    };
    for (const service of services) {
      parts[service]?.forEach((part, replica) => writeEnvironment(part, {
        ...common, ...own[service], ...environment, DATABASE_URL: moved(databases[service].service, through?.postgres[service]), SYSTEM_DATABASE_URL: moved(databases[service].system, through?.postgres[service]), AFTERSALES_PORT: String(port(service, replica)), AFTERSALES_SEAL_PRIVATE_KEYS: JSON.stringify([seals.privateKeys[service]]),
      }));
    }
    for (const wave of [['hq'], services.slice(1)]) {
      signal?.throwIfAborted();
      await all(wave.flatMap((service) => (parts[service] ?? []).map((part) => part.start(60_000, signal))));
    }
    const url = (/** @type {string} */ service, replica = 0) => `http://127.0.0.1:${port(service, replica)}`;
    const addresses = {
      urls: Object.fromEntries(services.map((service) => [service, Array.from({ length: replicas }, (_, replica) => url(service, replica))])),
      issuer: ends.issuer, mail: ends.mail.http, sms: ends.sms, maker: ends.maker, databases, redisUrl: stack.redisUrl, kafkaBrokers: stack.kafkaBrokers,
    };
    return { ...ends, home, stack, databases, services: parts, url, stop, addresses };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The same address at another port. @param {string} url @param {number} [port] */
function moved(url, port) {
  if (!port) return url;
  const there = new URL(url);
  there.port = String(port);
  return there.href;
}

/** @param {number} portBase @param {string} service @param {number} replica */
const portOf = (portBase, service, replica) => portBase + 40 + services.indexOf(service) * 4 + replica;

/** Kept in the folder, readable by its owner alone: `npm run dev` and a restart run the service with the same. @param {Part} part @param {Record<string, string>} env */
function writeEnvironment(part, env) {
  const file = `${part.spec.file}.env.json`;
  fs.rmSync(file, { force: true }); // the mode counts for a new file only
  fs.writeFileSync(file, JSON.stringify(env, null, 2), { mode: 0o600 });
}

/** One process of a service, with the environment that the platform has written for it. @param {{ service: string, replica?: number, home: string, portBase: number, log: (line: string) => void }} options */
export function servicePart({ service, replica = 0, home, portBase, log }) {
  const name = `${service}-${replica + 1}`;
  const port = portOf(portBase, service, replica);
  const mark = `--run ${home}/${name} `;
  const file = path.join(home, name);
  return new Part({
    name, file, marks: [mark], ports: [port], stopSignal: 'SIGTERM',
    prepare: async () => undefined,
    // The last word keeps the mark's trailing space: "reception-1" is not "reception-10".
    run: () => ({ command: process.execPath, args: [path.join(root, 'services', service, 'dist/main.js'), '--run', `${home}/${name}`, '-'], options: { cwd: root, env: JSON.parse(fs.readFileSync(`${file}.env.json`, 'utf8')) } }),
    probe: async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(2_000) });
      if (!answer.ok) throw new Error(`not ready: ${await answer.text()}`);
    },
  }, log);
}

/** Services get what they need and nothing by accident. */
function inherited() {
  return Object.fromEntries(['PATH', 'HOME', 'LANG', 'TZ'].flatMap((key) => (process.env[key] ? [[key, process.env[key]]] : [])));
}

/** Development keys, kept so that sealed facts survive a restart. @param {string} home */
function sealKeys(home) {
  const file = path.join(home, 'seal-keys.json');
  if (!fs.existsSync(file)) {
    /** @type {{ publicKeys: Record<string, object>, privateKeys: Record<string, object> }} */
    const made = { publicKeys: {}, privateKeys: {} };
    for (const service of services) {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const kid = `development-${service}`;
      made.publicKeys[service] = { ...publicKey.export({ format: 'jwk' }), kid };
      made.privateKeys[service] = { ...privateKey.export({ format: 'jwk' }), kid };
    }
    fs.writeFileSync(file, JSON.stringify(made), { mode: 0o600 });
  }
  return JSON.parse(fs.readFileSync(file, 'utf8'));
}

/** Every service's clock jumps ahead by `ms`, never back (Timer.tla: OnlyGrows), and looks at once for what became due. @param {Record<string, { owner: string }>} databases @param {number} ms */
export async function jumpClocks(databases, ms) {
  const { default: pg } = await import('pg');
  await Promise.all(Object.values(databases).map(async ({ owner }) => {
    const client = new pg.Client({ connectionString: owner });
    await client.connect();
    try {
      await client.query(`insert into clock_shift (shift) values ($1 * interval '1 ms') on conflict (only_row) do update set shift = clock_shift.shift + excluded.shift`, [ms]);
      await client.query('notify clock');
    } finally {
      await client.end();
    }
  }));
}

