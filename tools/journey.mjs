// npm run journey: one car from booking to CSI against a running platform (npm start), step by step, with each fact seen on Kafka and each timer rung.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { running, startFirst } from './platform/here.mjs';
import { root } from './stack/cache.mjs';

const addresses = await running({ file: process.env['PLATFORM'] });
if (!addresses) {
  console.error(startFirst);
  process.exit(2);
}
const require = createRequire(import.meta.url);
// The journey is the one that npm test runs (tests/journeys), in TypeScript: SWC compiles it as it is loaded.
const swc = require('@swc/core');
const { exclude: _exclude, $schema: _schema, ...options } = JSON.parse(fs.readFileSync(path.join(root, '.swcrc'), 'utf8'));
for (const ending of ['.ts', '.mjs']) {
  require.extensions[ending] = (module, name) => /** @type {any} */ (module)._compile(swc.transformFileSync(name, { ...options, swcrc: false, jsc: { ...options.jsc, parser: { syntax: 'typescript', decorators: true } } }).code, name);
}
const { Stage } = require('../tests/journeys/stage.ts');
const { maintenanceJourney } = require('../tests/journeys/maintenance.ts');
const { closing } = require('../tests/journeys/closing.ts');

const stage = await Stage.open(addresses, (/** @type {string} */ line) => console.log(line));
try {
  await maintenanceJourney(stage);
  await closing(stage);
} catch (error) {
  console.error(`\n  The journey stopped: ${/** @type {Error} */ (error).stack}`);
  process.exitCode = 1;
} finally {
  await stage.close();
}
