// `npm run doctor`: what is missing on this machine, and the one line that mends it.
import fs from 'node:fs';
import path from 'node:path';
import { cacheDir, root } from './stack/cache.mjs';
import { dockerAnswers } from './stack/docker.mjs';
import { tlcJarName } from './model/check.mjs';
import { kafkaJarsName } from './stack/kafka.mjs';
import { postgresPackage } from './stack/postgres.mjs';
import { npmPackagesMissing } from './stack/prepare.mjs';
import { debianPackages, onPath, run } from './stack/run.mjs';

/** @typedef {{ what: string, ok: boolean, found: string, mend: string, info?: boolean }} Finding */

/** Kafka 4 needs Java 17. */
async function javaVersion() {
  if (!onPath('java')) return 0;
  return Number(/version "(\d+)/.exec(await run('java', ['-version']))?.[1] ?? 0);
}

/** @param {string} range as in package.json: ">=20.19 <23" */
function nodeFits(range) {
  const [, low, lowMinor, high] = /** @type {string[]} */ (/^>=(\d+)\.(\d+) <(\d+)$/.exec(range) ?? []).map(Number);
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (low === undefined || lowMinor === undefined || high === undefined) throw new Error(`package.json: engines.node ${range} has another form than doctor knows`);
  return major < high && (major > low || (major === low && minor >= lowMinor));
}

/** @param {keyof typeof debianPackages} program @returns {Finding} */
function program(program) {
  const found = onPath(program);
  return { what: program, ok: Boolean(found), found: found ?? 'not on PATH', mend: `sudo apt-get install -y ${debianPackages[program]}` };
}

/** @returns {Promise<Finding[]>} */
async function examine() {
  const { engines } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  const docker = await dockerAnswers();
  const npm = !npmPackagesMissing();
  const java = await javaVersion();
  const jars = path.join(cacheDir(), kafkaJarsName());
  const tlc = path.join(cacheDir(), tlcJarName);
  const { DATABASE_URL, REDIS_URL, KAFKA_BROKERS } = process.env;
  /** Not needed where the part is given or Docker runs it. @param {Finding} finding @param {string | undefined} given */
  const native = (finding, given) => ({ ...finding, info: docker || Boolean(given) });

  return [
    { what: 'node', ok: nodeFits(engines.node), found: `${process.versions.node} (wanted ${engines.node})`, mend: 'install Node 22 LTS' },
    { what: 'npm packages', ok: npm, found: npm ? 'as in package-lock.json' : 'missing or older than package-lock.json', mend: 'npm ci' },
    { what: 'docker', ok: docker, found: docker ? 'answers' : 'no daemon answers: native parts are used', mend: 'not needed', info: true },
    native({ what: 'postgres', ok: fs.existsSync(postgresPackage), found: path.relative(root, postgresPackage), mend: 'npm ci' }, DATABASE_URL),
    native(program('redis-server'), REDIS_URL),
    native({ ...program('java'), ok: java >= 17, found: java ? `version ${java} (wanted 17 or newer)` : 'not on PATH' }, KAFKA_BROKERS),
    native({ what: 'kafka jars', ok: fs.existsSync(jars), found: jars, mend: 'npm start (fetches them by Maven)' }, KAFKA_BROKERS),
    { what: 'TLC', ok: fs.existsSync(tlc), found: tlc, mend: 'npm run model (fetches it by Maven; wants Java)', info: true },
    ...(fs.existsSync(jars) ? [] : [native(program('mvn'), KAFKA_BROKERS)]),
  ];
}

const findings = await examine();
for (const { what, ok, found, mend, info } of findings) {
  console.log(`${ok ? 'ok     ' : info ? 'info   ' : 'missing'}  ${what.padEnd(13)} ${found}${ok || info ? '' : `  →  ${mend}`}`);
}
const missing = findings.filter(({ ok, info }) => !ok && !info);
console.log(missing.length === 0 ? 'everything needed is there' : `${missing.length} missing`);
process.exitCode = missing.length === 0 ? 0 : 1;
