// npm run generate: writes what is derived and committed. `--check` writes nothing and ends with 1 when something is stale.
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);

/**
 * What a generator gives: its files by path from the root, and the folders that hold nothing else (what is there and no longer made is removed).
 * @typedef {{ files: Map<string, string>, folders?: string[] }} Made
 */

/** One line a generator. The same input gives the same bytes. @type {Record<string, () => Promise<Made>>} */
const generators = {
  contracts,
  // Add yours here: 'rules' → docs/rules.md, 'openapi' → services/*/openapi.json, …
};

/** @returns {Promise<Made>} */
async function contracts() {
  execFileSync('npm', ['run', 'build', '-w', '@aftersales/contracts', '--silent'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  const dist = join(root, 'libs/contracts/dist');
  const { catalogue } = require(join(dist, 'catalogue.js'));
  const { schemas } = require(join(dist, 'generate/schemas.js'));
  const { eventMap } = require(join(dist, 'generate/event-map.js'));
  const sources = await Promise.all((await filesUnder(join(root, 'libs/contracts/src'))).filter((file) => file.endsWith('.ts')).map((file) => readFile(file, 'utf8')));
  const files = new Map([...schemas(catalogue)].map(([name, text]) => [`libs/contracts/schemas/${name}`, text]));
  files.set('docs/event-map.md', eventMap(catalogue, sources));
  return { files, folders: ['libs/contracts/schemas'] };
}

const check = process.argv.includes('--check');
/** @type {string[]} */
const changed = [];
for (const generate of Object.values(generators)) {
  const { files, folders = [] } = await generate();
  for (const [path, text] of files) if ((await readFile(join(root, path), 'utf8').catch(() => null)) !== text) await change(path, text);
  for (const folder of folders) for (const name of await readdir(join(root, folder)).catch(() => [])) if (!files.has(`${folder}/${name}`)) await change(`${folder}/${name}`, null);
}
for (const path of changed) console.log(`${check ? 'stale' : 'written'}: ${path}`);
if (check && changed.length) process.exitCode = 1;

/** @param {string} path @param {string | null} text null: it is no longer made */
async function change(path, text) {
  changed.push(path);
  if (check) return;
  const file = join(root, path);
  if (text === null) return rm(file);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

/** @param {string} folder @returns {Promise<string[]>} */
async function filesUnder(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name)).sort();
}
