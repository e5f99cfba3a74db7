// What a system needs once before its services start: a database with three roles for each, their tables, the topics. Idempotent.
// As a program (docker-compose.yml): DATABASE_URL=<a superuser's> KAFKA_BROKERS=<…> prepare-system.mjs <service>…
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../stack/cache.mjs';
import { createDatabases } from '../stack/databases.mjs';
import { createTopics } from '../stack/topics.mjs';

/**
 * The libraries must be built: what migrates and what the topics are is said there.
 * @param {{ databaseAdminUrl: string, kafkaBrokers: string | string[], services: string[], replicationFactor?: number }} options
 */
export async function prepareSystem({ databaseAdminUrl, kafkaBrokers, services, replicationFactor }) {
  const require = createRequire(import.meta.url);
  const [databases] = await Promise.all([
    createDatabases(databaseAdminUrl, services).then(async (urls) => {
      const { migrate } = require('@aftersales/platform/database/migrate');
      for (const service of services) await migrate(urls[service].owner, ['libs/platform', 'libs/directory', `services/${service}`].map((part) => path.join(root, part, 'migrations')));
      return urls;
    }),
    createTopics(kafkaBrokers, require('@aftersales/contracts/catalogue').topics(), { replicationFactor }),
  ]);
  return databases;
}

if (process.argv[1] && fs.realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { DATABASE_URL: databaseAdminUrl, KAFKA_BROKERS: kafkaBrokers } = process.env;
  const services = process.argv.slice(2);
  if (!databaseAdminUrl || !kafkaBrokers || services.length === 0) throw new Error('usage: DATABASE_URL=… KAFKA_BROKERS=… prepare-system.mjs <service>…');
  // No top-level await: the tests load this file as CommonJS. A rejection ends the program with 1.
  void prepareSystem({ databaseAdminUrl, kafkaBrokers, services }).then(() => console.log(`prepared: topics, and databases of ${services.join(', ')}`));
}
