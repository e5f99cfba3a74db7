// Folders of the stack: the cache of binaries, and who may reach what.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startTime } from './process.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const isRoot = process.getuid?.() === 0;

/** @param {string | Buffer} text */
export const shortHash = (text) => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** $AFTERSALES_CACHE, else a folder that also `nobody` can read when root runs this (/root itself is 0700). */
export function cacheDir() {
  const dir = process.env['AFTERSALES_CACHE'] ?? (isRoot ? '/var/cache/aftersales' : path.join(os.homedir(), '.cache', 'aftersales'));
  fs.mkdirSync(dir, { recursive: true, mode: 0o755 });
  return dir;
}

/** PostgreSQL refuses to run as root, so root starts it as `nobody`. */
export function nobody() {
  const line = fs.readFileSync('/etc/passwd', 'utf8').split('\n').find((entry) => entry.startsWith('nobody:'));
  if (!line) throw new Error('PostgreSQL does not run as root and there is no user nobody: start the stack as an ordinary user');
  const [, , uid, gid] = line.split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

/** May every user walk down to this folder? @param {string} dir @returns {boolean} */
export function isOpen(dir) {
  const parent = path.dirname(dir);
  return (fs.statSync(dir).mode & 0o001) !== 0 && (parent === dir || isOpen(parent));
}

/**
 * Fills a cache folder once. Two runs may do it at the same time: each works aside, the first rename wins.
 * @param {string} name
 * @param {(aside: string) => Promise<void> | void} fill
 */
export async function cached(name, fill) {
  const target = path.join(cacheDir(), name);
  if (fs.existsSync(target)) return target;
  for (const entry of fs.readdirSync(cacheDir()).filter((file) => file.startsWith(`${name}.`))) {
    const pid = Number(entry.slice(name.length + 1)); // what a killed run has left
    if (pid && (pid === process.pid || !startTime(pid))) fs.rmSync(path.join(cacheDir(), entry), { recursive: true, force: true });
  }
  const aside = `${target}.${process.pid}`;
  try {
    await fill(aside);
    try {
      fs.renameSync(aside, target);
    } catch (error) {
      if (!fs.existsSync(target)) throw error;
    }
  } finally {
    fs.rmSync(aside, { recursive: true, force: true });
  }
  return target;
}
