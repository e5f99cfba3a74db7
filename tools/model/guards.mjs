// The guards of the models, and the places in the code that are them: each names the other (docs/model/README.md).
import fs from 'node:fs';
import path from 'node:path';

/** @typedef {{ module: string, guard: string, file: string, what: string, open: boolean }} Place `open`: the code has no such guard yet */

/** What docs/model/*.tla say of their constants: `Name, \* … [path:what]`. @param {string} module @param {string} text @returns {Place[]} */
export function placesIn(module, text) {
  const constants = /^CONSTANTS$([\s\S]*?)^(?![\s])/m.exec(text)?.[1] ?? '';
  return constants.split(/^ {2}(?=[A-Z])/m).slice(1).flatMap((one) => {
    const guard = /^\w+/.exec(one)?.[0] ?? '';
    return [...one.matchAll(/\[(open: )?([\w./-]+):(#?\w+)\]/g)].map(([, open, file = '', what = '']) => ({ module, guard, file, what, open: Boolean(open) }));
  });
}

/** @param {string} root of the repository */
export function modelsOf(root) {
  const dir = path.join(root, 'docs', 'model');
  return fs.readdirSync(dir).filter((file) => file.endsWith('.tla')).map((file) => ({ module: path.basename(file, '.tla'), text: fs.readFileSync(path.join(dir, file), 'utf8') }));
}

/** What a file of the code says: `Timer.tla: LookUnderLock, OneTransaction`, by line. @param {string} text */
function mentions(text) {
  return text.split('\n').flatMap((line, n) => [...line.matchAll(/\b([A-Z]\w+)\.tla: ([A-Z]\w+(?:, [A-Z]\w+)*)/g)]
    .flatMap(([, module = '', guards = '']) => guards.split(', ').map((guard) => ({ n, module, guard }))));
}

/**
 * First and last line of a function, method, table or constant, with the comment above it; null when there is none of that name.
 * By its indentation: ours is uniform, and a wrong guess fails a test and hides nothing.
 * @param {string[]} lines @param {string} what
 */
function linesOf(lines, what) {
  const declared = new RegExp(`^(\\s*)(?:(?:export|private|async|function|class|const|create|table) )*${what}(?:<.*>)?(?: = |\\s?\\(| \\{)`);
  const at = lines.findIndex((line) => declared.test(line));
  const indent = declared.exec(lines[at] ?? '')?.[1]?.length;
  if (indent === undefined) return null;
  let first = at;
  while (first > 0 && /^\s*(\/\/|\/\*|\*|--)/.test(lines[first - 1] ?? '')) first--;
  if (/;$/.test(lines[at] ?? '')) return { first, last: at };
  const last = lines.findIndex((line, n) => n > at && line.search(/\S/) === indent && /^\s*(\}|\)|\$|end\b)/.test(line));
  return { first, last: last === -1 ? lines.length - 1 : last };
}

/**
 * What of `models` and code does not name each other, a sentence each.
 * @param {{ module: string, text: string }[]} models @param {Map<string, string>} code by path from the root
 */
export function strayGuards(models, code) {
  const places = models.flatMap(({ module, text }) => placesIn(module, text));
  /** @type {string[]} */
  const faults = [];
  for (const { module, guard, file, what, open } of places) {
    const text = code.get(file);
    const range = text === undefined ? null : linesOf(text.split('\n'), what);
    const named = range !== null && mentions(text ?? '').some((one) => one.module === module && one.guard === guard && one.n >= range.first && one.n <= range.last);
    if (!range) faults.push(`${module}.tla: ${guard} is said to be ${file}:${what}, and there is none`);
    else if (named && open) faults.push(`${module}.tla: ${guard} is marked as open, but ${file}:${what} names it`);
    else if (!named && !open) faults.push(`${module}.tla: ${guard} is said to be ${file}:${what}, which does not name it ("${module}.tla: ${guard}")`);
  }
  for (const [file, text] of code) {
    for (const { n, module, guard } of mentions(text)) {
      if (!places.some((place) => place.module === module && place.guard === guard && place.file === file)) faults.push(`${file}:${n + 1} names ${module}.tla: ${guard}, which does not name it`);
    }
  }
  return faults;
}
