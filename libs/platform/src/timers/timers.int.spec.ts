import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { Database } from '../database/database';
import { LeaderConnection } from '../outbox/leader-connection';
import { Promises } from '../promises/promises';
import { broken, sample, staff, stores } from '../testing/sample/parcel.module';
import { startSample } from '../testing/sample/start-sample';
import { TestService } from '../testing/test-service';
import { promiseFacts } from '@aftersales/contracts/kernel/promise-facts';
import { Rings } from './rings';
import { Timers } from './timers';
import { wake } from './wake';

const minute = 60_000;

describe('timers', () => {
  let service: TestService;
  beforeAll(async () => (service = await startSample()));
  afterAll(() => service?.stop());
  afterEach(() => broken.clear());

  const pack = async (body: object) => (await service.http(`POST /stores/${stores.a}/parcels`, { as: staff.clerkA, body: { note: '', ...body } })).body as { id: string };
  const rung = async (id: string) => (await service.rows('select 1 from parcel_rung where parcel_id = $1', [id])).length;
  const pending = async (id: string) => (await service.rows('select * from timer where subject = $1', [id])) as { attempts: number; last_error: string }[];

  it('TIM-3 rings at the due instant, not before, and once whatever looks', async () => {
    const { id } = await pack({ remindInMs: 10 * minute });
    await service.jump(9 * minute);
    expect(await rung(id)).toBe(0);
    await service.jump(1 * minute);
    await Promise.all([service.fireDue(), service.fireDue(), service.fireDue()]);
    expect([await rung(id), await pending(id)]).toEqual([1, []]);
  });

  it('TIM-3 what is overdue by months rings like any other', async () => {
    const { id } = await pack({ remindInMs: minute });
    await service.jump(90 * 24 * 60 * minute);
    expect(await rung(id)).toBe(1);
  });

  it('TIM-2 a cancelled one is gone with the state it belonged to', async () => {
    const { id } = await pack({ remindInMs: 10 * minute });
    await service.http(`POST /stores/${stores.a}/parcels/${id}/send`, { as: staff.clerkA, ifMatch: 1 });
    expect(await pending(id)).toEqual([]);
    await service.jump(20 * minute);
    expect(await rung(id)).toBe(0);
  });

  it('TIM-2 a timer is undone with its transaction', async () => {
    const { id } = await pack({});
    await expect(service.transaction([stores.a], async (tx) => {
      wake(tx, 'parcel.remind', { id, storeId: stores.a }, tx.now);
      await tx.query('select 1');
      throw new Error('undone');
    })).rejects.toThrow('undone');
    await service.fireDue();
    expect(await rung(id)).toBe(0);
  });

  it('TIM-3 one that fails is tried again later, and stops no other', async () => {
    const sick = await pack({ remindInMs: minute });
    const well = await pack({ remindInMs: minute });
    broken.add(sick.id);
    await service.jump(minute);
    expect([await rung(sick.id), await rung(well.id)]).toEqual([0, 1]);
    expect(await pending(sick.id)).toMatchObject([{ attempts: 1, last_error: 'stumbled over \ufffd' }]);
    broken.clear();
    await service.jump(5_000);
    expect(await rung(sick.id)).toBe(1);
  });

  it('TIM-3 fires 2 500 at once, more than a look finds, each once, looked for by two workers', async () => {
    const workers = [service.get(Timers), new Timers(service.get(Database), service.get(Rings), service.get(Promises), service.get(LeaderConnection))];
    for (const worker of workers)
      worker.register('parcel.twice', 'parcel', (tx, { subject, storeId }) => tx.query('insert into parcel_rung (store_id, parcel_id, at) values ($1, $2, $3)', [storeId, subject, tx.now]).then(() => undefined));
    const ids = await service.rows<{ id: string }>(
      `with p as (insert into parcel (id, store_id, version, state) select gen_random_uuid(), $1, 1, 'packed' from generate_series(1, 2500) returning id)
       insert into timer (kind, subject, due_at, ring_at, store_id) select 'parcel.twice', id, app_clock(), app_clock(), $1 from p returning subject as id`, [stores.a]);
    await Promise.all(workers.map((worker) => worker.lookForDue()));
    const [{ n, parcels }] = (await service.rows('select count(*)::int as n, count(distinct parcel_id)::int as parcels from parcel_rung where parcel_id = any($1)', [ids.map(({ id }) => id)])) as [{ n: number; parcels: number }];
    expect([n, parcels]).toEqual([2500, 2500]);
  });

  describe('of several stores', () => {
    const due = async (kind: string, storeId: string) => (await service.rows<{ id: string }>(
      `with p as (insert into parcel (id, store_id, version, state) select gen_random_uuid(), $1, 1, 'packed' from generate_series(1, 30) returning id)
       insert into timer (kind, subject, due_at, ring_at, store_id) select $2, id, at, at, $1 from (select id, app_clock() - row_number() over () * interval '1 second' as at from p) t returning subject as id`, [storeId, kind])).map(({ id }) => id).reverse();

    it("TIM-3 one store's ring in their order, another's beside them", async () => {
      const order: string[] = [];
      let othersRing: () => void = () => undefined;
      let [rung, waited] = [false, undefined as Promise<unknown> | undefined];
      const others = new Promise<void>((resolve) => (othersRing = resolve)).then(() => (rung = true));
      service.get(Timers).register('parcel.beside', 'parcel', async (_, { subject, storeId }) => {
        if (storeId === stores.b) return othersRing();
        await (waited ??= Promise.race([others, pause(5_000)])); // behind ours in one lane they would not come
        order.push(rung ? subject : 'before the others');
      });
      const ours = await due('parcel.beside', stores.a);
      await due('parcel.beside', stores.b);
      await service.fireDue();
      expect(order).toEqual(ours);
    });

    it("TIM-3 one store's go on while the database fails another's, whose are tried again as they are", async () => {
      let away = true;
      service.get(Timers).register('parcel.away', 'parcel', async (tx, { subject, storeId }) => {
        if (storeId === stores.a && away) throw Object.assign(new Error('the server is going down'), { code: '57P01' });
        await tx.query('insert into parcel_rung (store_id, parcel_id, at) values ($1, $2, $3)', [storeId, subject, tx.now]);
      });
      const [ours, theirs] = [await due('parcel.away', stores.a), await due('parcel.away', stores.b)];
      const rungOf = async (ids: string[]) => (await service.rows('select 1 from parcel_rung where parcel_id = any($1)', [ids])).length;
      await service.fireDue();
      expect([await rungOf(ours), await rungOf(theirs), (await pending(ours[0]!))[0]!.attempts]).toEqual([0, 30, 0]);
      away = false;
      await service.fireDue();
      expect([await rungOf(ours), await rungOf(theirs)]).toEqual([30, 30]);
    });
  });

  describe('started', () => {
    beforeAll(() => service.get(Timers).start());

    it('TIM-3 Redis emptied with the ring in it: the sweep finds what is due', async () => {
      const rings = service.get(Rings);
      const until = async (holds: () => Promise<boolean>) => {
        for (const end = Date.now() + 12_000; !(await holds()); await pause(50)) if (Date.now() > end) throw new Error('nobody has found it within 12 s');
      };
      const { id } = await pack({ remindInMs: 3_000 });
      await until(async () => (await rings.waiting()) > 0);
      await rings.queue.drain(true);
      await until(async () => (await rung(id)) > 0);
      expect([await rung(id), await pending(id)]).toEqual([1, []]);
    }, 30_000);

    it('TIM-3 a ring comes a moment early: whoever hears it waits for the instant, not for the next sweep', async () => {
      for (let i = 0; i < 3; i++) { // a sweep that happens to come just then helps one of them
        const { id } = await pack({ remindInMs: 120 });
        const due = (await service.now()).getTime() + 120;
        while ((await rung(id)) === 0) await pause(20);
        const [{ at }] = (await service.rows('select at from parcel_rung where parcel_id = $1', [id])) as [{ at: Date }];
        expect(at.getTime() - due).toBeLessThan(1_500);
      }
    }, 30_000);
  });

  describe('promises', () => {
    const facts = promiseFacts('hq');
    const outcome = async (id: string) => (await service.rows('select outcome, cause, done_at from promise where subject = $1', [id]))[0] as { outcome: string; cause: string | null; done_at: Date | null };
    const send = (id: string) => service.http(`POST /stores/${stores.a}/parcels/${id}/send`, { as: staff.clerkA, ifMatch: 1 });

    it('TIM-2 kept when done by the due instant, and then nothing rings', async () => {
      const { id } = await pack({ promiseInMs: 10 * minute });
      await service.jump(10 * minute - 1_000);
      await send(id);
      expect(await outcome(id)).toMatchObject({ outcome: 'kept' });
      expect(await pending(id)).toEqual([]);
      expect((await service.said(facts.kept)).filter(({ data }) => data.subject === id)).toHaveLength(1);
    });

    it('TIM-3 late at the due instant stays late; done after all has its instant', async () => {
      const { id } = await pack({ promiseInMs: minute });
      await service.jump(minute);
      expect(await outcome(id)).toMatchObject({ outcome: 'late', cause: null, done_at: null });
      await send(id);
      expect(await outcome(id)).toMatchObject({ outcome: 'late', done_at: expect.any(Date) });
    });

    it('TIM-4 one that nobody could mark in time is late because of the outage', async () => {
      const { id } = await pack({ promiseInMs: minute });
      await service.jump(30 * minute);
      expect(await outcome(id)).toMatchObject({ outcome: 'late', cause: 'outage' });
    });

    it('TIM-4 met a moment too late it is late, and the machines are not to blame; long after it nobody marked it, they are', async () => {
      const [late, lost] = [await pack({ promiseInMs: minute }), await pack({ promiseInMs: minute })];
      const met = async (id: string, ms: number) => {
        await service.rows(`update promise set due_at = app_clock() - $2 * interval '1 ms' where subject = $1`, [id, ms]); // nothing rings here meanwhile
        await send(id);
        return outcome(id);
      };
      expect(await met(late.id, 5_000)).toMatchObject({ outcome: 'late', cause: null, done_at: expect.any(Date) });
      expect(await met(lost.id, 2 * minute)).toMatchObject({ outcome: 'late', cause: 'outage', done_at: expect.any(Date) });
    });

    it('TIM-5 says why it is due when it is, to people of the store alone', async () => {
      const { id } = await pack({ promiseInMs: minute });
      const { body } = await service.http(`GET /stores/${stores.a}/promises?subject=${id}`, { as: staff.clerkA });
      expect(body.promises).toMatchObject([{ kind: 'parcel.deliver', policy: 'parcel', policyVersion: 1, outcome: 'open' }]);
      expect((await service.http(`GET /stores/${stores.b}/promises?subject=${id}`, { as: staff.clerkB })).body.promises).toEqual([]);
    });
  });

  it('TIM-3 with Redis away commands go on, and the look for what is due still fires it', async () => {
    const lonely = await TestService.start(sample, { REDIS_URL: 'redis://127.0.0.1:1' }, join(__dirname, '../testing/sample/migrations'));
    try {
      const { status, body } = await lonely.http(`POST /stores/${stores.a}/parcels`, { as: staff.clerkA, body: { note: '', remindInMs: 5_000 } });
      expect(status).toBe(201);
      await lonely.jump(5_000);
      expect(await lonely.rows('select 1 from parcel_rung where parcel_id = $1', [body.id])).toHaveLength(1);
    } finally {
      await lonely.stop();
    }
  });

  it('an unknown kind of timer stays where it is', async () => {
    const subject = uuidv7();
    await service.rows(`insert into timer (kind, subject, due_at, ring_at) values ('nobody.knows', $1, app_clock(), app_clock())`, [subject]);
    await service.fireDue();
    expect(await pending(subject)).toHaveLength(1);
    await service.rows(`delete from timer where subject = $1`, [subject]);
  });
});
