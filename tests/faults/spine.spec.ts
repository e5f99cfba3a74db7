import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { addDays, atLocal, localDate, weekday } from '@aftersales/calendar/local-time';
import Redis from 'ioredis';
import { stores } from '../../tools/demo/people.mjs';
import { Whole, type Service } from '../support/whole';
import { Ledger } from './ledger';

// Two replicas of each service in processes of their own, while processes, the broker and Redis die. Counted against a ledger on disk of what
// the driver was told: lost = doubled = stuck = 0, and each fault must have disturbed something. First the organisation's facts, from
// headquarters into every directory; then bookings, whose halves are held by the floor and the store room.

const hearers: Service[] = ['hq', 'reception', 'workshop', 'parts', 'crm', 'claims'];
const root = join(__dirname, '../..');

describe('faults', () => {
  let whole: Whole;
  beforeAll(async () => {
    whole = await Whole.start('faults', 9440, { replicas: 2 });
    await whole.settled();
  }, 180_000);
  afterAll(() => whole?.stop(), 60_000);

  const running: { stop(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const load of running.splice(0)) await load.stop(); // also of a test that failed
  }, 60_000);

  /** Publishes policies one after another until told to stop; what was acknowledged is in the ledger, on disk, before the next. */
  function driver(name: string) {
    const ledger = new Ledger(join(root, '.run/faults', `${name}.ledger`));
    let stopped = false;
    let retries = 0;
    const body = { kind: 'appointment.reply', scope: { level: 'store', storeId: stores[2]!.storeId }, value: { workingMinutes: 45 }, onOpen: 'keep' };
    const drivers = Promise.all(Array.from({ length: 4 }, async () => {
      while (!stopped) {
        const id = randomUUID();
        // The same command again, at the other replica, until one has acknowledged it: a PUT of the same state is one change.
        for (let attempt = 0; ; attempt++) {
          try {
            await whole.as.ask('hq-admin', `PUT hq/organisation/policies/${id}`, { body, replica: attempt });
            ledger.told(id);
            break;
          } catch {
            retries++;
            await pause(50);
          }
        }
        await pause(5);
      }
    }));
    const load = {
      ledger,
      retries: () => retries,
      stop: async () => {
        stopped = true;
        await drivers;
        ledger.close();
      },
    };
    running.push(load);
    return load;
  }

  async function lost({ acknowledged }: Ledger): Promise<Record<string, number>> {
    const missing: Record<string, number> = {};
    for (const service of hearers) {
      const rows = await whole.rows<{ id: string }>(service, 'select id from directory_policy where id = any($1)', [acknowledged]);
      missing[service] = acknowledged.length - rows.length;
    }
    return missing;
  }
  const none = Object.fromEntries(hearers.map((service) => [service, 0]));

  async function metric(service: Service, replica: number, name: string): Promise<number> {
    const text = await (await fetch(`${whole.platform.url(service, replica)}/metrics`)).text();
    return [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))].reduce((sum, [, value]) => sum + Number(value), 0);
  }

  it('kill -9 of hq between commit and publish', async () => {
    const load = driver('commit-publish');
    await whole.until('some are acknowledged', async () => load.ledger.acknowledged.length > 50);
    const broker = whole.platform.stack.parts.kafka;
    process.kill(broker.pid!, 'SIGSTOP'); // facts are committed and can't leave
    const committed = load.ledger.acknowledged.length;
    await whole.until('more are acknowledged while the broker is frozen', async () => load.ledger.acknowledged.length > committed + 50);
    const waiting = (await whole.rows('hq', 'select count(*)::int as n from outbox'))[0]!.n;
    await whole.part('hq', 0).kill9();
    await whole.part('hq', 1).kill9();
    process.kill(broker.pid!, 'SIGCONT');
    await Promise.all([whole.part('hq', 0).start(), whole.part('hq', 1).start()]);
    await load.stop();
    await whole.settled();
    expect(waiting).toBeGreaterThan(50); // it disturbed something
    expect(await lost(load.ledger)).toEqual(none);
  }, 120_000);

  it('kill -9 of a hearer between effect and offset: applied again, effective once', async () => {
    const load = driver('effect-offset');
    await whole.until('some are acknowledged', async () => load.ledger.acknowledged.length > 50);
    let again = 0;
    for (let round = 0; round < 3 && again === 0; round++) {
      await whole.until('crm has effects', async () => (await whole.rows('crm', 'select 1 from directory_policy where id = any($1) limit 1', [load.ledger.acknowledged.slice(-20)])).length);
      await whole.part('crm', 0).kill9(); // offsets are committed each second: what it applied since comes again
      await whole.part('crm', 1).kill9();
      await Promise.all([whole.part('crm', 0).start(), whole.part('crm', 1).start()]);
      await pause(1_000);
      again = (await metric('crm', 0, 'inbox_duplicates_total')) + (await metric('crm', 1, 'inbox_duplicates_total'));
    }
    await load.stop();
    await whole.settled();
    expect(again).toBeGreaterThan(0);
    expect(await lost(load.ledger)).toEqual(none);
    const doubled = await whole.rows('crm', `select event_id from inbox where consumer = 'crm.directory' group by event_id having count(*) > 1`);
    expect(doubled).toEqual([]);
  }, 180_000);

  it('the broker is killed and comes back', async () => {
    const load = driver('broker');
    await whole.until('some are acknowledged', async () => load.ledger.acknowledged.length > 50);
    const broker = whole.platform.stack.parts.kafka;
    await broker.kill9();
    const before = load.ledger.acknowledged.length;
    await whole.until('commands go on without a broker', async () => load.ledger.acknowledged.length > before + 50);
    const waiting = (await whole.rows('hq', 'select count(*)::int as n from outbox'))[0]!.n;
    await broker.start();
    await load.stop();
    await whole.settled(90_000);
    expect(waiting).toBeGreaterThan(0);
    expect(await lost(load.ledger)).toEqual(none);
  }, 180_000);

  it('Redis is emptied: commands do not notice', async () => {
    const load = driver('redis');
    const redis = new Redis(whole.platform.addresses.redisUrl);
    await whole.until('some are acknowledged', async () => load.ledger.acknowledged.length > 20);
    const keys = await redis.dbsize();
    await redis.flushall();
    const before = load.ledger.acknowledged.length;
    await whole.until('commands go on', async () => load.ledger.acknowledged.length > before + 20);
    await redis.quit();
    await load.stop();
    await whole.settled();
    expect(keys).toBeGreaterThan(0);
    expect(await lost(load.ledger)).toEqual(none);
  }, 60_000);

  it('SIGTERM under load, one replica after the other: nothing is lost and the rest go on', async () => {
    const load = driver('sigterm');
    await whole.until('some are acknowledged', async () => load.ledger.acknowledged.length > 20);
    for (const service of ['hq', 'workshop'] as Service[]) for (const replica of [0, 1]) {
      await whole.part(service, replica).stop();
      await whole.part(service, replica).start();
    }
    await load.stop();
    await whole.settled();
    expect(load.retries()).toBeGreaterThan(0);
    expect(await lost(load.ledger)).toEqual(none);
  }, 120_000);

  it('the topic replayed from its beginning changes nothing', async () => {
    const before = await whole.rows('claims', 'select id, version from directory_policy order by id, version');
    await Promise.all([0, 1].map((replica) => whole.part('claims', replica).stop()));
    const admin = whole.kafka.admin();
    await admin.connect();
    await admin.setOffsets({ groupId: 'claims', topic: 'hq.policy', partitions: [0, 1, 2].map((partition) => ({ partition, offset: '0' })) });
    await admin.disconnect();
    await Promise.all([0, 1].map((replica) => whole.part('claims', replica).start()));
    await whole.settled();
    const again = (await metric('claims', 0, 'inbox_duplicates_total')) + (await metric('claims', 1, 'inbox_duplicates_total'));
    expect(again).toBeGreaterThanOrEqual(before.length);
    expect(await whole.rows('claims', 'select id, version from directory_policy order by id, version')).toEqual(before);
  }, 120_000);

  it('poison on the topic is set aside with its reason, and what follows goes on', async () => {
    const producer = whole.kafka.producer();
    await producer.connect();
    const poison = ['{', '{"specversion":"1.0"}', JSON.stringify({ specversion: '1.0', id: randomUUID(), source: 'x', type: 'hq.policy-changed.v1', subject: 'x', time: new Date().toISOString(), datacontenttype: 'application/json', aggregateversion: 1, data: { nonsense: true } })];
    await producer.send({ topic: 'hq.policy', messages: poison.map((value, i) => ({ key: `poison-${i}`, value })) });
    await producer.disconnect();
    const load = driver('poison');
    await whole.until('some are acknowledged', async () => load.ledger.acknowledged.length > 20);
    await load.stop();
    await whole.settled();
    expect(await lost(load.ledger)).toEqual(none);
    for (const service of hearers) {
      const letters = await whole.rows(service, `select reason from dead_letter where key like 'poison-%' and state = 'dead' and consumer = $1 order by key`, [`${service}.directory`]);
      expect([service, letters.map(({ reason }) => (reason as string).split(':')[0])]).toEqual([service, ['no JSON', 'no envelope', 'wrong schema']]);
    }
  }, 60_000);

  // --- bookings -------------------------------------------------------------------------------------------------------------------------

  const storeA = stores[0]!;
  const desk = `reception/stores/${storeA.storeId}/appointments`;

  /** A slot of a day that no other test uses: weekdays ahead, by number. */
  function slotOn(n: number, time: string, from: Date): Date {
    let date = addDays(localDate(storeA.zone, from), 1);
    for (let left = n; left > 0 || weekday(date) === 'sun'; date = addDays(date, 1)) if (weekday(date) !== 'sun') left--;
    return atLocal(storeA.zone, date, time);
  }

  async function request(startsAt: Date, work: { operations: object[]; parts: object[] }, ledger: Ledger): Promise<void> {
    const key = randomUUID();
    const body = { kind: 'repair', channel: 'phone', startsAt: startsAt.toISOString(), concern: 'x', car: { known: true, customerId: randomUUID(), vehicleId: randomUUID(), brand: 'nova' }, ...work };
    for (let attempt = 0; attempt < 100; attempt++) {
      try {
        const { appointmentId } = await whole.as.ask('advisor.a', `POST ${desk}`, { body, key, replica: attempt });
        return ledger.told(appointmentId);
      } catch {
        await pause(100);
      }
    }
    throw new Error('no replica took the request');
  }

  /** Holds and refusals of these appointments, on the floor and in the store room. */
  async function answers({ acknowledged }: Ledger) {
    const floor = await whole.rows<{ slot_id: string; state: string }>('workshop', 'select slot_id, state from slot_hold where slot_id = any($1)', [acknowledged]);
    const room = await whole.rows<{ appointment_id: string }>('parts', 'select appointment_id from reservation where appointment_id = any($1)', [acknowledged]);
    return { floor, room };
  }

  it('REC-3 WRK-2 50 at once for one bay, the workshop killed meanwhile: one is held, every one is answered once', async () => {
    const ledger = new Ledger(join(root, '.run/faults', 'slot.ledger'));
    const slot = slotOn(3, '14:00', await whole.now());
    const work = { operations: [{ operationCode: 'DIA-1', skill: 'diagnosis', bayType: 'diagnosis', flatHours: 1000 }], parts: [] };
    const asking = Promise.all(Array.from({ length: 50 }, () => request(slot, work, ledger)));
    await whole.until('the floor has begun to answer', async () => (await answers(ledger)).floor.length > 0);
    await whole.part('workshop', 0).kill9();
    await asking;
    await whole.part('workshop', 0).start();
    await whole.settled();
    ledger.close();
    const { floor } = await answers(ledger);
    expect(new Set(floor.map(({ slot_id: id }) => id)).size).toBe(50);
    expect(floor).toHaveLength(50);
    expect(floor.filter(({ state }) => state === 'held')).toHaveLength(1);
  }, 120_000);

  it('PRT-3 200 at once for one part: one holds it, none is lost, none is doubled', async () => {
    const ledger = new Ledger(join(root, '.run/faults', 'part.ledger'));
    const partNumber = `ONE-${Date.now().toString(36).toUpperCase()}`;
    await whole.as.ask('hq-admin', 'POST parts/catalogue', { body: { partNumber, title: { en: 'the last one' }, unit: 'pc', listPrices: [{ amount: 100, currency: 'CNY' }], kind: 'genuine', class: 'component' } });
    await whole.as.ask('parts-manager.a', `POST parts/stores/${storeA.storeId}/stock`, { body: { partNumber, quantity: 1000, warehouse: '1', rack: 'Z', level: '1', bin: '1' } });
    // Each has a moment of a lift of its own, so that the floor holds them all; the part can't be ordered by then (3 working days, policy).
    const opening = slotOn(1, '08:30', await whole.now());
    const moment = (i: number) => new Date(opening.getTime() + (i < 105 ? Math.floor(i / 3) * 6 : 300 + Math.floor((i - 105) / 3) * 6) * 60_000);
    const work = { operations: [{ operationCode: 'MNT-1', skill: 'maintenance', bayType: 'lift', flatHours: 10 }], parts: [{ partNumber, quantity: 1000 }] };
    await Promise.all(Array.from({ length: 200 }, (_, i) => request(moment(i), work, ledger)));
    await whole.settled(120_000);
    ledger.close();
    const [lines] = await whole.rows<{ holders: number }>('parts', `select count(distinct reservation_id)::int as holders from reservation_line where part_number = $1`, [partNumber]);
    const [card] = await whole.rows<{ on_hand: number; reserved: number }>('parts', `select on_hand::int, reserved::int from stock_card where part_number = $1`, [partNumber]);
    const [told] = await whole.rows<{ held: number; refused: number; asked: number }>('reception', `select count(*) filter (where parts_answer->>'answer' = 'held')::int as held,
      count(*) filter (where parts_answer->>'answer' = 'refused')::int as refused, count(*)::int as asked from appointment_round where appointment_id = any($1)`, [ledger.acknowledged]);
    expect(told).toEqual({ held: 1, refused: 199, asked: 200 });
    expect([lines!.holders, card]).toEqual([1, { on_hand: 1000, reserved: 1000 }]);
  }, 240_000);

  it('REC-9 TIM-3 Redis is emptied with timers pending, then time passes: every one rings once', async () => {
    const ledger = new Ledger(join(root, '.run/faults', 'timers.ledger'));
    const slot = slotOn(2, '09:30', await whole.now());
    const work = { operations: [{ operationCode: 'MNT-1', skill: 'maintenance', bayType: 'lift', flatHours: 100 }], parts: [] };
    await Promise.all(Array.from({ length: 20 }, () => request(slot, work, ledger)));
    await whole.settled();
    const redis = new Redis(whole.platform.addresses.redisUrl);
    await redis.flushall();
    await redis.quit();
    const pending = await whole.rows('reception', `select subject from timer where subject = any($1) and kind = 'appointment.reply'`, [ledger.acknowledged]);
    await whole.jumpTo(new Date((await whole.now()).getTime() + 30 * 3600_000)); // the reply is late by then, and nobody is answered twice
    await whole.settled();
    ledger.close();
    const late = await whole.rows<{ subject: string }>('reception', `select subject from promise where subject = any($1) and kind = 'appointment.reply' and outcome = 'late'`, [ledger.acknowledged]);
    expect(pending.length).toBe(20);
    expect(late.map(({ subject }) => subject).sort()).toEqual([...ledger.acknowledged].sort());
    const [atHq] = await whole.rows<{ n: number }>('hq', `select count(*)::int as n from ledger_promise where subject = any($1) and kind = 'appointment.reply' and outcome = 'late'`, [ledger.acknowledged]);
    expect(atHq!.n).toBe(20);
  }, 120_000);
});
