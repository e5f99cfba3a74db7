// The smallest service, whole, in a process of its own: what `kill -9` and a restart mean something to. Its store and its people are told by IPC.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
require('reflect-metadata');
const { main } = require('@aftersales/platform/service/start-service');
const { ParcelModule, staff, stores } = require('@aftersales/platform/testing/sample/parcel.module');

await main({ name: process.env.BENCH_SERVICE, module: ParcelModule });
process.send({ staff, stores });
process.on('disconnect', () => process.exit()); // whoever started it is gone
