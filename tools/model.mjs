// `npm run model`: the protocol models of docs/model, with all guards and with each one off. `npm run model -- SafeLow` tells its counterexample step by step.
import { checkModels } from './model/check.mjs';

const began = performance.now();
const { passed, failed } = await checkModels({ log: console.log, words: process.argv.slice(2) });
console.log(`${passed} passed, ${failed} failed, ${((performance.now() - began) / 1000).toFixed(0)} s`);
process.exitCode = failed === 0 ? 0 : 1;
