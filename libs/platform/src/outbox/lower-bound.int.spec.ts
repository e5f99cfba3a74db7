import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { Database } from '../database/database';
import { createTestDatabase, type TestDatabase } from '../testing/test-database';
import { LeaderConnection } from './leader-connection';
import { LowerBound } from './lower-bound';

const enough = 500;

jest.setTimeout(120_000);

describe('the lower bound of the outbox', () => {
  let db: TestDatabase;
  let connection: Interrupted;
  let bound: LowerBound;

  /** Something happens after the leader's next statement. */
  class Interrupted extends LeaderConnection {
    meanwhile: (() => Promise<unknown>) | undefined;
    override async query<Row extends pg.QueryResultRow>(sql: string, parameters?: unknown[]): Promise<Row[]> {
      const rows = await super.query<Row>(sql, parameters);
      const happens = this.meanwhile;
      this.meanwhile = undefined;
      await happens?.();
      return rows;
    }
  }
  beforeAll(async () => (db = await createTestDatabase('hq')));
  afterAll(() => db?.drop());
  beforeEach(async () => {
    await db.admin.query('truncate outbox restart identity');
    connection = new Interrupted(db.service);
    await connection.tryLead();
    bound = new LowerBound(connection);
  });
  afterEach(async () => {
    await connection.close();
    for (const client of opened.splice(0)) client.release(true);
  });

  const insert = (client: pg.PoolClient | pg.Pool) => client.query(`insert into outbox (topic, key, envelope) values ('t', 'k', '{}') returning id`).then(({ rows }) => rows[0].id as number);
  const opened: pg.PoolClient[] = [];
  /** As `Database` opens it. */
  const open = async () => {
    const client = await db.admin.connect();
    opened.push(client);
    await client.query(`begin; select app_open('', true)`);
    return { draw: () => insert(client), end: () => client.query('commit') };
  };
  const send = (ids: readonly number[]) => db.admin.query('delete from outbox where id = any($1)', [ids]);
  const probeAndRaise = async () => {
    await bound.move(enough);
    await bound.move(0);
  };

  /** Transactions of every database of the server hold it back, other tests' too, some of which stay open for 25 s on purpose: looked at until they have ended. */
  const raisedTo = async (id: number) => {
    for (const end = Date.now() + 55_000; bound.id !== id && Date.now() < end; await pause(20)) await bound.move(0);
    const { rows: open } = bound.id === id ? { rows: [] } : await db.admin.query('select datname, state, now() - xact_start as since, query from pg_stat_activity where backend_xid is not null');
    expect({ raisedTo: bound.id, open }).toEqual({ raisedTo: id, open: [] });
  };

  it('is raised to the newest id when all is sent, and to below the first that waits when not', async () => {
    const ids = [await insert(db.admin), await insert(db.admin), await insert(db.admin)];
    await send(ids.slice(0, 1));
    await bound.move(enough);
    await raisedTo(1);
    await send(ids);
    await bound.move(enough);
    await raisedTo(3);
  });

  it('is left alone until it spares enough', async () => {
    await send([await insert(db.admin)]);
    await bound.move(enough - 1);
    await bound.move(0);
    expect(bound.id).toBe(0);
  });

  it('stays below the first row of all while nobody has drawn it', async () => {
    await probeAndRaise();
    expect(bound.id).toBe(0);
  });

  it('is not raised over a row whose transaction is still open (SafeLow)', async () => {
    const late = await open();
    const low = await late.draw();
    await send([await insert(db.admin)]);
    await probeAndRaise();
    expect(bound.id).toBeLessThan(low);
    await late.end();
    await raisedTo(low - 1);
  });

  it('waits for open transactions that are younger than the last one that has ended', async () => {
    const [older, younger] = [await open(), await open()];
    const low = await younger.draw();
    await bound.move(enough);
    await older.end();
    await bound.move(0);
    expect(bound.id).toBeLessThan(low);
  });

  it('the newest id is read before the transaction id (IdThenXid)', async () => {
    let drawn = 0;
    await send([await insert(db.admin)]);
    connection.meanwhile = async () => (drawn = await (await open()).draw());
    await probeAndRaise();
    expect(drawn).toBe(2);
    expect(bound.id).toBeLessThan(drawn);
  });

  it('every transaction has its transaction id from its opening statement on (XidFirst), and ids are drawn one by one', async () => {
    const database = new Database({ service: db.service, system: db.system }, 2);
    await database.open();
    const first = await database.transaction({ stores: [], actor: { kind: 'system', reason: 'test' } }, (tx) => tx.one<{ xid: string | null }>('select pg_current_xact_id_if_assigned()::text as xid'));
    await database.stop();
    expect(first!.xid).not.toBeNull();
    expect((await db.admin.query(`select seqcache from pg_sequence where seqrelid = 'outbox_id_seq'::regclass`)).rows).toEqual([{ seqcache: 1 }]);
  });
});
