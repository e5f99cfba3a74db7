/** Starts the whole outside world, each end in its own process, and ends it again. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { newSecret } from './signed.mjs';

const READY_WITHIN_MS = 15_000;
const END_WITHIN_MS = 3000;
const NAMES = /** @type {const} */ (['issuer', 'mail', 'sms', 'maker']);
const scriptOf = (/** @type {string} */ name) => fileURLToPath(new URL(`${name}.mjs`, import.meta.url));

/** @typedef {import('node:child_process').ChildProcess} Child */

/** @param {number} pid @returns {Promise<string>} its command line, empty if there is no such process */
async function commandOf(pid) {
  if (existsSync('/proc/self/cmdline')) {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    } catch {
      return '';
    }
  }
  const ps = spawn('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  ps.stdout.on('data', (part) => (text += part));
  await once(ps, 'close');
  return text;
}

/**
 * Ends what an earlier, killed run left behind. The number alone proves nothing, numbers are used again: the command
 * line has to name both this program and this folder.
 * @param {string} name @param {string} dir @param {(line: string) => void} log
 */
async function reap(name, dir, log) {
  const file = join(dir, `${name}.pid`);
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8'));
  const ours = async () => {
    const command = pid > 1 ? await commandOf(pid) : '';
    return command.includes(scriptOf(name)) && command.includes(`--run ${dir}`);
  };
  for (const [signal, polls] of /** @type {const} */ ([['SIGTERM', 40], ['SIGKILL', 40]])) {
    if (!(await ours())) break;
    log(`far end ${name}: ending process ${pid} of an earlier run (${signal})`);
    try {
      process.kill(pid, signal);
    } catch {
      break;
    }
    // Not our child, so there is no event to wait for.
    for (let poll = 0; poll < polls && (await ours()); poll += 1) await delay(50);
  }
  rmSync(file, { force: true });
}

/** Ends all far ends that a killed run has left in this folder. @param {string} dir @param {(line: string) => void} log */
export const endLeftOver = (dir, log) => Promise.all(NAMES.map((name) => reap(name, dir, log)));

/** @param {Child} child */
const ended = (child) => child.exitCode !== null || child.signalCode !== null;

/** @param {string} name @param {Child} child @param {string} logFile @returns {Promise<string[]>} the addresses of its ready line */
function addressesOf(name, child, logFile) {
  return new Promise((found, failed) => {
    const fail = (/** @type {string} */ why) => {
      const last = existsSync(logFile) ? readFileSync(logFile, 'utf8').trim().split('\n').slice(-3).join('\n') : '';
      failed(new Error(`far end ${name} ${why}; see ${logFile}\n${last}`));
    };
    const timer = setTimeout(() => fail(`was not ready within ${READY_WITHIN_MS} ms`), READY_WITHIN_MS);
    child.once('error', (error) => fail(`did not start: ${error.message}`));
    child.once('exit', (code) => {
      clearTimeout(timer);
      fail(`ended with ${code}`);
    });
    const lines = createInterface({ input: /** @type {import('node:stream').Readable} */ (child.stdout) });
    lines.on('line', (line) => {
      if (!line.startsWith('ready ')) return;
      clearTimeout(timer);
      found(line.split(' ').slice(1));
    });
  });
}

/** @param {string} name @param {string} dir @param {Record<string, string>} env */
async function start(name, dir, env) {
  const logFile = join(dir, `${name}.log`);
  const out = openSync(logFile, 'w');
  // The folder on the command line is the mark by which a later start knows its own. Detached: Ctrl-C is for us, we end it last.
  const child = spawn(process.execPath, [scriptOf(name), '--run', dir], { env: { ...process.env, ...env }, detached: true, stdio: ['ignore', 'pipe', out] });
  closeSync(out);
  if (child.pid) writeFileSync(join(dir, `${name}.pid`), String(child.pid));
  return { child, logFile };
}

/** @param {Child} child */
async function end(child) {
  if (ended(child) || !child.pid) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), END_WITHIN_MS);
  await gone;
  clearTimeout(timer);
}

/** Kept beside the logs: a service started by hand before a restart still knows the right ones. @param {string} dir */
function secretsIn(dir) {
  const file = join(dir, 'secrets.json');
  if (!existsSync(file)) writeFileSync(file, JSON.stringify({ sms: newSecret(), maker: newSecret() }), { mode: 0o600 });
  return /** @type {{ sms: string, maker: string }} */ (JSON.parse(readFileSync(file, 'utf8')));
}

/**
 * @param {{ portBase: number, dir: string, usersFile: string, receiptUrl?: string, makerCallbackUrl?: string,
 *   log?: (line: string) => void }} options ports portBase to portBase + 4 (issuer, SMTP, mail page, SMS, maker); 0: any
 *   free ones. `dir` holds logs, pid files, the issuer's keys and the secrets.
 */
export async function startFarEnds({ portBase, dir: folder, usersFile, receiptUrl = '', makerCallbackUrl = '', log = () => undefined }) {
  const dir = resolve(folder);
  mkdirSync(dir, { recursive: true });
  const secrets = secretsIn(dir);
  const port = (/** @type {number} */ offset) => String(portBase && portBase + offset);
  const env = {
    issuer: { ISSUER_PORT: port(0), ISSUER_USERS: resolve(usersFile), ISSUER_KEYS: join(dir, 'issuer-keys.json') },
    mail: { MAIL_SMTP_PORT: port(1), MAIL_HTTP_PORT: port(2) },
    sms: { SMS_PORT: port(3), SMS_SECRET: secrets.sms, SMS_RECEIPT_URL: receiptUrl },
    maker: { MAKER_PORT: port(4), MAKER_SECRET: secrets.maker, MAKER_CALLBACK_URL: makerCallbackUrl },
  };
  await endLeftOver(dir, log);

  /** @type {Record<string, Child>} */
  const children = {};
  let stopping = false;
  const stop = async () => {
    stopping = true;
    await Promise.all(Object.values(children).map(end));
    for (const name of NAMES) rmSync(join(dir, `${name}.pid`), { force: true });
  };
  try {
    const [[issuer], [mailHttp, mailSmtp], [sms], [maker]] = await Promise.all(
      NAMES.map(async (name) => {
        const { child, logFile } = await start(name, dir, env[name]);
        children[name] = child;
        const addresses = await addressesOf(name, child, logFile);
        log(`far end ${name}: ${addresses.join(' ')}`);
        child.once('exit', (code, signal) => stopping || log(`far end ${name} ended by itself (${signal ?? code}); see ${logFile}`));
        return addresses;
      }),
    );
    return { issuer, mail: { smtp: mailSmtp, http: mailHttp }, sms, maker, secrets, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
