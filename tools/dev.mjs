// npm run dev -- crm [reception …]: services from source, restarting on change, in place of those of a running platform (npm start).
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const names = process.argv.slice(2);
const home = path.join(root, '.run', 'start');
if (names.length === 0 || !fs.existsSync(path.join(home, 'platform.json'))) {
  console.error(names.length ? 'Start the platform first: npm start' : 'usage: npm run dev -- <service> …   (beside a running npm start)');
  process.exit(2);
}
/** @type {import('node:child_process').ChildProcess[]} */
const children = [];
const run = (/** @type {string} */ command, /** @type {string[]} */ args, /** @type {import('node:child_process').SpawnOptions} */ options = {}) =>
  children.push(spawn(command, args, { cwd: root, stdio: 'inherit', ...options }));

for (const project of ['libs/contracts', 'libs/calendar', 'libs/platform', 'libs/directory', ...names.map((name) => `services/${name}`)])
  run('npx', ['swc', 'src', '-d', 'dist', '--strip-leading-paths', '--config-file', '../../.swcrc', '--watch', '--quiet'], { cwd: path.join(root, project) });
for (const name of names) {
  const pid = Number(fs.readFileSync(path.join(home, `${name}-1.pid`), 'utf8'));
  // The running one's environment, then its place: same database, same port, same keys.
  const env = Object.fromEntries(fs.readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  process.kill(pid, 'SIGTERM');
  run(process.execPath, ['--watch-path', path.join(root, 'libs'), '--watch-path', path.join(root, 'services', name, 'dist'), path.join(root, 'services', name, 'dist/main.js')], { env });
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => children.forEach((child) => child.kill()));
