// TypeScript of the tests in a process of its own, compiled by SWC as it is loaded: `node tools/typescript.mjs <file> [argument]…`
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './stack/cache.mjs';

export const requireTypescript = createRequire(import.meta.url);
const swc = requireTypescript('@swc/core');
const { exclude: _exclude, $schema: _schema, ...options } = JSON.parse(fs.readFileSync(path.join(root, '.swcrc'), 'utf8'));
for (const ending of ['.ts', '.mjs']) {
  requireTypescript.extensions[ending] = (module, name) => /** @type {any} */ (module)._compile(swc.transformFileSync(name, { ...options, swcrc: false, jsc: { ...options.jsc, parser: { syntax: 'typescript', decorators: true } } }).code, name);
}

if (process.argv[1] && fs.realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [file = ''] = process.argv.splice(2, 1);
  requireTypescript(path.resolve(file));
}
