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
});
