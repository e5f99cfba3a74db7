import { collectDefaultMetrics } from 'prom-client';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { kafkaClient } from '../bus/kafka';
import { readSettings, type PlatformSettings } from '../config/config';
import { Database } from '../database/database';
import { arm } from '../failpoint/failpoint';
import { Health } from '../health/health';
import { Relay } from '../outbox/relay';
import { makeLog } from '../telemetry/log';
import { gauge } from '../telemetry/metrics';
import { Rings } from '../timers/rings';
import { Timers } from '../timers/timers';
import { buildService, type ServiceSpec } from './build-service';
import { keepHouse } from './housekeeping';

/** A service's whole main.ts. Faults of the configuration are printed all at once and end with 78 before a port opens. */
export async function main<Own extends z.ZodRawShape>(spec: ServiceSpec<Own>): Promise<void> {
  const read = readSettings(process.env, spec.settings ?? ({} as Own));
  if ('faults' in read) {
    for (const fault of read.faults) console.error(`${spec.name}: ${fault}`);
    process.exit(78);
  }
  arm(read.settings.AFTERSALES_FAILPOINT);
  const log = makeLog(spec.name, read.settings.AFTERSALES_LOG_LEVEL);
  process.on('unhandledRejection', (error) => {
    log.error({ err: error }, 'unhandled rejection');
    process.exit(1);
  });
  try {
    const stop = await startService(spec, read.settings, log);
    const end = (): void => void stop().then(() => process.exit(0), (error) => {
      log.error({ err: error }, 'stopped badly');
      process.exit(1);
    });
    process.once('SIGTERM', end);
    process.once('SIGINT', end);
  } catch (error) {
    log.error({ err: error }, 'could not start');
    process.exit(1);
  }
}

/** @returns how to stop it gracefully */
async function startService<Own extends z.ZodRawShape>(spec: ServiceSpec<Own>, settings: PlatformSettings, log: Logger): Promise<() => Promise<void>> {
  const { app } = await buildService(spec, settings, log, kafkaClient(spec.name, settings.KAFKA_BROKERS, log));
  const [database, relay, timers, rings, health] = [app.get(Database), app.get(Relay), app.get(Timers), app.get(Rings), app.get(Health)];
  await refuseShiftedClock(database, settings);
  collectDefaultMetrics();
  gauge('outbox_pending', 'Facts not yet on Kafka', () => oneNumber(database, 'select count(*) as n from outbox'));
  gauge('outbox_oldest_seconds', 'Age of the oldest of them', () => oneNumber(database, 'select coalesce(extract(epoch from clock_timestamp() - min(written_at)), 0)::float8 as n from outbox'));
  gauge('dead_letters_open', 'Facts waiting for a person', () => oneNumber(database, `select count(*) as n from dead_letter where state in ('dead', 'parked')`));
  await app.listen(settings.AFTERSALES_PORT, settings.AFTERSALES_HOST);
  await app.startAllMicroservices();
  relay.start();
  timers.start();
  const housekeeping = keepHouse(database, settings.AFTERSALES_INBOX_DAYS, log);
  health.started = true;
  log.info(`${spec.name} listens on ${settings.AFTERSALES_PORT}`);

  // Graceful: not ready, no new timers, requests or facts; what is under way ends; the outbox is emptied once more.
  return async () => {
    health.draining = true;
    clearInterval(housekeeping);
    await timers.stop();
    await app.close();
    await relay.stop();
    await rings.stop();
    await database.stop();
    log.info(`${spec.name} has stopped`);
  };
}

/** A database whose clock was once moved is a demo's: production does not run on it. */
async function refuseShiftedClock(database: Database, settings: PlatformSettings): Promise<void> {
  if (settings.AFTERSALES_DEMO_CLOCK === 'true') return;
  if (await oneNumber(database, `select count(*) as n from clock_shift where shift > interval '0'`))
    throw new Error('the clock of this database was moved; only a demo (AFTERSALES_DEMO_CLOCK=true) may run on it');
}

const oneNumber = (database: Database, sql: string): Promise<number> =>
  database.read({ stores: [], actor: { kind: 'system', reason: 'metrics' } }, async (tx) => Number((await tx.one<{ n: number }>(sql))!.n));
