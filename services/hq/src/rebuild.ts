import { kafkaClient } from '@aftersales/platform/bus/kafka';
import { readSettings } from '@aftersales/platform/config/config';
import { Database } from '@aftersales/platform/database/database';
import { Rings } from '@aftersales/platform/timers/rings';
import { buildService } from '@aftersales/platform/service/build-service';
import { makeLog } from '@aftersales/platform/telemetry/log';
import { HqModule } from './hq.module';
import { hqSettings } from './hq.settings';
import { Rebuild } from './rebuild/rebuild.service';
import { readToTheEnd } from './rebuild/topics.reader';

/**
 * HQ-9: `node services/hq/dist/rebuild.js`, with hq's environment and DATABASE_URL of an empty, migrated database. Every topic that hq hears is
 * read from its beginning to its present end; nothing is said, nothing rings, the running hq is not disturbed. Ends with 0 when all was applied.
 */
async function main(): Promise<number> {
  const read = readSettings(process.env, hqSettings);
  if ('faults' in read) {
    for (const fault of read.faults) console.error(`hq: ${fault}`);
    return 78;
  }
  const log = makeLog('hq', read.settings.AFTERSALES_LOG_LEVEL);
  const built = await buildService({ name: 'hq', module: HqModule, settings: hqSettings }, read.settings, log);
  await built.app.startAllMicroservices(); // registers what is heard; the application itself is not started
  const rebuild = new Rebuild(built);
  try {
    await rebuild.demandEmpty();
    const facts = await readToTheEnd(kafkaClient('hq-rebuild', read.settings.KAFKA_BROKERS, log), rebuild.topics, (messages) => rebuild.take(messages));
    const dead = await rebuild.deadLetters();
    console.log(`${facts} messages read from ${rebuild.topics.length} topics, ${dead} could not be handled`);
    return dead ? 1 : 0;
  } finally {
    await built.app.get(Rings).stop();
    await built.app.get(Database).stop();
  }
}

main().then((code) => process.exit(code), (error: Error) => {
  console.error(`hq: not rebuilt: ${error.message}`);
  process.exit(1);
});
