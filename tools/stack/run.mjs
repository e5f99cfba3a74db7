// Other programs: is it there, run it, install it.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { isRoot } from './cache.mjs';

/** Full path of a program on PATH. @param {string} program */
export function onPath(program) {
  return (process.env['PATH'] ?? '').split(path.delimiter)
    .map((dir) => path.join(dir, program))
    .find((file) => fs.existsSync(file));
}

/**
 * Runs a program to its end and resolves with its output; each line is also told to `onLine`.
 * @param {string} command @param {string[]} args
 * @param {import('node:child_process').SpawnOptions & { onLine?: (line: string) => void }} [options]
 * @returns {Promise<string>}
 */
export function run(command, args, { onLine, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        output += text;
        if (onLine) text.split('\n').filter((line) => line.trim()).forEach(onLine);
      });
    }
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${command} ${args.join(' ')}: ${signal ?? `exit ${code}`}: ${gist(output)}`));
    });
  });
}

/**
 * Waits for all, then fails with one line that names every failure: what is still starting when another fails can be stopped only once it stands.
 * @template {readonly unknown[]} T
 * @param {T} work
 * @returns {Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }>}
 */
export async function all(work) {
  const results = await Promise.allSettled(work);
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.message] : []));
  if (failures.length > 0) throw new Error([...new Set(failures)].join('; '));
  return /** @type {any} */ (results.map((result) => /** @type {PromiseFulfilledResult<unknown>} */ (result).value));
}

/** One line of a failure's output: the first that names the error, else the last. @param {string} output */
function gist(output) {
  const lines = output.trim().split('\n');
  return (lines.find((line) => /error|fatal|^E: /i.test(line)) ?? lines.at(-1) ?? '').trim();
}

/** What native parts need from Debian: program → package. */
export const debianPackages = { faketime: 'faketime', 'redis-server': 'redis-server', java: 'default-jre-headless', mvn: 'maven' };

/**
 * @param {(keyof typeof debianPackages)[]} programs
 * @param {(line: string) => void} log
 */
export async function ensurePrograms(programs, log) {
  const packages = programs.filter((program) => !onPath(program)).map((program) => debianPackages[program]);
  if (packages.length === 0) return;
  const command = `apt-get install -y ${packages.join(' ')}`;
  if (!isRoot || !onPath('apt-get')) throw new Error(`missing ${packages.join(', ')}: sudo ${command} (or start Docker)`);
  log(`installing: ${command}`);
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  // Another apt-get on this machine may hold the lock: wait for it up to two minutes.
  const install = ['-qq', '-o', 'DPkg::Lock::Timeout=120', 'install', '-y', '--no-install-recommends', ...packages];
  await run('apt-get', install, options).catch(async (/** @type {Error} */ error) => {
    log(`${error.message}; once more with fresh package lists`); // images come without lists
    await run('apt-get', ['-qq', 'update'], options);
    await run('apt-get', install, options);
  });
  if (packages.includes('redis-server')) await stopDebianRedis(log);
}

/** The package starts a Redis of its own on 6379, which nobody asked for. @param {(line: string) => void} log */
async function stopDebianRedis(log) {
  if (fs.existsSync('/run/systemd/system')) await run('systemctl', ['disable', '--now', 'redis-server']);
  else if (fs.existsSync('/run/redis/redis-server.pid')) await run('service', ['redis-server', 'stop']);
  else return;
  log("stopped Debian's own redis-server service");
}
