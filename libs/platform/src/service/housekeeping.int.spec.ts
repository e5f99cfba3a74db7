import { Database } from '../database/database';
import { createTestDatabase, type TestDatabase } from '../testing/test-database';
import { purge } from './housekeeping';

describe('housekeeping', () => {
  let db: TestDatabase;
  let database: Database;
  beforeAll(async () => {
    db = await createTestDatabase('hq');
    database = new Database({ service: db.service, system: db.system }, 4);
    await database.open();
  });
  afterAll(async () => {
    await database?.stop();
    await db?.drop();
  });

  it('forgets all that is past its time, however much came in a minute, and nothing else', async () => {
    await db.admin.query(`insert into inbox (consumer, event_id, digest, noted_at) select 'x', n::text, '', now() - interval '31 days' from generate_series(1, 12000) n`);
    await db.admin.query(`insert into inbox (consumer, event_id, digest, noted_at) select 'y', n::text, '', now() - interval '29 days' from generate_series(1, 10) n`);
    await Promise.all([purge(database, 30), purge(database, 30)]);
    const { rows } = await db.admin.query('select consumer, count(*)::int as n from inbox group by 1');
    expect(rows).toEqual([{ consumer: 'y', n: 10 }]);
  });

  it('what is forgotten makes room for what comes: month after month the tables take as much disk as after the second', async () => {
    const tables = ['inbox', 'idempotency', 'dead_letter'];
    // The last row of each month is young and stays, so that PostgreSQL can't just cut off the table's end.
    const month = `generate_series(1, 8000) n cross join lateral (select case when n < 8000 then now() - interval '31 days' else now() end as at) t`;
    const sizes: number[][] = [];
    for (let i = 0; i < 5; i++) {
      await db.admin.query(`insert into inbox (consumer, event_id, digest, noted_at) select 'hq.csi', gen_random_uuid(), md5(n::text), at from ${month}`);
      await db.admin.query(`insert into idempotency (id, body_hash, status, answer, noted_at) select gen_random_uuid(), '', 200, repeat('x', 200), at from ${month}`);
      await db.admin.query(`insert into dead_letter (consumer, topic, key, partition, "offset", event_id, payload, reason, state, closed_at) select 'hq.csi', 'x', n, 0, n, gen_random_uuid(), repeat('x', 300), 'x', 'replayed', at from ${month}`);
      const { rows } = await db.admin.query<{ size: number }>('select pg_total_relation_size(t)::int as size from unnest($1::text[]) t', [tables]);
      sizes.push(rows.map(({ size }) => size));
      await purge(database, 30);
      for (const table of tables) await db.admin.query(`vacuum ${table}`); // what autovacuum does by itself, sooner or later
    }
    for (const [n, table] of tables.entries()) for (const size of sizes.slice(2)) expect([table, size[n]! / sizes[1]![n]! < 1.1]).toEqual([table, true]);
  });
});
