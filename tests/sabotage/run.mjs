// npm run sabotage: takes one guard after the other out of a copy of the sources; the test named for it must turn red.
// `-- --only <part of a name>`. Takes PostgreSQL, Redis and Kafka as `npm start` does.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { prepare } from '../../tools/stack/prepare.mjs';
import { patch, sabotages } from './sabotages.mjs';

/** @typedef {import('./sabotages.mjs').Sabotage} Sabotage */
/** @typedef {{ file: string, name: string, status: string, message: string }} Ran */

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const home = path.join(root, '.run/sabotage');
const copy = path.join(home, 'copy');
const limitMs = 180_000;

/** The sources alone: what is built, installed or running stays where it is. */
function copySources() {
  fs.rmSync(copy, { recursive: true, force: true });
  for (const name of ['libs', 'services', 'tools', 'jest.config.cjs', '.swcrc', 'package.json'])
    fs.cpSync(path.join(root, name), path.join(copy, name), { recursive: true, filter: (from) => !/^(dist|node_modules)$/.test(path.basename(from)) });
  fs.symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
}

/** Runs `work` with the guard taken out. @template T @param {Sabotage} sabotage @param {() => Promise<T>} work */
async function without(sabotage, work) {
  const read = (/** @type {string} */ file) => fs.readFileSync(path.join(copy, file), 'utf8');
  const write = (/** @type {string} */ file, /** @type {string} */ text) => fs.writeFileSync(path.join(copy, file), text);
  const patched = patch(sabotage, read);
  const whole = [...patched.keys()].map((file) => /** @type {const} */ ([file, read(file)]));
  for (const [file, text] of patched) write(file, text);
  try {
    return await work();
  } finally {
    for (const [file, text] of whole) write(file, text);
  }
}

/** The tests of these sabotages, as they are in the copy. @param {readonly Sabotage[]} wanted @param {NodeJS.ProcessEnv} env @returns {Promise<Ran[]>} */
function tested(wanted, env) {
  const specs = [...new Set(wanted.map(({ spec }) => spec))];
  const titles = wanted.map(({ title }) => title.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const output = path.join(home, 'result.json');
  fs.rmSync(output, { force: true });
  const args = ['--selectProjects', 'use-cases', '--runTestsByPath', ...specs, '-t', titles.join('|'), '--json', `--outputFile=${output}`, '--forceExit', ...(specs.length > 1 ? ['-w', '2'] : ['-i'])];
  return new Promise((resolve, reject) => {
    const log = fs.openSync(path.join(home, 'jest.log'), 'a');
    const child = spawn(process.execPath, [path.join(root, 'node_modules/jest/bin/jest.js'), ...args], { cwd: copy, env: { ...process.env, ...env, FORCE_COLOR: '0' }, stdio: ['ignore', log, log], detached: true });
    const end = () => child.pid && process.kill(-child.pid, 'SIGKILL');
    const limit = setTimeout(end, limitMs * specs.length);
    process.once('exit', end);
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(limit);
      process.removeListener('exit', end);
      fs.closeSync(log);
      if (!fs.existsSync(output)) return reject(new Error('the tests came to no end'));
      const { testResults } = JSON.parse(fs.readFileSync(output, 'utf8'));
      resolve(testResults.flatMap((/** @type {any} */ { name, message, assertionResults }) => {
        const file = path.relative(copy, name);
        if (assertionResults.length === 0) return [{ file, name: '', status: 'broken', message }];
        return assertionResults.map((/** @type {any} */ { fullName, status, failureMessages }) => ({ file, name: fullName, status, message: failureMessages.join('\n') }));
      }));
    });
  });
}

/** @param {readonly Ran[]} ran @param {Sabotage} sabotage */
function ofThis(ran, { spec, title }) {
  const broken = ran.find(({ file, status }) => file === spec && status === 'broken');
  if (broken) throw new Error(`the test can't run: ${said(broken.message)}`);
  const mine = ran.filter(({ file, name, status }) => file === spec && name.includes(title) && status !== 'pending');
  if (mine.length === 0) throw new Error('the test is not found');
  return mine;
}

/** What a failed test says, in a line: the first one, and what differs. @param {string} message */
function said(message) {
  const lines = message.split(/\n\s+at /)[0]?.split('\n').filter((line) => line.trim()) ?? [];
  const differs = lines.slice(1).filter((line) => /^(Expected|Received|[-+] )/.test(line) && !/^[-+] (Expected|Received)/.test(line));
  const first = lines[0]?.replace(/^Error: /, '').replace(/ \/\/ .*/, '') ?? '';
  return [...(differs.length && first.startsWith('expect(') ? [] : [first]), ...differs].join(' ').replace(/\s+/g, ' ').slice(0, 120);
}

/** @param {Sabotage} sabotage @param {readonly Ran[]} green @param {NodeJS.ProcessEnv} env @returns {Promise<{ red: boolean, seen: string }>} */
async function taken(sabotage, green, env) {
  try {
    const before = ofThis(green, sabotage).find(({ status }) => status !== 'passed');
    if (before) return { red: false, seen: `red without the sabotage: ${said(before.message)}` };
    const failed = ofThis(await without(sabotage, () => tested([sabotage], env)), sabotage).filter(({ status }) => status === 'failed');
    if (failed.length === 0) return { red: false, seen: 'nothing turned red' };
    const expected = failed.find(({ message }) => sabotage.seen.test(message));
    return { red: Boolean(expected), seen: expected ? said(expected.message) : `red for another reason: ${said(failed[0]?.message ?? '')}` };
  } catch (error) {
    return { red: false, seen: /** @type {Error} */ (error).message };
  }
}

async function main() {
  const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
  const wanted = sabotages.filter(({ name }) => !values.only || values.only.some((part) => name.includes(part)));
  if (wanted.length === 0) throw new Error(`no such sabotage; there are:\n${sabotages.map(({ name }) => `  ${name}`).join('\n')}`);
  const began = performance.now();
  const log = (/** @type {string} */ line) => console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}`);

  await prepare({ log });
  fs.mkdirSync(home, { recursive: true });
  fs.rmSync(path.join(home, 'jest.log'), { force: true });
  copySources();
  const { startStack } = await import('../../tools/stack/stack.mjs');
  const stack = await startStack({ dir: path.join(home, 'stack'), portBase: 6440, log });
  const stop = (/** @type {number} */ code) => () => void stack.stop().then(() => process.exit(code));
  process.once('SIGINT', stop(130)).once('SIGTERM', stop(143));
  /** @type {{ sabotage: Sabotage, red: boolean, seen: string, seconds: string }[]} */
  const rows = [];
  try {
    const env = { TEST_DATABASE_URL: stack.databaseAdminUrl, TEST_REDIS_URL: stack.redisUrl, TEST_KAFKA_BROKERS: stack.kafkaBrokers };
    log(`${new Set(wanted.map(({ title }) => title)).size} tests as they are …`);
    const green = await tested(wanted, env);
    for (const sabotage of wanted) {
      const since = performance.now();
      const { red, seen } = await taken(sabotage, green, env);
      rows.push({ sabotage, red, seen, seconds: ((performance.now() - since) / 1000).toFixed(1) });
      log(`${red ? 'seen  ' : 'MISSED'}  ${sabotage.name}: ${seen}`);
    }
  } finally {
    await stack.stop();
  }
  console.log(`\n| | taken out | the test that turns red | what it said | s |\n|---|---|---|---|---|`);
  for (const { sabotage, red, seen, seconds } of rows)
    console.log(`| ${red ? 'seen' : '**MISSED**'} | ${sabotage.name} | ${path.basename(sabotage.spec)}: ${sabotage.title} | ${seen.replaceAll('|', '\\|')} | ${seconds} |`);
  const missed = rows.filter(({ red }) => !red).length;
  log(`${rows.length - missed} seen, ${missed} missed`);
  process.exitCode = missed ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
