import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(__dirname, '../..');
export const schemaFolder = 'libs/contracts/schemas';

/**
 * The schemas that others may already rely on: those of the last two commits (a change is seen before its commit and, in CI, after it).
 * Outside git (a tarball) what is on disk is all there is. A revision that does not exist, or has no schemas yet, gives none.
 */
export function committedSchemas(): { revision: string; name: string; text: string }[] {
  if (git('rev-parse', '--is-inside-work-tree') === null) {
    console.warn('no git here: contracts are compared with libs/contracts/schemas on disk');
    return readdirSync(join(root, schemaFolder)).map((name) => ({ revision: 'disk', name, text: readFileSync(join(root, schemaFolder, name), 'utf8') }));
  }
  return ['HEAD', 'HEAD^'].flatMap((revision) => {
    const names = git('ls-tree', '--name-only', revision, `${schemaFolder}/`)?.split('\n').filter(Boolean) ?? [];
    return names.length ? contents(revision, names) : [];
  });
}

/** One git process for all files. Its answer to each: `<object> blob <bytes>\n<text>\n`. */
function contents(revision: string, paths: string[]): { revision: string; name: string; text: string }[] {
  let rest = execFileSync('git', ['cat-file', '--batch'], { cwd: root, input: paths.map((path) => `${revision}:${path}\n`).join(''), maxBuffer: 1 << 28 });
  return paths.map((path) => {
    const head = rest.indexOf('\n');
    const size = Number(rest.subarray(0, head).toString().split(' ')[2]);
    const text = rest.subarray(head + 1, head + 1 + size).toString('utf8');
    rest = rest.subarray(head + 1 + size + 1);
    return { revision, name: path.slice(schemaFolder.length + 1), text };
  });
}

function git(...args: string[]): string | null {
  try {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}
