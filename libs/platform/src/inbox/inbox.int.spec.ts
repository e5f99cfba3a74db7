import { randomBytes, randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { broken, LabelRenamed, ParcelSent, staff, stores } from '../testing/sample/parcel.module';
import { startSample } from '../testing/sample/start-sample';
import type { TestService } from '../testing/test-service';
import { Seal } from '../outbox/seal';
import { DeadLetters } from './dead-letters';
import { Inbox } from './inbox';

describe('inbox', () => {
  let service: TestService;
  beforeAll(async () => (service = await startSample()));
  afterAll(() => service?.stop());
  afterEach(() => broken.clear());

  const storeId = stores.a;
  const hear = (parcelId: string, step: number, more: { id?: string; poison?: boolean; storeId?: string } = {}) =>
    service.hear(ParcelSent, { parcelId, step, ...(more.poison && { poison: true }) }, { storeId: more.storeId ?? storeId, id: more.id ?? uuidv7(), at: new Date(0) });
  const heard = async (parcelId: string) => (await service.rows<{ step: number }>('select step from parcel_heard where parcel_id = $1 order by n', [parcelId])).map(({ step }) => step);
  const letters = (key: string) => service.rows<{ id: string; state: string; reason: string }>(`select id, state, reason from dead_letter where key = $1 order by id`, [key]);
  const close = (what: 'replay' | 'discard', id: string, as: string = staff.admin) => service.http(`POST /dead-letters/${id}/${what}`, { as });

  it('a fact delivered again has its effect once', async () => {
    const parcelId = uuidv7();
    const id = uuidv7();
    await hear(parcelId, 1, { id });
    await hear(parcelId, 1, { id });
    expect(await heard(parcelId)).toEqual([1]);
  });

  it('the same fact delivered to two members at once has its effect once', async () => {
    const parcelId = uuidv7();
    const id = uuidv7();
    await Promise.all(Array.from({ length: 8 }, () => hear(parcelId, 1, { id })));
    expect(await heard(parcelId)).toEqual([1]);
  });

  it('a fact whose transaction was undone by a passing fault has its effect when it comes again', async () => {
    const parcelId = uuidv7();
    const id = uuidv7();
    await service.rows(`create function no_memory() returns trigger language plpgsql as $$ begin raise exception 'out of memory' using errcode = '53200'; end $$`);
    await service.rows('create trigger no_memory before insert on parcel_heard for each row execute function no_memory()');
    await expect(hear(parcelId, 1, { id })).rejects.toThrow('out of memory').finally(() => service.rows('drop trigger no_memory on parcel_heard'));
    await hear(parcelId, 1, { id });
    expect(await heard(parcelId)).toEqual([1]);
  });

  it('what can not be handled becomes a dead letter, later facts of its key are parked, other keys go on', async () => {
    const [sick, well] = [uuidv7(), uuidv7()];
    await hear(sick, 1);
    await hear(sick, 2, { poison: true });
    await hear(sick, 3);
    await hear(well, 1);
    expect([await heard(sick), await heard(well)]).toEqual([[1], [1]]);
    expect((await letters(sick)).map(({ state }) => state)).toEqual(['dead', 'parked']);
    expect((await letters(sick))[0]!.reason).toBe('Error: stumbled over \ufffd'); // its own words, as far as they can be stored
  });

  it('a replay takes the dead one and, in order, those parked behind it', async () => {
    const parcelId = uuidv7();
    const id = uuidv7();
    broken.add(id);
    await hear(parcelId, 1, { id });
    await hear(parcelId, 2);
    await hear(parcelId, 3);
    const [dead, parked] = await letters(parcelId);
    expect(await close('replay', parked!.id)).toMatchObject({ status: 409, body: { code: 'platform.earliest-first' } });
    expect(await close('replay', dead!.id)).toMatchObject({ status: 409, body: { code: 'platform.still-broken' } });
    broken.clear();
    expect(await close('replay', dead!.id)).toMatchObject({ status: 201, body: { applied: 3 } });
    await hear(parcelId, 4);
    expect(await heard(parcelId)).toEqual([1, 2, 3, 4]);
  });

  it('a dead letter that was replayed and comes again has its effect once', async () => {
    const parcelId = uuidv7();
    const id = uuidv7();
    broken.add(id);
    await hear(parcelId, 1, { id });
    broken.clear();
    const [dead] = await letters(parcelId);
    await close('replay', dead!.id);
    await hear(parcelId, 1, { id });
    expect(await heard(parcelId)).toEqual([1]);
  });

  it('a discarded one lets the parked ones go on', async () => {
    const parcelId = uuidv7();
    await hear(parcelId, 1, { poison: true });
    await hear(parcelId, 2);
    const [dead] = await letters(parcelId);
    expect(await close('discard', dead!.id)).toMatchObject({ body: { applied: 1 } });
    expect(await heard(parcelId)).toEqual([2]);
  });

  it('parking while somebody replays loses nothing (LockKey)', async () => {
    for (let round = 0; round < 10; round++) {
      const parcelId = uuidv7();
      const id = uuidv7();
      broken.add(id);
      await hear(parcelId, 1, { id });
      broken.delete(id);
      const [dead] = await letters(parcelId);
      await Promise.all([close('replay', dead!.id), hear(parcelId, 2), hear(uuidv7(), 1)]);
      expect([round, await heard(parcelId)]).toEqual([round, [1, 2]]);
    }
  });

  it('what arrives while somebody replays waits for him, and is not parked behind what is gone then (LockKey)', async () => {
    const parcelId = uuidv7();
    const id = uuidv7();
    broken.add(id);
    await hear(parcelId, 1, { id });
    broken.clear();
    const [dead] = await letters(parcelId);
    let arrives: Promise<void> | undefined;
    await service.transaction([storeId], async (tx) => {
      await service.get(DeadLetters).replay(tx, Number(dead!.id), staff.admin);
      let over = false;
      arrives = hear(parcelId, 2).finally(() => (over = true));
      const waits = async () => (await service.rows(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).length > 0;
      while (!over && !(await waits()));
    });
    await arrives;
    expect([await heard(parcelId), (await letters(parcelId)).map(({ state }) => state)]).toEqual([[1, 2], ['replayed']]);
  });

  it.each([
    ['broken JSON', '{', /no JSON/],
    ['no envelope', '{"id":1}', /no envelope/],
    ['wrong schema', { data: { parcelId: 'x', step: 1 } }, /wrong schema: \/parcelId/],
    ['unknown version', { type: 'hq.parcel-sent.v9' }, /unknown version/],
    ['no store', { storeid: undefined }, /no store/],
    ['other key', { data: { parcelId: uuidv7(), step: 1 } }, /wrong key/],
  ])('%s is a dead letter with its reason, and the partition goes on', async (_name, change, reason) => {
    const parcelId = uuidv7();
    const envelope = { specversion: '1.0', id: randomUUID(), source: '/aftersales/hq', type: 'hq.parcel-sent.v1', subject: parcelId, time: new Date(0).toISOString(), datacontenttype: 'application/json', storeid: storeId, aggregateversion: 1, data: { parcelId, step: 1 } };
    await service.hearBytes('hq.parcel', parcelId, typeof change === 'string' ? change : JSON.stringify({ ...envelope, ...change }));
    const [letter] = await letters(parcelId);
    expect(letter).toMatchObject({ state: 'dead', reason: expect.stringMatching(reason) });
    const other = uuidv7();
    await hear(other, 1);
    expect(await heard(other)).toEqual([1]);
  });

  it.each([
    ['a NUL among broken JSON', '{\0'],
    ['a NUL in the id', JSON.stringify({ specversion: '1.0', id: 'a\0b', source: 's', type: 'hq.parcel-sent.v1', subject: 'x', time: new Date(0).toISOString(), datacontenttype: 'application/json', storeid: storeId, aggregateversion: 1, data: {} })],
    ['half a surrogate pair in the id', JSON.stringify({ specversion: '1.0', id: '\ud800', source: 's', type: 'hq.parcel-sent.v1', subject: 'x', time: new Date(0).toISOString(), datacontenttype: 'application/json', storeid: storeId, aggregateversion: 1, data: {} })],
  ])('%s is a dead letter too: what can not be stored does not stop the partition', async (_name, payload) => {
    const key = uuidv7();
    await service.hearBytes('hq.parcel', key, payload);
    expect(await letters(key)).toMatchObject([{ state: 'dead' }]);
  });

  it('a key that can not be stored, or not in an index, does not stop the partition', async () => {
    await service.hearBytes('hq.parcel', 'a\0b', '{');
    await service.hearBytes('hq.parcel', randomBytes(8_000).toString('base64'), '{');
  });

  it('a type nobody here hears is skipped', async () => {
    const key = uuidv7();
    await service.hearBytes('hq.parcel', key, JSON.stringify({ specversion: '1.0', id: randomUUID(), source: 's', type: 'hq.parcel-weighed.v1', subject: key, time: new Date(0).toISOString(), datacontenttype: 'application/json', aggregateversion: 1, data: {} }));
    expect(await letters(key)).toEqual([]);
  });

  it('the same id with other bytes is a dead letter', async () => {
    const parcelId = uuidv7();
    const id = uuidv7();
    await hear(parcelId, 1, { id });
    await hear(parcelId, 2, { id });
    expect(await heard(parcelId)).toEqual([1]);
    expect((await letters(parcelId)).map(({ reason }) => reason)).toEqual(['same id, other bytes']);
  });

  it('what a message says it is, under a key that is not its own, stays free for the fact itself', async () => {
    const [parcelId, id] = [uuidv7(), randomUUID()];
    const envelope = { specversion: '1.0', id, source: '/aftersales/hq', type: 'hq.parcel-sent.v1', subject: parcelId, time: new Date(0).toISOString(), datacontenttype: 'application/json', storeid: storeId, aggregateversion: 1, data: { parcelId, step: 7 } };
    const strange = uuidv7();
    await service.hearBytes('hq.parcel', strange, JSON.stringify(envelope));
    await hear(parcelId, 1, { id });
    expect([await heard(parcelId), await letters(parcelId)]).toEqual([[1], []]);
    expect(await letters(strange)).toMatchObject([{ state: 'dead', reason: 'wrong key' }]);
  });

  it('an altered one that was discarded and comes again blocks nothing', async () => {
    const parcelId = uuidv7();
    const id = uuidv7();
    const hearing = service.built.bus.hearing('hq.parcel')!;
    await hear(parcelId, 1, { id });
    await hear(parcelId, 2, { id });
    const [dead] = await letters(parcelId);
    const [{ offset, payload }] = (await service.rows('select "offset", payload from dead_letter where id = $1', [dead!.id])) as [{ offset: string; payload: string }];
    expect(await close('discard', dead!.id)).toMatchObject({ status: 201 });
    const again = await hearing.read({ topic: 'hq.parcel', partition: 0, offset: Number(offset), key: parcelId, payload }, service.get(Seal));
    await service.get(Inbox).apply(hearing, [again!]);
    await hear(parcelId, 3);
    expect(await heard(parcelId)).toEqual([1, 3]);
  });

  describe('a batch with one that meets', () => {
    /** Three parcels' facts, and the second never goes through: PostgreSQL says `code`. */
    const batchOf = async (code: string) => {
      const parcels = [uuidv7(), uuidv7(), uuidv7()] as const;
      const hearing = service.built.bus.hearing('hq.parcel')!;
      const batch = await Promise.all(parcels.map(async (parcelId, step) => {
        const payload = JSON.stringify({ specversion: '1.0', id: uuidv7(), source: '/x', type: ParcelSent.type, subject: parcelId, time: new Date(0).toISOString(), datacontenttype: 'application/json', storeid: storeId, aggregateversion: 1, data: { parcelId, step: step + 41 } });
        return (await hearing.read({ topic: 'hq.parcel', partition: 0, offset: 900_000 + step, key: parcelId, payload }, service.get(Seal)))!;
      }));
      await service.rows(`create or replace function in_trouble() returns trigger language plpgsql as $$ begin
        if new.step = 42 then raise exception 'in trouble' using errcode = '${code}'; end if; return new; end $$`);
      await service.rows('create trigger in_trouble before insert on parcel_heard for each row execute function in_trouble()');
      return { parcels, apply: () => service.get(Inbox).apply(hearing, batch), seen: () => Promise.all(parcels.map(heard)) };
    };
    const mend = () => service.rows('drop trigger if exists in_trouble on parcel_heard');
    afterEach(mend);

    it('a lock is taken one by one: what comes before it is applied, the rest when the lock is gone, however often it was asked', async () => {
      const { parcels, apply, seen } = await batchOf('55P03');
      for (let time = 1; time <= 10; time++) await expect(apply()).rejects.toMatchObject({ code: '55P03' });
      expect(await seen()).toEqual([[41], [], []]);
      await mend();
      await apply();
      expect(await seen()).toEqual([[41], [42], [43]]);
      expect(await letters(parcels[1])).toEqual([]);
    });

    it('a deadlock is taken one by one at once, and not again as a whole', async () => {
      const { apply, seen } = await batchOf('40P01');
      await service.rows('create sequence wholes; grant usage on sequence wholes to public');
      await service.rows(`create function count_wholes() returns trigger language plpgsql as $$ begin if new.step = 41 then perform nextval('wholes'); end if; return new; end $$`);
      await service.rows('create trigger count_wholes before insert on parcel_heard for each row execute function count_wholes()');
      try {
        await expect(apply()).rejects.toMatchObject({ code: '40P01' });
        expect(await service.rows('select last_value::int as n from wholes')).toEqual([{ n: 2 }]); // together, and alone
        await mend();
        await apply();
        expect(await seen()).toEqual([[41], [42], [43]]);
      } finally {
        await service.rows('drop trigger count_wholes on parcel_heard');
      }
    });

    it('the limit of its time is taken one by one too; the fifth time that one takes too long alone it is a dead letter, and the others go on', async () => {
      const { parcels, apply, seen } = await batchOf('57014');
      for (let time = 1; time <= 4; time++) {
        await expect(apply()).rejects.toMatchObject({ code: '57014' });
        expect([time, await seen()]).toEqual([time, [[41], [], []]]);
      }
      await apply();
      expect(await seen()).toEqual([[41], [], [43]]);
      expect(await letters(parcels[1])).toMatchObject([{ state: 'dead', reason: 'error: in trouble' }]);
    });
  });

  it('a replay whose parked fact meets a deadlock is repeated; the parked one is not given up', async () => {
    const parcelId = uuidv7();
    const id = uuidv7();
    broken.add(id);
    await hear(parcelId, 1, { id });
    await hear(parcelId, 2);
    broken.clear();
    await service.rows('create sequence tries; grant usage on sequence tries to public');
    await service.rows(`create function once_deadlocked() returns trigger language plpgsql as $$ begin
      if new.step = 2 and nextval('tries') = 1 then raise exception 'deadlock' using errcode = '40P01'; end if; return new; end $$`);
    await service.rows('create trigger once_deadlocked before insert on parcel_heard for each row execute function once_deadlocked()');
    try {
      const [dead] = await letters(parcelId);
      expect(await close('replay', dead!.id)).toMatchObject({ status: 201, body: { applied: 2 } });
      expect(await heard(parcelId)).toEqual([1, 2]);
    } finally {
      await service.rows('drop trigger once_deadlocked on parcel_heard');
    }
  });

  it('a handler writes only in the stores of its facts', async () => {
    const parcelId = uuidv7();
    await hear(parcelId, 1, { storeId: stores.b });
    const seen = await service.transaction([stores.a], (tx) => tx.query('select 1 from parcel_heard where parcel_id = $1', [parcelId]));
    expect(seen).toEqual([]);
  });

  describe('a dead letter belongs where its fact does', () => {
    const scopes = async (parcelId: string) => (await service.rows<{ step: number; stores: string }>('select step, stores::text from parcel_heard where parcel_id = $1 order by n', [parcelId])).map(({ step, stores: seen }) => [step, seen]);

    it('a replay runs in the stores of the fact, not in those of the person', async () => {
      const parcelId = uuidv7();
      const id = uuidv7();
      broken.add(id);
      await hear(parcelId, 1, { id, storeId: stores.b });
      await hear(parcelId, 2, { storeId: stores.b });
      broken.clear();
      const [dead] = await letters(parcelId);
      expect(await close('replay', dead!.id)).toMatchObject({ status: 201, body: { applied: 2 } });
      expect(await scopes(parcelId)).toEqual([[1, `{${stores.b}}`], [2, `{${stores.b}}`]]);
    });

    it('so does what follows a discarded one', async () => {
      const parcelId = uuidv7();
      await service.hearBytes('hq.parcel', parcelId, '{');
      await hear(parcelId, 2, { storeId: stores.b });
      const [dead] = await letters(parcelId);
      expect(await close('discard', dead!.id)).toMatchObject({ status: 201, body: { applied: 1 } });
      expect(await scopes(parcelId)).toEqual([[2, `{${stores.b}}`]]);
    });

    it('a fact of the whole group is replayed across stores, by a post in the whole group alone', async () => {
      for (const storeId of [stores.a, stores.b]) await service.rows(`insert into parcel (id, store_id, version, state) values (gen_random_uuid(), $1, 1, 'packed')`, [storeId]);
      const [labelId, id] = [uuidv7(), uuidv7()];
      broken.add(id);
      await service.hear(LabelRenamed, { labelId, note: 'renamed' }, { id });
      broken.clear();
      const [dead] = await letters(labelId);
      expect((await close('replay', dead!.id, staff.adminA)).status).toBe(404);
      expect(await close('replay', dead!.id)).toMatchObject({ status: 201, body: { applied: 1 } });
      expect(await service.rows(`select count(distinct store_id)::int as stores from parcel where note = 'renamed'`)).toEqual([{ stores: 2 }]);
    });

    it("an administrator of store A sees, replays and discards A's alone; another store's is as absent", async () => {
      const [mine, torn, other, ours] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()];
      await hear(mine, 1, { poison: true });
      await service.hearBytes('hq.parcel', torn, JSON.stringify({ storeid: stores.a }));
      await hear(other, 1, { poison: true, storeId: stores.b });
      await service.hearBytes('hq.parcel', ours, '{');
      const seen = async (as: string) => {
        const keys: string[] = [];
        for (let after = 0; ; ) {
          const { body } = await service.http(`GET /dead-letters?after=${after}`, { as });
          if (body.letters.length === 0) return keys.filter((key) => [mine, torn, other, ours].includes(key));
          keys.push(...body.letters.map(({ key }: { key: string }) => key));
          after = body.letters.at(-1).id;
        }
      };
      expect([await seen(staff.adminA), await seen(staff.admin)]).toEqual([[mine, torn], [mine, torn, other, ours]]);
      const absent = await service.http('GET /dead-letters/999999999', { as: staff.adminA });
      for (const key of [other, ours]) {
        const [letter] = await letters(key);
        for (const answer of [await service.http(`GET /dead-letters/${letter!.id}`, { as: staff.adminA }), await close('replay', letter!.id, staff.adminA), await close('discard', letter!.id, staff.adminA)])
          expect([answer.status, { ...answer.body, instance: '' }]).toEqual([404, { ...absent.body, instance: '' }]);
        expect(await letters(key)).toMatchObject([{ state: 'dead' }]);
      }
      const [letter] = await letters(mine);
      expect((await service.http(`GET /dead-letters/${letter!.id}`, { as: staff.adminA })).status).toBe(200);
      expect(await close('discard', letter!.id, staff.adminA)).toMatchObject({ status: 201 });
    });
  });

  it('dead letters are listed for hq-admin alone', async () => {
    expect((await service.http('GET /dead-letters', { as: staff.clerkA })).status).toBe(403);
    const { body } = await service.http('GET /dead-letters', { as: staff.admin });
    expect(body.letters.length).toBeGreaterThan(0);
    expect(service.get(DeadLetters)).toBeDefined();
  });
});
