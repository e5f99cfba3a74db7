import type { Logger } from 'pino';
import type { Database } from '../database/database';

const everyMs = 60_000;
/** Real time, in batches: what the inbox remembers (AFTERSALES_INBOX_DAYS), answers under an Idempotency-Key (24 h), closed dead letters (30 days). */
const purges = (inboxDays: number): { table: string; past: string; batch: number }[] => [
  { table: 'inbox', past: `noted_at < clock_timestamp() - interval '${inboxDays} days'`, batch: 5000 },
  { table: 'idempotency', past: `noted_at < clock_timestamp() - interval '24 hours'`, batch: 5000 },
  { table: 'dead_letter', past: `closed_at < clock_timestamp() - interval '30 days'`, batch: 1000 },
];

/** Batch after batch until nothing is left: a fixed number a minute would fall behind a busy service for ever. Replicas share the work. */
export async function purge(database: Database, inboxDays: number): Promise<void> {
  for (const { table, past, batch } of purges(inboxDays)) {
    const some = `delete from ${table} where ctid = any(array(select ctid from ${table} where ${past} limit ${batch} for update skip locked)) returning 1`;
    while ((await database.acrossStores('retention', (tx) => tx.query(some))).length === batch);
  }
}

/** Nothing of the platform's grows without bound. */
export function keepHouse(database: Database, inboxDays: number, log: Logger): NodeJS.Timeout {
  let busy = false;
  return setInterval(() => {
    if (busy) return;
    busy = true;
    void purge(database, inboxDays)
      .catch((error: Error) => log.warn(`housekeeping tries again in a minute: ${error.message}`))
      .finally(() => (busy = false));
  }, everyMs);
}
