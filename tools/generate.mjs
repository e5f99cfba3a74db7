// npm run generate: writes what is derived and committed. `--check` writes nothing and ends with 1 when something is stale.
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
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
  openapi,
  rules,
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

/** services/<service>/openapi.json, from the controllers' own decorators. @returns {Promise<Made>} */
async function openapi() {
  execFileSync('npm', ['run', 'build', '--silent'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  require('reflect-metadata');
  const { controllersOf, openApiOf } = require('@aftersales/platform/http/openapi');
  const { platformControllers } = require('@aftersales/platform/service/platform.module');
  const files = new Map();
  for (const service of await readdir(join(root, 'services'))) {
    const module = Object.values(require(join(root, 'services', service, 'dist', `${service}.module.js`)))[0];
    files.set(`services/${service}/openapi.json`, `${JSON.stringify(openApiOf(service, [...platformControllers, ...controllersOf(module)]), null, 2)}\n`);
  }
  return { files };
}

/** A rule is proven where the world comes in: a use case through HTTP, fact or timer, or the whole platform. @param {string} file */
const throughDoor = (file) => file.endsWith('.int.spec.ts') || /^tests\/(journeys|faults)\//.test(file);

/** docs/rules.md: every rule of docs/domain.md with the tests that are titled after it. @returns {Promise<Made>} */
async function rules() {
  const domain = await readFile(join(root, 'docs/domain.md'), 'utf8');
  const specs = (await Promise.all(['libs', 'services', 'tests'].map((folder) => filesUnder(join(root, folder))))).flat().filter((file) => (file.endsWith('.spec.ts') || /\/tests\/faults\/[\w-]+\.ts$/.test(file)) && !/\/(node_modules|dist)\//.test(file));
  /** @type {Map<string, { door: boolean, line: string }[]>} */
  const tests = new Map();
  for (const spec of specs) {
    const [file, text] = [relative(root, spec), await readFile(spec, 'utf8')];
    for (const [, , title = ''] of text.matchAll(/\b(?:it|test|fault|diesAt)(?:\.each\([\s\S]*?\))?\(\s*(['"`])((?:[A-Z]{2,3}-\d+)(?:(?!\1)[\s\S])*)\1/g)) {
      const [, ids = '', sentence = ''] = /^((?:[A-Z]{2,3}-\d+[, ]*)+)([\s\S]*)$/.exec(title) ?? [];
      const test = { door: throughDoor(file), line: `- ${sentence.replace(/\s+/g, ' ').trim()} – \`${file}\`` };
      for (const [id] of ids.matchAll(/[A-Z]{2,3}-\d+/g)) tests.set(id, [...(tests.get(id) ?? []), test]);
    }
  }
  const listed = [...domain.matchAll(/^- ((?:REC|WRK|PRT|CRM|CLM|HQ|TIM)-\d+) (.*)$/gm)].map(([, id = '', text = '']) => {
    const [atDoor, pure] = [true, false].map((door) => (tests.get(id) ?? []).filter((test) => test.door === door).map(({ line }) => line));
    return { id, text, atDoor: atDoor ?? [], pure: pure ?? [] };
  });
  const proven = listed.filter(({ atDoor }) => atDoor.length);
  const pureOnly = listed.filter(({ atDoor, pure }) => !atDoor.length && pure.length);
  const names = (/** @type {typeof listed} */ some) => some.map(({ id }) => id).join(', ') || 'none';
  /** @param {(typeof listed)[number]} rule */
  const section = ({ id, text, atDoor, pure }) => [
    `### ${id}`, '', `> ${text.slice(0, 160)}${text.length > 160 ? '…' : ''}`, '',
    ...(atDoor.length ? ['Through a door:', '', ...atDoor, ''] : []), ...(pure.length ? ['As a pure rule:', '', ...pure, ''] : []),
  ];
  const text = [
    '# Rules and their tests', '', '<!-- generated: npm run generate -->', '',
    `Of the ${listed.length} rules of [domain.md](domain.md), ${proven.length} are proven through a door (a use case on real PostgreSQL, a journey or a fault); a rule is due when an issue says so.`, '',
    `- Pure tests only: ${names(pureOnly)}`, `- No test yet: ${names(listed.filter(({ id }) => !tests.has(id)))}`, '',
    '## Proven through a door', '', ...proven.flatMap(section),
    '## Pure tests only', '', ...(pureOnly.length ? pureOnly.flatMap(section) : ['None.', '']),
  ].join('\n');
  return { files: new Map([['docs/rules.md', text]]) };
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
