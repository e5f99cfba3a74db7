// npm test: lint, types, the protocol models and every kind of test, on a stack of its own; ends with the counts.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkModels } from './model/check.mjs';
import { prepare } from './stack/prepare.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const began = performance.now();
const log = (/** @type {string} */ line) => console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}`);
const only = process.argv.slice(2); // names of steps; all when none is named

await prepare({ log });
const { startStack } = await import('./stack/stack.mjs');

const dir = path.join(root, '.run', 'test');
fs.mkdirSync(dir, { recursive: true });
let passed = 0;
let failed = 0;
/** @type {string[]} */
const bad = [];

/** @param {string} title @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} [env] @returns {Promise<boolean>} */
function ran(title, command, args, env = {}) {
  log(`${title} …`);
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, NX_DAEMON: 'false', ...env } });
    child.on('close', (code) => {
      log(`${title}: ${code === 0 ? 'green' : 'RED'}`);
      if (code !== 0) bad.push(title);
      resolve(code === 0);
    });
  });
}

/** One check of the whole code counts as one test. @param {string} title @param {string[]} args */
async function check(title, args) {
  (await ran(title, 'npx', args)) ? passed++ : failed++;
}

/** @param {string} title @param {string[]} projects @param {NodeJS.ProcessEnv} env @param {string[]} [more] */
async function jest(title, projects, env, more = []) {
  const file = path.join(dir, `${title}.json`);
  fs.rmSync(file, { force: true });
  const green = await ran(title, 'npx', ['jest', '--selectProjects', ...projects, '--json', `--outputFile=${file}`, '--passWithNoTests', ...more], env);
  const result = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : { numPassedTests: 0, numFailedTests: 0, numFailedTestSuites: 1 };
  passed += result.numPassedTests;
  // A suite that could not even run has failed too, and so has a skipped test.
  failed += result.numFailedTests + (result.numRuntimeErrorTestSuites ?? 0) + (result.numPendingTests ?? 0);
  if (!green && result.numFailedTests === 0 && !result.numRuntimeErrorTestSuites) failed++;
}

const wanted = (/** @type {string} */ step) => only.length === 0 || only.includes(step);
const stack = await startStack({ dir: path.join(dir, 'stack'), portBase: 7440, log });
process.on('SIGINT', () => void stack.stop().then(() => process.exit(130)));
process.on('SIGTERM', () => void stack.stop().then(() => process.exit(143)));
/** Beside the steps that wait for others half of their time; told when the faults begin, which want the machine for themselves. */
async function models() {
  /** @type {string[]} */
  const lines = [];
  const { passed: right, failed: wrong } = await checkModels({ log: (line) => lines.push(line) }).catch((/** @type {Error} */ error) => (lines.push(error.message), { passed: 0, failed: 1 }));
  return () => {
    log('model …');
    for (const line of lines) console.log(line);
    passed += right;
    failed += wrong;
    log(`model: ${wrong === 0 ? 'green' : 'RED'}`);
    if (wrong) bad.push('model');
  };
}

/** @type {Promise<() => void> | undefined} */
let modelled;
const env = { TEST_DATABASE_URL: stack.databaseAdminUrl, TEST_REDIS_URL: stack.redisUrl, TEST_KAFKA_BROKERS: stack.kafkaBrokers };
try {
  if (wanted('build')) await check('build', ['nx', 'run-many', '-t', 'build', '--output-style=static']);
  if (wanted('generated')) await check('generated', ['node', 'tools/generate.mjs', '--check']);
  await Promise.all([ // each takes one core
    wanted('lint') && check('lint', ['eslint', '.', '--max-warnings', '0']),
    wanted('types') && check('types', ['tsc', '-p', 'tsconfig.json']),
  ]);
  if (wanted('far-ends')) await check('far ends', ['node', '--test', ...fs.readdirSync(path.join(root, 'tools/far-ends')).filter((file) => file.endsWith('.test.mjs')).map((file) => `tools/far-ends/${file}`)]);
  if (wanted('fast')) await jest('fast', ['rules', 'contracts'], env);
  modelled = wanted('model') ? models() : undefined;
  if (wanted('use-cases')) await jest('use-cases', ['use-cases'], env, ['-w', '3']);
} finally {
  await stack.stop();
}
// Whole-system tests start the platform themselves, in separate processes.
if (wanted('journeys')) await jest('journeys', ['journeys'], {}, ['-i']);
if (wanted('doors')) await jest('doors', ['doors'], {}, ['-i']);
(await modelled)?.();
if (wanted('faults')) await jest('faults', ['faults'], {}, ['-i']);

if (bad.length) log(`red: ${bad.join(', ')}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && bad.length === 0 ? 0 : 1);
