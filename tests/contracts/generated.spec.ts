import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '@aftersales/contracts/catalogue';
import { eventMap } from '@aftersales/contracts/generate/event-map';
import { schemas } from '@aftersales/contracts/generate/schemas';
import { breaking, type Schema } from './breaking';
import { committedSchemas, root, schemaFolder } from './committed';

const now = schemas(catalogue);

const onDisk = (path: string): string | null => {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return null;
  }
};

/** Names of generated files that are not what the contracts say now. */
function stale(files: ReadonlyMap<string, string>, read: (path: string) => string | null): string[] {
  return [...files].filter(([path, text]) => read(path) !== text).map(([path]) => `${path} is stale: npm run generate`);
}

/** The contracts' own files, in the order that tools/generate.mjs reads them. */
function sources(): string[] {
  const folder = join(root, 'libs/contracts/src');
  return (readdirSync(folder, { recursive: true }) as string[]).filter((name) => name.endsWith('.ts')).map((name) => join(folder, name)).sort().map((file) => readFileSync(file, 'utf8'));
}

const files = new Map([...now].map(([name, text]): [string, string] => [`${schemaFolder}/${name}`, text]));
files.set('docs/event-map.md', eventMap(catalogue, sources()));

describe('what is generated from the contracts', () => {
  it('is committed as it would be made now', () => expect(stale(files, onDisk)).toEqual([]));

  it('has nothing left of contracts that are gone', () => expect(readdirSync(join(root, schemaFolder)).filter((name) => !now.has(name))).toEqual([]));

  it('is seen when stale, by name', () =>
    expect(stale(files, (path) => (path === 'docs/event-map.md' ? 'old' : path.endsWith('/hq.store-changed.v1.json') ? null : files.get(path)!))).toEqual([
      'libs/contracts/schemas/hq.store-changed.v1.json is stale: npm run generate',
      'docs/event-map.md is stale: npm run generate',
    ]));

  it('tells of each contract when it is said', () => {
    const map = files.get('docs/event-map.md')!;
    expect(catalogue.filter(({ topic }) => !topic.endsWith('.promise')).map(({ type }) => type).filter((type) => !map.includes(`| ${type} |`))).toEqual([]);
  });
});

describe('a contract that was committed', () => {
  const committed = committedSchemas();

  it('still stands, and is not broken within its version', () => {
    const broken = committed.flatMap(({ revision, name, text }) => {
      const after = now.get(name);
      if (!after) return [`${name} of ${revision}: removed`];
      return breaking(JSON.parse(text) as Schema, JSON.parse(after) as Schema).map((what) => `${name} of ${revision}: ${what}`);
    });
    expect(broken).toEqual([]);
  });
});
