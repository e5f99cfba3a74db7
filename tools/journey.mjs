// npm run journey: one car from booking to CSI against a running platform (npm start), step by step, with each fact seen on Kafka and each timer rung.
import { running, startFirst } from './platform/here.mjs';
import { requireTypescript } from './typescript.mjs';

const addresses = await running({ file: process.env['PLATFORM'] });
if (!addresses) {
  console.error(startFirst);
  process.exit(2);
}
const { Stage } = requireTypescript('../tests/journeys/stage.ts');
const { maintenanceJourney } = requireTypescript('../tests/journeys/maintenance.ts');
const { closing } = requireTypescript('../tests/journeys/closing.ts');

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
