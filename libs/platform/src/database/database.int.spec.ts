import { createTestDatabase, type TestDatabase } from '../testing/test-database';
import { stores } from '../testing/sample/parcel.module';
import { join } from 'node:path';
import { Database } from './database';

describe('the database', () => {
  let db: TestDatabase;
  let database: Database;
  const scope = { stores: [stores.a], actor: { kind: 'system', reason: 'test' } } as const;
  const parcel = (id: string, storeId: string) => `insert into parcel (id, store_id, version, state) values ('${id}', '${storeId}', 1, 'packed')`;

  beforeAll(async () => {
    db = await createTestDatabase('hq', join(__dirname, '../testing/sample/migrations'));
    database = new Database({ service: db.service, system: db.system }, 4);
    await database.open();
  });
  afterAll(async () => {
    await database?.stop();
    await db?.drop();
  });

  it('a transaction sees and writes the rows of its stores alone; without stores it sees nothing, without an error', async () => {
    await database.transaction({ ...scope, stores: [stores.b] }, (tx) => tx.query(parcel('00000000-0000-7000-8000-00000000000b', stores.b)));
    expect(await database.read(scope, (tx) => tx.query('select id from parcel'))).toEqual([]);
    expect(await database.read({ ...scope, stores: [] }, (tx) => tx.query('select id from parcel'))).toEqual([]);
    expect(await database.acrossStores('test', (tx) => tx.query('select id from parcel'))).toHaveLength(1);
    await expect(database.transaction(scope, (tx) => tx.query(parcel('00000000-0000-7000-8000-00000000000c', stores.b)))).rejects.toThrow(/row-level security/);
  });

  it('a connection that was used for another store does not remember it', async () => {
    await database.read({ ...scope, stores: [stores.b] }, (tx) => tx.query('select 1'));
    const after = await Promise.all(Array.from({ length: 8 }, () => database.read({ ...scope, stores: [] }, (tx) => tx.one<{ stores: unknown }>('select app_stores() as stores'))));
    expect(after.every((row) => row!.stores === null)).toBe(true);
  });

  it('a read refuses to write', async () => {
    await expect(database.read(scope, (tx) => tx.query(parcel('00000000-0000-7000-8000-00000000000d', stores.a)))).rejects.toThrow(/read-only/);
  });

  it('a deadlock is repeated, and both get their turn', async () => {
    const ids = ['00000000-0000-7000-8000-0000000000a1', '00000000-0000-7000-8000-0000000000a2'];
    for (const id of ids) await database.transaction(scope, (tx) => tx.query(parcel(id, stores.a)));
    let waiting = 0;
    let both: () => void = () => undefined;
    const meet = new Promise<void>((resolve) => (both = resolve));
    const crossing = (first: string, second: string) => database.transaction(scope, async (tx) => {
      await tx.query(`update parcel set note = note || 'x' where id = $1`, [first]);
      if (++waiting === 2) both();
      if (waiting <= 2) await meet;
      await tx.query(`update parcel set note = note || 'x' where id = $1`, [second]);
    });
    await Promise.all([crossing(ids[0]!, ids[1]!), crossing(ids[1]!, ids[0]!)]);
    expect(waiting).toBeGreaterThan(2); // one of them came again
    expect(await database.read(scope, (tx) => tx.query(`select note from parcel where id = any($1::uuid[])`, [ids]))).toEqual([{ note: 'xx' }, { note: 'xx' }]);
  });

  it('a statement whose table a migration changed meanwhile is prepared anew', async () => {
    const look = () => database.read(scope, (tx) => tx.query('select * from parcel where id = $1', ['00000000-0000-7000-8000-0000000000a1']));
    await Promise.all(Array.from({ length: 6 }, look));
    await db.admin.query(`alter table parcel add column weight int`);
    expect(await look()).toEqual([expect.objectContaining({ weight: null })]);
  });

  it('commands of the moved clock and of the transaction agree', async () => {
    await db.admin.query(`insert into clock_shift (shift) values (interval '40 days')`);
    const { now, sql } = await database.transaction(scope, async (tx) => ({ now: tx.now, sql: (await tx.one<{ at: Date }>('select app_now() as at'))!.at }));
    expect(now).toEqual(sql);
    expect(now.getTime() - Date.now()).toBeGreaterThan(39 * 24 * 3600_000);
  });
});
