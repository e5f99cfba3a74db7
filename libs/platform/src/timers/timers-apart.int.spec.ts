import { v7 as uuidv7 } from 'uuid';
import { stores } from '../testing/sample/parcel.module';
import { startSample } from '../testing/sample/start-sample';
import type { TestService } from '../testing/test-service';
import { Database } from '../database/database';
import type { Tx } from '../database/tx';
import { Timers } from './timers';
import { letSleep, wake } from './wake';

describe('timers that are in trouble stop no other', () => {
  let service: TestService;
  beforeAll(async () => (service = await startSample()));
  afterAll(() => service?.stop());

  const parcelDue = async (kind = 'parcel.remind') => {
    const id = uuidv7();
    await service.rows(`insert into parcel (id, store_id, version, state) values ($1, $2, 1, 'packed')`, [id, stores.a]);
    await service.rows(`insert into timer (kind, subject, due_at, ring_at, store_id) values ($3, $1, app_clock(), app_clock(), $2)`, [id, stores.a, kind]);
    return id;
  };
  const rung = async (id: string) => (await service.rows('select 1 from parcel_rung where parcel_id = $1', [id])).length;

  it('200 of a kind that nobody answers, at the head', async () => {
    await service.rows(`insert into timer (kind, subject, due_at, ring_at) select 'nobody.knows', gen_random_uuid(), app_clock() - interval '1 hour', app_clock() - interval '1 hour' from generate_series(1, 200)`);
    const well = await parcelDue();
    await service.fireDue();
    expect(await rung(well)).toBe(1);
    await service.rows(`delete from timer where kind = 'nobody.knows'`);
  });

  it('one whose subject somebody holds', async () => {
    const [held, well] = [await parcelDue(), await parcelDue()];
    const holder = await service.db.admin.connect();
    try {
      await holder.query('begin');
      await holder.query('select 1 from parcel where id = $1 for update', [held]);
      await service.fireDue();
      expect([await rung(held), await rung(well)]).toEqual([0, 1]);
    } finally {
      await holder.query('rollback');
      holder.release();
    }
    await service.jump(5_000);
    expect(await rung(held)).toBe(1);
  }, 30_000);

  it('one whose timer somebody holds, so that it can not even be put off', async () => {
    const [held, well] = [await parcelDue(), await parcelDue()];
    await service.rows(`update timer set ring_at = ring_at - interval '1 minute' where subject = $1`, [held]); // at the head
    const holder = await service.db.admin.connect();
    try {
      await holder.query('begin');
      await holder.query('select 1 from timer where subject = $1 for update', [held]);
      await service.fireDue();
      expect([await rung(held), await rung(well)]).toEqual([0, 1]);
    } finally {
      await holder.query('rollback');
      holder.release();
    }
    await service.fireDue();
    expect(await rung(held)).toBe(1);
  }, 60_000);

  it('whoever holds the subject reaches its timer, though a worker is about to ring it: the subject is locked first', async () => {
    const id = await parcelDue();
    const holder = await service.db.admin.connect();
    try {
      await holder.query(`begin; set local lock_timeout = '500ms'`);
      await holder.query('select 1 from parcel where id = $1 for no key update', [id]);
      const fires = service.fireDue();
      while ((await service.rows(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).length === 0);
      await holder.query('delete from timer where subject = $1', [id]); // as letSleep() does
      await holder.query('commit');
      await fires;
    } finally {
      await holder.query('rollback');
      holder.release();
    }
    expect(await rung(id)).toBe(0);
  });

  it('two transactions that wake the same subjects, each in an order of its own, never close a ring of waiting', async () => {
    const ids = Array.from({ length: 500 }, () => uuidv7());
    let runs = 0;
    const wakeAll = (order: readonly string[]) => service.transaction([stores.a], async (tx) => {
      runs++; // again after a deadlock
      for (const id of order) wake(tx, 'parcel.deliver', { id, storeId: stores.a }, new Date(tx.now.getTime() + 30 * 24 * 3600_000));
    });
    for (let round = 0; round < 5; round++) await Promise.all([wakeAll(ids), wakeAll(ids.toReversed())]);
    expect(runs).toBe(10);
  });

  it('nor does one that wakes two with one that wakes the first and lets the second sleep', async () => {
    const [first, second] = [{ id: uuidv7(), storeId: stores.a }, { id: uuidv7(), storeId: stores.a }];
    let runs = 0;
    const transaction = (work: (tx: Tx, at: Date) => void) => service.transaction([stores.a], async (tx) => {
      runs++; // again after a deadlock
      work(tx, new Date(tx.now.getTime() + 30 * 24 * 3600_000));
    });
    const wakeBoth = (tx: Tx, at: Date): void => [first, second].forEach((one) => wake(tx, 'parcel.deliver', one, at));
    await transaction(wakeBoth);
    await service.rows(`create function takes_time() returns trigger language plpgsql as $$ begin perform pg_sleep(0.3); return coalesce(new, old); end $$`);
    await service.rows('create trigger takes_time before update or delete on timer for each row execute function takes_time()'); // each holds its first before it asks for the other
    try {
      await Promise.all([transaction(wakeBoth), transaction((tx, at) => {
        letSleep(tx, 'parcel.deliver', second);
        wake(tx, 'parcel.deliver', first, at);
      })]);
    } finally {
      await service.rows('drop trigger takes_time on timer');
    }
    expect(runs).toBe(3);
  });

  it('one that is moved while it fails rings at its new time, not before', async () => {
    let moved: Promise<void> | undefined;
    const tries: Date[] = [];
    service.get(Timers).register('parcel.moved', 'parcel', async (tx, { subject }) => {
      tries.push(tx.now);
      if (tries.length > 1) return;
      moved = service.transaction([stores.a], async (mover) => wake(mover, 'parcel.moved', { id: subject, storeId: stores.a }, new Date(tx.now.getTime() + 3600_000)));
      await tx.query('select pg_sleep(0.3)'); // it waits behind us by now
      throw new Error('stumbled');
    });
    const id = await parcelDue('parcel.moved');
    await service.fireDue();
    await moved;
    await service.jump(10_000);
    expect(tries).toHaveLength(1);
    const [timer] = await service.rows('select due_at = ring_at as as_due, attempts from timer where subject = $1', [id]);
    expect(timer).toEqual({ as_due: true, attempts: 0 });
    await service.jump(3600_000);
    expect(tries).toHaveLength(2);
  });

  it('one whose handler never ends', async () => {
    service.get(Timers).register('parcel.endless', 'parcel', () => new Promise(() => undefined));
    const [endless, well] = [await parcelDue('parcel.endless'), await parcelDue()];
    await service.fireDue();
    expect(await rung(well)).toBe(1);
    expect(await service.rows('select attempts, last_error from timer where subject = $1', [endless])).toEqual([{ attempts: 1, last_error: 'the handler took too long' }]);
    await service.rows('delete from timer where subject = $1', [endless]);
  }, 90_000);

  it('a look asked for while another ends, at whichever of its last steps, finds what is due by then', async () => {
    const [timers, database] = [service.get(Timers), service.get(Database)];
    const read = database.read.bind(database);
    try {
      for (let steps = 0; steps < 12; steps++) {
        let well = '';
        let second: Promise<void> | undefined;
        database.read = async (scope, work) => {
          const seen = await read(scope, work);
          if (well) return seen;
          well = await parcelDue(); // after the last thing that the look saw
          second = (async () => {
            for (let step = 0; step < steps; step++) await null;
            await timers.lookForDue();
          })();
          return seen;
        };
        await timers.lookForDue();
        await second;
        expect([steps, await rung(well)]).toEqual([steps, 1]);
      }
    } finally {
      database.read = read;
    }
  });
});
