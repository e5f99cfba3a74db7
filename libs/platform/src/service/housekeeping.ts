import type { Logger } from 'pino';
import type { Database } from '../database/database';

const everyMs = 60_000;
/** Real time, in batches: what the inbox remembers (AFTERSALES_INBOX_DAYS), answers under an Idempotency-Key (24 h), closed dead letters (30 days). */
const purges = (inboxDays: number): string[] => [
  `delete from inbox where ctid in (select ctid from inbox where noted_at < clock_timestamp() - interval '${inboxDays} days' limit 5000)`,
  `delete from idempotency where ctid in (select ctid from idempotency where noted_at < clock_timestamp() - interval '24 hours' limit 5000)`,
  `delete from dead_letter where id in (select id from dead_letter where closed_at < clock_timestamp() - interval '30 days' limit 1000)`,
];

/** Nothing of the platform's grows without bound. */
export function keepHouse(database: Database, inboxDays: number, log: Logger): NodeJS.Timeout {
  return setInterval(() => {
    void (async () => {
      for (const sql of purges(inboxDays)) await database.acrossStores('retention', (tx) => tx.query(sql));
    })().catch((error: Error) => log.warn(`housekeeping tries again in a minute: ${error.message}`));
  }, everyMs);
}
