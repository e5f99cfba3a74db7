import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { addDays, atLocal, localDate, weekday } from '@aftersales/calendar/local-time';
import Redis from 'ioredis';
import { stores } from '../../tools/demo/people.mjs';
import { Whole, type Service } from '../support/whole';
import { factsOn, notOnce } from './spine/facts';
import type { Ledger } from './spine/ledger';
import { bookings, Load, policies, type Work } from './spine/load';

// Two replicas of each service in processes of their own, while processes, the broker and Redis die. Counted against a ledger on disk of what
// the driver was told: lost = doubled = stuck = 0, and each fault must have disturbed something. First the organisation's facts, from
// headquarters into every directory: their effect is an upsert, so they show what is lost. Then bookings, whose halves are held by the floor
// and the store room, and whose every answer is counted on Kafka: they show what is doubled.

const hearers: Service[] = ['hq', 'reception', 'workshop', 'parts', 'crm', 'claims'];
const root = join(__dirname, '../..');

describe('faults', () => {
  let whole: Whole;
  beforeAll(async () => {
    whole = await Whole.start('faults', 9440, { replicas: 2 });
    await whole.jumpTo(new Date((await whole.now()).getTime() + 15 * 60_000)); // what a run before this one held unbooked is free again
    await whole.settled();
  }, 180_000);
  afterAll(() => whole?.stop(), 60_000);

  const running: Load[] = [];
  afterEach(async () => {
    for (const load of running.splice(0)) await load.stop(); // also of a test that failed
  }, 60_000);

  const storeA = stores[0]!;

  function started(load: Load): Load {
    running.push(load);
    return load;
  }
  const ledgerOf = (name: string) => join(root, '.run/faults', `${name}.ledger`);
  /** Publishes policies one after another until told to stop. */
  const driver = (name: string): Load => started(new Load(ledgerOf(name), policies(whole, stores[2]!.storeId)));

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
    await whole.until('some are acknowledged', async () => load.told.length > 50);
    const broker = whole.platform.stack.parts.kafka;
    process.kill(broker.pid!, 'SIGSTOP'); // facts are committed and can't leave
    const committed = load.told.length;
    await whole.until('more are acknowledged while the broker is frozen', async () => load.told.length > committed + 50);
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

  it('the broker is killed and comes back', async () => {
    const load = driver('broker');
    await whole.until('some are acknowledged', async () => load.told.length > 50);
    const broker = whole.platform.stack.parts.kafka;
    await broker.kill9();
    const before = load.told.length;
    await whole.until('commands go on without a broker', async () => load.told.length > before + 50);
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
    await whole.until('some are acknowledged', async () => load.told.length > 20);
    const keys = await redis.dbsize();
    await redis.flushall();
    const before = load.told.length;
    await whole.until('commands go on', async () => load.told.length > before + 20);
    await redis.quit();
    await load.stop();
    await whole.settled();
    expect(keys).toBeGreaterThan(0);
    expect(await lost(load.ledger)).toEqual(none);
  }, 60_000);

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
    await whole.until('some are acknowledged', async () => load.told.length > 20);
    await load.stop();
    await whole.settled();
    expect(await lost(load.ledger)).toEqual(none);
    for (const service of hearers) {
      const letters = await whole.rows(service, `select reason from dead_letter where key like 'poison-%' and state = 'dead' and consumer = $1 order by key`, [`${service}.directory`]);
      expect([service, letters.map(({ reason }) => (reason as string).split(':')[0])]).toEqual([service, ['no JSON', 'no envelope', 'wrong schema']]);
    }
  }, 60_000);

  // --- bookings -------------------------------------------------------------------------------------------------------------------------

  /** A slot of a day that no other test uses: weekdays ahead, by number. */
  function slotOn(n: number, time: string, from: Date): Date {
    let date = addDays(localDate(storeA.zone, from), 1);
    for (let left = n; left > 0 || weekday(date) === 'sun'; date = addDays(date, 1)) if (weekday(date) !== 'sun') left--;
    return atLocal(storeA.zone, date, time);
  }
  const lift = (flatHours: number): Work => ({ operations: [{ operationCode: 'MNT-1', skill: 'maintenance', bayType: 'lift', flatHours }], parts: [] });

  /** Books the same hour again and again until told to stop: the first few are held, all others refused, every one is answered. */
  async function bookingDriver(name: string, day: number): Promise<Load> {
    const slot = slotOn(day, '10:00', await whole.now());
    return started(new Load(ledgerOf(name), bookings(whole, storeA.storeId, lift(1000), () => slot), { people: 4, restMs: 50 }));
  }
  const atOnce = (name: string, people: number, work: Work, startsAt: (n: number) => Date): Load =>
    started(new Load(ledgerOf(name), bookings(whole, storeA.storeId, work, startsAt), { people, each: 1 }));

  /** How many of these the floor has answered. */
  const answered = async (appointments: readonly string[]): Promise<number> =>
    (await whole.rows('workshop', 'select count(distinct slot_id)::int as n from slot_hold where slot_id = any($1)', [appointments]))[0]!.n;

  it('WRK-2 kill -9 of the workshop between effect and offset: bookings are heard again and answered once', async () => {
    const load = await bookingDriver('effect-offset', 4);
    let again = 0;
    for (let round = 0; round < 5 && again === 0; round++) {
      const before = load.told.length;
      await whole.until('the newest are answered', async () => load.told.length > before + 10 && (await answered(load.told.slice(-10))) > 0);
      await Promise.all([0, 1].map((replica) => whole.part('workshop', replica).kill9())); // offsets are committed each second: what it did since comes again
      await Promise.all([0, 1].map((replica) => whole.part('workshop', replica).start()));
      await whole.until('the workshop answers again', async () => (await answered(load.told.slice(-10))) > 0);
      again = (await metric('workshop', 0, 'inbox_duplicates_total')) + (await metric('workshop', 1, 'inbox_duplicates_total'));
    }
    await load.stop();
    await whole.settled();
    expect(again).toBeGreaterThan(0);
    expect(await answered(load.told)).toBe(load.told.length);
    expect(await notOnce(whole, load.told)).toEqual([]);
  }, 240_000);

  it('SIGTERM under load, one replica after the other: each stops by itself, the rest go on, nothing is lost or doubled', async () => {
    const linesBefore = whole.lines.length;
    const load = driver('sigterm');
    const booked = await bookingDriver('sigterm-bookings', 5);
    await whole.until('some are acknowledged', async () => load.told.length > 20 && booked.told.length > 20);
    for (const service of ['hq', 'reception', 'workshop'] as Service[]) for (const replica of [0, 1]) {
      const before = [load.told.length, booked.told.length] as const;
      await whole.part(service, replica).stop();
      await whole.until('the others go on', async () => load.told.length > before[0] && booked.told.length > before[1]);
      await whole.part(service, replica).start();
    }
    await Promise.all([load.stop(), booked.stop()]);
    await whole.settled();
    expect([load.retries, booked.retries].every((retries) => retries > 0)).toBe(true); // both drivers met a replica that was away
    expect(whole.lines.slice(linesBefore).filter((line) => line.includes('no clean stop'))).toEqual([]);
    expect(await lost(load.ledger)).toEqual(none);
    expect(await notOnce(whole, booked.told)).toEqual([]);
  }, 240_000);

  it('REC-3 WRK-2 50 at once for one bay, the workshop killed meanwhile: one is held, every one is answered once', async () => {
    const slot = slotOn(3, '14:00', await whole.now());
    const load = atOnce('slot', 50, { operations: [{ operationCode: 'DIA-1', skill: 'diagnosis', bayType: 'diagnosis', flatHours: 1000 }], parts: [] }, () => slot);
    await whole.until('the floor has begun to answer', async () => (await answered(load.told)) > 0);
    await whole.part('workshop', 0).kill9();
    const outstanding = 50 - (await answered(load.told));
    await load.done();
    await whole.part('workshop', 0).start();
    await whole.settled();
    const floor = await whole.rows('workshop', 'select slot_id, state from slot_hold where slot_id = any($1)', [load.told]);
    expect(outstanding).toBeGreaterThan(0); // it disturbed something
    expect([load.told.length, floor.length]).toEqual([50, 50]);
    expect(floor.filter(({ state }) => state === 'held')).toHaveLength(1);
    expect(await notOnce(whole, load.told)).toEqual([]);
  }, 120_000);

  it('PRT-3 200 at once for one part: one holds it, none is lost, none is doubled', async () => {
    const partNumber = `ONE-${Date.now().toString(36).toUpperCase()}`;
    await whole.as.ask('hq-admin', 'POST parts/catalogue', { body: { partNumber, title: { en: 'the last one' }, unit: 'pc', listPrices: [{ amount: 100, currency: 'CNY' }], kind: 'genuine', class: 'component' } });
    await whole.as.ask('parts-manager.a', `POST parts/stores/${storeA.storeId}/stock`, { body: { partNumber, quantity: 1000, warehouse: '1', rack: 'Z', level: '1', bin: '1' } });
    // Each has a moment of a lift of its own, so that the floor holds them all; the part can't be ordered by then (3 working days, policy).
    const opening = slotOn(1, '08:30', await whole.now());
    const moment = (i: number) => new Date(opening.getTime() + (i < 105 ? Math.floor(i / 3) * 6 : 300 + Math.floor((i - 105) / 3) * 6) * 60_000);
    const load = atOnce('part', 200, { ...lift(10), parts: [{ partNumber, quantity: 1000 }] }, moment);
    await load.done();
    await whole.settled(120_000);
    const [lines] = await whole.rows<{ holders: number }>('parts', `select count(distinct reservation_id)::int as holders from reservation_line where part_number = $1`, [partNumber]);
    const [card] = await whole.rows<{ on_hand: number; reserved: number }>('parts', `select on_hand::int, reserved::int from stock_card where part_number = $1`, [partNumber]);
    const [told] = await whole.rows<{ held: number; refused: number; asked: number }>('reception', `select count(*) filter (where parts_answer->>'answer' = 'held')::int as held,
      count(*) filter (where parts_answer->>'answer' = 'refused')::int as refused, count(*)::int as asked from appointment_round where appointment_id = any($1)`, [load.told]);
    expect(told).toEqual({ held: 1, refused: 199, asked: 200 });
    expect([lines!.holders, card]).toEqual([1, { on_hand: 1000, reserved: 1000 }]);
    expect(await notOnce(whole, load.told)).toEqual([]);
  }, 240_000);

  it('REC-1 TIM-3 Redis is emptied with the rings in it until all are due: the sweep finds every one, once', async () => {
    const slot = slotOn(2, '09:30', await whole.now());
    const load = atOnce('timers', 20, lift(100), () => slot);
    await load.done();
    await whole.settled();
    const owed = await whole.rows<{ dueAt: Date }>('reception', `select due_at as "dueAt" from promise where subject = any($1) and kind = 'appointment.reply' and outcome = 'open' order by due_at`, [load.told]);
    const [first, last] = [owed[0]!.dueAt.getTime(), owed.at(-1)!.dueAt.getTime()];
    await whole.jumpTo(new Date(first - 10_000)); // the last jump: from here on the clock takes its time, and what is due soon is put into Redis
    const aheadMs = (await whole.now()).getTime() - Date.now();

    // A ring is a job `at-<instant, real time>` (rings.ts). Ours are those between the first due instant and the last.
    const redis = new Redis(whole.platform.addresses.redisUrl);
    const ourRings = async () => (await redis.zrange('bull:reception-rings:delayed', 0, -1)).map((job) => Number(job.slice('at-'.length)) + aheadMs).filter((at) => at > first - 250 && at < last + 250);
    const there = await whole.until('our rings are in Redis', async () => (await ourRings()).length, 9_000);
    let gone: number | undefined;
    do {
      await redis.flushall(); // again and again: each sweep before the due instant would put them back
      gone ??= (await ourRings()).length;
    } while ((await whole.now()).getTime() < last + 250);
    await redis.quit();
    await whole.settled();

    expect([owed.length, there > 0, gone]).toEqual([20, true, 0]);
    const late = (await factsOn(whole.kafka, ['reception.promise'])).filter(({ type, data }) => type === 'reception.promise-late.v1' && data['kind'] === 'appointment.reply' && load.told.includes(data['subject']));
    expect(late.map(({ data }) => data['subject']).sort()).toEqual([...load.told].sort());
    expect(late.filter(({ time, data }) => Date.parse(time) < Date.parse(data['dueAt']))).toEqual([]);
    expect(await notOnce(whole, load.told)).toEqual([]);
    const [atHq] = await whole.rows<{ n: number }>('hq', `select count(*)::int as n from ledger_promise where subject = any($1) and kind = 'appointment.reply' and outcome = 'late'`, [load.told]);
    expect(atHq!.n).toBe(20);
  }, 120_000);
});
