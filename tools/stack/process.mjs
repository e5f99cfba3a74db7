// One native process of the stack: started detached, found again by pid *and* command line, stopped or killed.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @typedef {object} PartSpec
 * @property {string} name          what log lines and errors call it
 * @property {string} file          path without extension: `<file>.pid`, `<file>.log`
 * @property {string[]} marks       texts that only this part's processes carry in their command line
 * @property {number[]} ports       on 127.0.0.1; must be free before the start
 * @property {() => Promise<void>} prepare   data folder and settings (initdb, format); idempotent
 * @property {() => { command: string, args: string[], options?: import('node:child_process').SpawnOptions }} run
 * @property {() => Promise<void>} probe     resolves when the part really answers, else rejects with the reason
 * @property {NodeJS.Signals} stopSignal
 */

/** Errors of a process that ended while we looked at it. @param {unknown} error */
const isGone = (error) => ['ENOENT', 'ESRCH'].includes(/** @type {NodeJS.ErrnoException} */ (error).code ?? '');

/** Empty for a zombie or a process that is gone. @param {number} pid */
function commandLine(pid) {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch (error) {
    if (isGone(error)) return '';
    throw error;
  }
}

/** @param {number} pid @param {NodeJS.Signals} signal */
function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/**
 * Start time of a process in clock ticks since boot: together with the pid it names one process for good.
 * @param {number} pid
 * @returns {string | undefined} undefined when there is no such process
 */
export function startTime(pid) {
  try {
    return fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop()?.split(' ')[19]; // field 22 of proc(5)
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** @param {number} port @returns {Promise<boolean>} */
function isFree(port) {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error)));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** A killed process loses its command line (for us: is gone) a little before its sockets, hence the patience. */
async function mustBecomeFree(/** @type {number} */ port, /** @type {string} */ name) {
  for (const end = performance.now() + 3_000; !(await isFree(port)); await sleep(10)) {
    if (performance.now() > end) throw new Error(`${name}: port ${port} is taken by another program, choose another port base`);
  }
}

/** The line of a log that explains an early end. @param {string} file @param {number} from first byte of this run */
function reason(file, from) {
  const lines = fs.readFileSync(file).subarray(from).toString('utf8').trim().split('\n');
  return lines.findLast((line) => /fatal|error|exception/i.test(line) && !/^\s+at /.test(line)) ?? lines.at(-1) ?? '';
}

export class Part {
  /** @param {PartSpec} spec @param {(line: string) => void} log */
  constructor(spec, log) {
    this.spec = spec;
    this.name = spec.name;
    this.log = log;
  }

  get logFile() {
    return `${this.spec.file}.log`;
  }

  /** @returns {number | undefined} the main process, if it lives */
  get pid() {
    const file = `${this.spec.file}.pid`;
    const pid = fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8')) : 0;
    return pid && this.#isOurs(pid) ? pid : undefined;
  }

  /** @param {number} pid */
  #isOurs(pid) {
    const line = commandLine(pid);
    return this.spec.marks.some((mark) => line.includes(mark));
  }

  /** Main process first, then its children (also those that outlived it). */
  #processes() {
    const main = this.pid;
    return fs.readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry)).map(Number)
      .filter((pid) => this.#isOurs(pid))
      .sort((a, b) => Number(b === main) - Number(a === main) || a - b);
  }

  get running() {
    return this.#processes().length > 0;
  }

  /** Starts it and waits until it answers; one that already answers is left alone. @param {number} [timeoutMs] @param {AbortSignal} [signal] gives up waiting; whoever started it stops it */
  async start(timeoutMs = 60_000, signal) {
    if (this.pid && (await this.spec.probe().then(() => true, () => false))) return;
    await this.kill9(); // a process of a killed run holds the port and the data folder
    const began = performance.now();
    await this.spec.prepare();
    for (const port of this.spec.ports) await mustBecomeFree(port, this.name);
    signal?.throwIfAborted();
    const end = performance.now() + timeoutMs; // a first preparation (download, training) doesn't count

    const { command, args, options } = this.spec.run();
    const out = fs.openSync(this.logFile, 'a');
    const logStart = fs.fstatSync(out).size;
    const child = spawn(command, args, { ...options, detached: true, stdio: ['ignore', out, out] });
    fs.closeSync(out);
    /** @type {string | undefined} */
    let ended;
    child.once('error', (error) => (ended = error.message));
    child.once('exit', (code, signal) => (ended ??= `${signal ?? `exit ${code}`}: ${reason(this.logFile, logStart)}`));
    child.unref();
    if (child.pid) fs.writeFileSync(`${this.spec.file}.pid`, `${child.pid}\n`);

    let last = 'no answer';
    while (performance.now() < end) {
      signal?.throwIfAborted();
      if (ended) throw new Error(`${this.name} ended at its start (${ended}); see ${this.logFile}`);
      const failure = await this.spec.probe().then(() => undefined, (/** @type {Error} */ error) => error);
      if (!failure) {
        this.log(`${this.name}: ready on 127.0.0.1:${this.spec.ports[0]} after ${((performance.now() - began) / 1000).toFixed(1)} s`);
        return;
      }
      last = failure.message;
      await sleep(25);
    }
    throw new Error(`${this.name} did not answer within ${timeoutMs / 1000} s (${last}); see ${this.logFile}`);
  }

  /** Clean stop; after `timeoutMs` it is killed, and said so. @param {number} [timeoutMs] */
  async stop(timeoutMs = 15_000) {
    const main = this.pid;
    if (main) {
      send(main, this.spec.stopSignal);
      send(main, 'SIGCONT'); // a fault test may have left it frozen
      if (!(await this.#gone(timeoutMs))) this.log(`${this.name}: no clean stop within ${timeoutMs / 1000} s, killed`);
    }
    await this.kill9();
  }

  /** SIGKILL to the process and its children at once, as a power cut does it. */
  async kill9() {
    for (const pid of this.#processes()) send(pid, 'SIGKILL');
    if (!(await this.#gone(10_000))) throw new Error(`${this.name}: SIGKILL had no effect on ${this.#processes().join(', ')}`);
    fs.rmSync(`${this.spec.file}.pid`, { force: true });
  }

  /** @param {number} timeoutMs */
  async #gone(timeoutMs) {
    const end = performance.now() + timeoutMs;
    while (this.running) {
      if (performance.now() > end) return false;
      await sleep(10);
    }
    return true;
  }
}
