// npm run bench -- --footprint: what a visit leaves behind, from the gate to the maker's payment and the customer's answer, on the whole platform.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Desk } from '../tests/faults/desk';
import { Ground, services } from '../tests/faults/ground';
import { Ledger, read } from '../tests/faults/ledger';
import { calls, takesCarThrough } from '../tests/faults/people';

/** Kept for a time and then purged by the platform; whatever else grows is the business's own, and stays. */
const forgotten = ['inbox', 'idempotency', 'outbox', 'timer', 'dead_letter'];
const day = 24 * 3_600_000;

interface Disk {
  /** Bytes of tables with their indexes, by service and whether the platform forgets them. */
  readonly postgres: Record<string, { kept: number; forgotten: number }>;
  readonly kafka: Record<string, { bytes: number; facts: number }>;
  /** used_memory */
  readonly redis: number;
}

/** What `visits` more visits add; a few before them, so that every table, index and topic has begun. @returns bytes a visit */
export async function footprint(visits: number, portBase: number) {
  const scratch = mkdtempSync(join(tmpdir(), 'aftersales-footprint-'));
  const ground = await Ground.start(portBase, { brokers: 1 });
  const file = join(scratch, 'ledger.jsonl');
  const ledger = new Ledger(file);
  const desk = new Desk(ground.whole.platform.addresses);
  /** Cars one after the other at two technicians; two days later their owners are called; then all that is said has been heard. */
  const go = async (n: number): Promise<void> => {
    await ground.clock.toWorkingHours();
    const today = { desk, ledger, now: await ground.whole.now() };
    let left = n;
    await Promise.all(['technician.a', 'technician-2.a'].map(async (technician) => {
      while (left-- > 0) await takesCarThrough(technician)(today);
    }));
    await ground.clock.move(2 * day);
    await ground.clock.toWorkingHours();
    for (let before = -1; before < read(file).length; ) {
      before = read(file).length;
      await calls(today);
    }
    await ground.whole.settled(120_000);
  };
  try {
    await go(4);
    const before = await disk(ground);
    await go(visits);
    const after = await disk(ground);
    const told = (kind: string): number => read(file).filter((one) => one.kind === kind).length;
    if (told('submitted') !== visits + 4) throw new Error(`${told('submitted')} claims of ${visits + 4} visits`);
    const each = (a: number, b: number): number => (a - b) / visits;
    return {
      visits, answered: told('answered'),
      postgres: Object.fromEntries(services.map((service) => [service, { kept: each(after.postgres[service]!.kept, before.postgres[service]!.kept), forgotten: each(after.postgres[service]!.forgotten, before.postgres[service]!.forgotten) }])),
      kafka: { bytes: each(sum(after.kafka, 'bytes'), sum(before.kafka, 'bytes')), facts: each(sum(after.kafka, 'facts'), sum(before.kafka, 'facts')) },
      redis: each(after.redis, before.redis),
    };
  } finally {
    ledger.close();
    rmSync(scratch, { recursive: true });
    await ground.stop();
  }
}

const sum = (topics: Disk['kafka'], of: 'bytes' | 'facts'): number => Object.values(topics).reduce((all, one) => all + one[of], 0);

async function disk(ground: Ground): Promise<Disk> {
  const { whole } = ground;
  const postgres: Disk['postgres'] = {};
  for (const service of services) {
    await ground.asAdmin(service, (client) => client.query('vacuum'));
    const [row] = await whole.rows<{ kept: number; forgotten: number }>(service, `
      select coalesce(sum(size) filter (where relname <> all($1::text[])), 0)::float8 as kept, coalesce(sum(size) filter (where relname = any($1::text[])), 0)::float8 as forgotten
      from (select relname, pg_total_relation_size(oid) as size from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace) t`, [forgotten]);
    postgres[service] = row!;
  }
  const data = join(whole.platform.home, 'kafka', 'data');
  const kafka: Disk['kafka'] = {};
  for (const folder of readdirSync(data)) {
    const topic = folder.replace(/-\d+$/, '');
    if (topic.startsWith('__') || topic === folder) continue;
    kafka[topic] ??= { bytes: 0, facts: 0 };
    for (const log of readdirSync(join(data, folder))) if (log.endsWith('.log')) kafka[topic].bytes += statSync(join(data, folder, log)).size;
  }
  const admin = whole.kafka.admin();
  await admin.connect();
  for (const [topic, one] of Object.entries(kafka)) for (const { high } of await admin.fetchTopicOffsets(topic)) one.facts += Number(high);
  await admin.disconnect();
  const redis = await ground.withRedis(async (client) => Number(/used_memory:(\d+)/.exec(await client.info('memory'))![1]));
  return { postgres, kafka, redis };
}
