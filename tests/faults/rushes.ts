import { randomUUID } from 'node:crypto';
import { addDays, atLocal, localDate, weekday } from '@aftersales/calendar/local-time';
import { Desk } from './desk';
import { fault, type Fault } from './fault';
import { storeA, type Ground } from './ground';
import type { Told } from './ledger';

// Rushes: everybody wants the same thing at once, on a clock that nobody moves; what was told is counted as any booking is.

interface Work {
  readonly operations: readonly object[];
  readonly parts: readonly object[];
}
const lift = (flatHours: number): Work => ({ operations: [{ operationCode: 'MNT-1', skill: 'maintenance', bayType: 'lift', flatHours }], parts: [] });

/** A slot of a day so many weekdays after the next; the steady load books none at these hours. */
async function slotOn(ground: Ground, n: number, time: string): Promise<Date> {
  let date = addDays(localDate(storeA.zone, await ground.whole.now()), 1);
  for (let left = n; left > 0 || weekday(date) === 'sun'; date = addDays(date, 1)) if (weekday(date) !== 'sun') left--;
  return atLocal(storeA.zone, date, time);
}

/** So many bookings at once, each of another car; the same key is one booking. `told` grows as they are acknowledged. */
function rush(ground: Ground, people: number, work: Work, startsAt: (n: number) => Date): { told: Told[]; done: Promise<unknown> } {
  const desk = new Desk(ground.whole.platform.addresses);
  const told: Told[] = [];
  const done = Promise.all(Array.from({ length: people }, async (_, n) => {
    const car = { known: true, customerId: randomUUID(), vehicleId: randomUUID(), brand: 'nova' };
    const { appointmentId } = await desk.ask('advisor.a', `POST reception/stores/${storeA.storeId}/appointments`, { body: { kind: 'repair', channel: 'phone', startsAt: startsAt(n).toISOString(), concern: 'x', car, ...work } });
    told.push({ kind: 'booking', id: appointmentId, at: Date.now() });
  }));
  done.catch(() => undefined); // awaited by whoever asked for it
  return { told, done };
}

const ids = (told: readonly Told[]): string[] => told.map(({ id }) => id);
const unlike = (what: string, is: unknown, should: unknown): string[] => (JSON.stringify(is) === JSON.stringify(should) ? [] : [`${what}: ${JSON.stringify(is)}, expected ${JSON.stringify(should)}`]);

export const rushes: readonly Fault[] = [
  fault('REC-3 WRK-2 50 at once for one bay, the workshop killed meanwhile: one is held, every one is answered once', { touches: ['workshop'], alone: true, quick: true }, async (ground) => {
    const slot = await slotOn(ground, 3, '14:00');
    const { told, done } = rush(ground, 50, { operations: [{ operationCode: 'DIA-1', skill: 'diagnosis', bayType: 'diagnosis', flatHours: 1000 }], parts: [] }, () => slot);
    const answered = async (): Promise<number> => (await ground.whole.rows<{ n: number }>('workshop', 'select count(distinct slot_id)::int as n from slot_hold where slot_id = any($1)', [ids(told)]))[0]!.n;
    await ground.until('the floor has begun to answer', async () => (await answered()) > 0);
    await ground.part('workshop').kill9();
    const outstanding = 50 - (await answered());
    await done;
    await ground.part('workshop').start();
    await ground.whole.settled();
    const floor = await ground.whole.rows<{ state: string }>('workshop', 'select slot_id, state from slot_hold where slot_id = any($1)', [ids(told)]);
    return { told, disturbed: { 'not answered when it was killed': outstanding }, wrong: [...unlike('acknowledged', told.length, 50), ...unlike('answers', floor.length, 50), ...unlike('held', floor.filter(({ state }) => state === 'held').length, 1)] };
  }),

  fault('PRT-3 200 at once for one part: one holds it, none is lost, none is doubled', { touches: ['parts'], alone: true, quick: true }, async (ground) => {
    const partNumber = `ONE-${Date.now().toString(36).toUpperCase()}`;
    await ground.whole.as.ask('hq-admin', 'POST parts/catalogue', { body: { partNumber, title: { en: 'the last one' }, unit: 'pc', listPrices: [{ amount: 100, currency: 'CNY' }], kind: 'genuine', class: 'component' } });
    await ground.whole.as.ask('parts-manager.a', `POST parts/stores/${storeA.storeId}/stock`, { body: { partNumber, quantity: 1000, warehouse: '1', rack: 'Z', level: '1', bin: '1' } });
    // Each has a moment of a lift of its own, so that the floor holds them all; the part can't be ordered by then (3 working days, policy).
    const opening = await slotOn(ground, 1, '08:30');
    const moment = (i: number): Date => new Date(opening.getTime() + (i < 105 ? Math.floor(i / 3) * 6 : 300 + Math.floor((i - 105) / 3) * 6) * 60_000);
    const { told, done } = rush(ground, 200, { ...lift(10), parts: [{ partNumber, quantity: 1000 }] }, moment);
    await done;
    await ground.whole.settled(120_000);
    const [lines] = await ground.whole.rows<{ holders: number }>('parts', `select count(distinct reservation_id)::int as holders from reservation_line where part_number = $1`, [partNumber]);
    const [card] = await ground.whole.rows('parts', `select on_hand::int, reserved::int from stock_card where part_number = $1`, [partNumber]);
    const [answers] = await ground.whole.rows('reception', `select count(*) filter (where parts_answer->>'answer' = 'held')::int as held,
      count(*) filter (where parts_answer->>'answer' = 'refused')::int as refused, count(*)::int as asked from appointment_round where appointment_id = any($1)`, [ids(told)]);
    return {
      told, disturbed: { 'asked in vain': Number(answers!['refused']) },
      wrong: [...unlike('answers', answers, { held: 1, refused: 199, asked: 200 }), ...unlike('holders', lines, { holders: 1 }), ...unlike('the card', card, { on_hand: 1000, reserved: 1000 })],
    };
  }),

  fault('REC-1 TIM-3 Redis is emptied with the rings in it until all are due: the sweep finds every one, once', { touches: ['redis'], alone: true, quick: true }, async (ground) => {
    const slot = await slotOn(ground, 2, '09:30');
    const { told, done } = rush(ground, 20, lift(100), () => slot);
    await done;
    await ground.whole.settled();
    const owed = await ground.whole.rows<{ dueAt: Date }>('reception', `select due_at as "dueAt" from promise where subject = any($1) and kind = 'appointment.reply' and outcome = 'open' order by due_at`, [ids(told)]);
    const [first, last] = [owed[0]!.dueAt.getTime(), owed.at(-1)!.dueAt.getTime()];
    const early = first - 10_000 - (await ground.whole.now()).getTime();
    if (early > 0) await ground.clock.move(early); // the last move: from here on the clock takes its time, and what is due soon is put into Redis
    const aheadMs = (await ground.whole.now()).getTime() - Date.now();
    // A ring is a job `at-<instant, real time>` (rings.ts). Ours are those between the first due instant and the last.
    return ground.withRedis(async (redis) => {
      const ourRings = async (): Promise<number> => (await redis.zrange('bull:reception-rings:delayed', 0, -1)).map((job) => Number(job.slice('at-'.length)) + aheadMs).filter((at) => at > first - 250 && at < last + 250).length;
      const there = await ground.until('our rings are in Redis', ourRings, 9_000);
      let left: number | undefined;
      do {
        await redis.flushall(); // again and again: each sweep before the due instant would put them back
        left ??= await ourRings();
      } while ((await ground.whole.now()).getTime() < last + 250);
      await ground.whole.settled();
      await ground.witness.caughtUp();
      const late = ground.witness.said('reception.promise-late').filter(({ data }) => data['kind'] === 'appointment.reply' && ids(told).includes(data['subject']));
      const early = late.filter(({ time, data }) => Date.parse(time) < Date.parse(data['dueAt']));
      return { told, disturbed: { 'rings gone': there - left }, wrong: [...unlike('owed', owed.length, 20), ...unlike('late', late.length, 20), ...unlike('early', early.length, 0)] };
    });
  }),
];
