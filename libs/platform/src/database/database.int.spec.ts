import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { isTransient } from '../inbox/transient';
import { publish } from '../outbox/publish';
import { createTestDatabase, type TestDatabase } from '../testing/test-database';
import { ParcelSent, stores } from '../testing/sample/parcel.module';
import { wake } from '../timers/wake';
import { join } from 'node:path';
import { Database } from './database';
import { insertRow, lockRow, lockRowIfKnown, updateRow } from './rows';
import type { Tx } from './tx';

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

  it('a transaction whose error was swallowed does not pass for committed', async () => {
    const id = '00000000-0000-7000-8000-0000000000b1';
    await expect(database.transaction(scope, async (tx) => {
      await tx.query(parcel(id, stores.a));
      await tx.query('select 1/0').catch(() => undefined);
    })).rejects.toThrow(/swallowed/);
    expect(await database.read(scope, (tx) => tx.query('select 1 from parcel where id = $1', [id]))).toEqual([]);
  });

  it('a write that nobody waited for fails its transaction with its own error, whatever came behind it', async () => {
    const row = { id: '00000000-0000-7000-8000-0000000000b5', storeId: stores.a, version: 1, state: 'packed', note: '' };
    const twice = (then: (tx: Tx) => Promise<unknown> | void) => database.transaction(scope, async (tx) => {
      for (let n = 0; n < 2; n++) await insertRow(tx, 'parcel', row);
      await then(tx);
    });
    const doubled = { code: '23505', constraint: 'parcel_pkey' };
    await expect(twice(() => undefined)).rejects.toMatchObject(doubled);
    await expect(twice((tx) => tx.query('select 1'))).rejects.toMatchObject(doubled);
    await expect(twice((tx) => publish(tx, ParcelSent, row, { parcelId: row.id, step: 1 }))).rejects.toMatchObject(doubled);
    await expect(twice((tx) => tx.savepoint(() => Promise.resolve()))).rejects.toMatchObject(doubled);
    expect(await database.read(scope, (tx) => tx.query('select 1 from parcel where id = $1', [row.id]))).toEqual([]);
    expect((await db.admin.query('select 1 from outbox where key = $1', [row.id])).rows).toEqual([]);
  });

  it('one that failed in a savepoint is undone with it, and the transaction goes on', async () => {
    const row = { id: '00000000-0000-7000-8000-0000000000b6', storeId: stores.a, version: 1, state: 'packed', note: '' };
    await database.transaction(scope, async (tx) => {
      await insertRow(tx, 'parcel', row);
      await expect(tx.savepoint(() => insertRow(tx, 'parcel', row))).rejects.toMatchObject({ code: '23505' });
      await expect(tx.savepoint(async () => {
        await insertRow(tx, 'parcel', row);
        throw new Error('its own');
      })).rejects.toThrow('its own');
      await updateRow(tx, 'parcel', row, { note: 'went on' });
    });
    expect(await database.read(scope, (tx) => tx.query('select note from parcel where id = $1', [row.id]))).toEqual([{ note: 'went on' }]);
  });

  it('what fails at its commit has said nothing and set no timer', async () => {
    await db.admin.query(`create function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused at the commit'; end $$;
      create constraint trigger refuse after insert on parcel deferrable initially deferred for each row when (new.note = 'refuse') execute function refuse()`);
    const id = '00000000-0000-7000-8000-0000000000b3';
    await expect(database.transaction(scope, async (tx) => {
      await tx.query(`insert into parcel (id, store_id, version, state, note) values ($1, $2, 1, 'packed', 'refuse')`, [id, stores.a]);
      publish(tx, ParcelSent, { storeId: stores.a, version: 1 }, { parcelId: id, step: 1 });
      wake(tx, 'parcel.remind', { id, storeId: stores.a }, tx.now);
    })).rejects.toThrow('refused at the commit');
    expect((await db.admin.query(`select key from outbox where key = $1 union all select subject::text from timer where subject::text = $1`, [id])).rows).toEqual([]);
  });

  it('who holds a row stops nobody who only refers to it', async () => {
    const id = '00000000-0000-7000-8000-0000000000b4';
    await database.transaction(scope, (tx) => tx.query(parcel(id, stores.a)));
    await database.transaction(scope, async (holder) => {
      await lockRow(holder, 'parcel', id);
      await lockRowIfKnown(holder, 'parcel', id);
      await database.transaction(scope, async (tx) => {
        await tx.query(`set local lock_timeout = '500ms'`);
        await tx.query('select 1 from parcel where id = $1 for key share', [id]); // as a foreign key looks
      });
    });
  });

  it('what a transaction opened with ends with it, on whatever connection', async () => {
    const client = new pg.Client({ connectionString: db.service });
    await client.connect();
    try {
      await client.query(`begin; select app_open('${stores.b}', true); commit`);
      expect((await client.query(`select app_stores() as stores, app_now() as now`)).rows).toEqual([{ stores: null, now: null }]);
    } finally {
      await client.end();
    }
  });

  it('a connection that the server ends, idle or between two statements, is a passing fault at most', async () => {
    const end = (which: string) => db.admin.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = '${db.name}_service' and ${which}`);
    await Promise.all(Array.from({ length: 4 }, () => database.read(scope, (tx) => tx.query('select pg_sleep(0.1)'))));
    expect((await end(`state = 'idle'`)).rows.length).toBeGreaterThan(0);
    await pause(100); // they hear of their end
    const error = await database.read(scope, async (tx) => {
      await end(`state = 'idle in transaction'`);
      await pause(100); // it hears of its end
      await tx.query('select 1');
    }).then(() => null, (failed: unknown) => failed);
    expect([error, isTransient(error)]).toEqual([expect.any(Error), true]);
    expect(await database.read(scope, (tx) => tx.query('select 1 as one'))).toEqual([{ one: 1 }]);
  });

  it('what goes on after its transaction ended writes in nobody else\'s', async () => {
    const id = '00000000-0000-7000-8000-0000000000b2';
    let late: Promise<unknown> | undefined;
    await expect(database.transaction(scope, (tx) => {
      late = (async () => {
        await pause(100);
        await tx.query(parcel(id, stores.a));
      })();
      late.catch(() => undefined);
      return Promise.reject(new Error('took too long'));
    })).rejects.toThrow('took too long');
    const others = Promise.all(Array.from({ length: 4 }, () => database.transaction(scope, (tx) => tx.query('select pg_sleep(0.3)')))); // every connection is in use again
    await expect(late).rejects.toThrow('this transaction is over');
    await others;
    expect(await database.read(scope, (tx) => tx.query('select 1 from parcel where id = $1', [id]))).toEqual([]);
  });

  it('a server that is gone without a word is a passing fault soon, and the next transaction has a new connection', async () => {
    const target = new URL(db.service);
    const [port, host] = [Number(target.port), target.hostname];
    const sockets: Socket[] = [];
    const mute = new Set<Socket>();
    const proxy = createServer((near) => {
      const far = createConnection(port, host);
      sockets.push(near, far);
      for (const socket of [near, far]) socket.on('error', () => undefined);
      near.on('data', (bytes) => !near.destroyed && !mute.has(near) && far.write(bytes));
      far.on('data', (bytes) => !mute.has(far) && near.write(bytes));
    });
    await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
    target.port = String((proxy.address() as AddressInfo).port);
    target.hostname = '127.0.0.1';
    const far = new Database({ service: target.href, system: target.href }, 2, 1_500);
    try {
      await far.open();
      await far.read(scope, (tx) => tx.query('select 1'));
      for (const socket of sockets) mute.add(socket);
      const error = await far.read(scope, (tx) => tx.query('select 1')).then(() => null, (failed: unknown) => failed);
      expect(isTransient(error)).toBe(true);
      expect(await far.read(scope, (tx) => tx.query('select 1 as one'))).toEqual([{ one: 1 }]);
    } finally {
      for (const socket of sockets) socket.destroy();
      await far.stop();
      proxy.close();
    }
  }, 10_000);

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
