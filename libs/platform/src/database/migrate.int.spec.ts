import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { stores } from '../testing/sample/parcel.module';
import { createTestDatabase, type TestDatabase } from '../testing/test-database';
import { migrate } from './migrate';

describe('a migration', () => {
  let db: TestDatabase;
  let folder: string;
  beforeAll(async () => {
    db = await createTestDatabase('hq', join(__dirname, '../testing/sample/migrations'));
    folder = mkdtempSync(join(tmpdir(), 'migrations-'));
    await db.admin.query(`insert into parcel (id, store_id, version, state) values ($1, $2, 1, 'packed')`, [uuidv7(), stores.a]);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await db?.drop();
  });

  const change = `alter table parcel add column seen int not null default 0; update parcel set seen = version;`;

  it('that would change no row of a scoped table, because its owner sees none, fails and leaves nothing', async () => {
    const file = join(folder, '1765000000000-blind.sql');
    writeFileSync(file, change);
    await expect(migrate(db.owner, [folder])).rejects.toThrow(/row-level security/);
    rmSync(file);
    expect((await db.admin.query(`select from information_schema.columns where table_name = 'parcel' and column_name = 'seen'`)).rows).toEqual([]);
  });

  it('that lifts it for its own transaction changes them all', async () => {
    writeFileSync(join(folder, '1765000000001-seeing.sql'), `alter table parcel no force row level security; ${change} alter table parcel force row level security;`);
    await migrate(db.owner, [folder]);
    expect((await db.admin.query('select seen from parcel')).rows).toEqual([{ seen: 1 }]);
  });
});
