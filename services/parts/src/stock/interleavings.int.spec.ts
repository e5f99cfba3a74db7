import * as fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { lockHolders } from '../reservation/holders.store';
import { hour, minute, StoreRoom } from '../testing/store-room';
import { lockCards, post } from './cards.store';

type Step =
  | { kind: 'request' | 'consent' | 'quote'; part: number; quantity: number }
  | { kind: 'book' | 'release' | 'deliver' | 'issue' | 'return'; which: number }
  | { kind: 'expect'; part: number; quantity: number }
  | { kind: 'receive' | 'slip' | 'again'; which: number; share: number }
  | { kind: 'ship'; which: number };

/** Everything at once, at random: what the database must keep true after each burst, whatever won. */
describe('interleavings', () => {
  let room: StoreRoom;
  beforeAll(async () => (room = await StoreRoom.open()));
  afterAll(() => room?.service.stop());

  const which = fc.nat(20);
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('request' as const, 'consent' as const, 'quote' as const), part: fc.nat(1), quantity: fc.integer({ min: 1, max: 3000 }) }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('book' as const, 'release' as const, 'deliver' as const, 'issue' as const, 'return' as const), which }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('expect' as const), part: fc.nat(1), quantity: fc.integer({ min: 1, max: 3000 }) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('receive' as const, 'slip' as const, 'again' as const), which, share: fc.integer({ min: 1, max: 100 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('ship' as const), which }) },
  );

  async function sums(): Promise<void> {
    const wrong = await room.service.rows(
      `select c.store_id, c.part_number, c.on_hand, c.reserved, c.ready, c.inbound, m.total as ledger, l.reserved as held, l.ready as laid, t.asked, i.open
       from stock_card c,
         lateral (select coalesce(sum(quantity), 0) as total from stock_move where store_id = c.store_id and part_number = c.part_number) m,
         lateral (select coalesce(sum(reserved), 0) as reserved, coalesce(sum(ready), 0) as ready from reservation_line where store_id = c.store_id and part_number = c.part_number) l,
         lateral (select coalesce(sum(quantity), 0) as asked from transfer where store_id = c.store_id and part_number = c.part_number and state = 'asked') t,
         lateral (select coalesce(sum(quantity - received), 0) as open from inbound_line where store_id = c.store_id and part_number = c.part_number and state in ('planned', 'expected')) i
       where c.on_hand <> m.total or c.on_hand < 0 or c.reserved <> l.reserved + t.asked or c.ready <> l.ready + t.asked or c.inbound <> i.open or c.reserved > c.on_hand + c.inbound or c.ready > c.on_hand`,
    );
    expect(wrong).toEqual([]);
    const dead = await room.service.rows(`select type, reason from dead_letter`);
    expect(dead).toEqual([]);
  }

  it('PRT-3 who holds a card or a holder stops nobody whose line only refers to it', async () => {
    const [part, storeId, id] = [await room.part(1000), room.a.storeId, uuidv7()];
    await room.service.transaction([storeId], (tx) => lockHolders(tx, storeId, [{ holderKind: 'appointment', id }]));
    await room.service.transaction([storeId], async (holder) => {
      await lockHolders(holder, storeId, [{ holderKind: 'appointment', id }]);
      await lockCards(holder, storeId, [part]);
      await room.service.transaction([storeId], async (tx) => {
        await tx.query(`set local lock_timeout = '500ms'`);
        await tx.query('select 1 from stock_card where part_number = $1 for key share', [part]); // as a foreign key looks
        await tx.query('select 1 from reservation where id = $1 for key share', [id]);
      });
    });
  });

  it('PRT-3 who wants a part waits for who holds its card before he looks at it, and gets what that one left', async () => {
    const [part, storeId] = [await room.part(1000), room.a.storeId];
    const wish = await room.booking([room.need(part)]);
    let asked: Promise<unknown> = Promise.resolve();
    await room.service.transaction([storeId], async (tx) => {
      await lockCards(tx, storeId, [part]);
      asked = room.request(wish);
      expect(await room.waitsAt(tx, asked)).toMatch(/^select \* from stock_card/);
      await post(tx, { storeId, partNumber: part, quantity: -1000, reason: 'transfer-out', about: null, staffId: room.a.staff['parts-keeper'] });
    });
    await asked;
    expect(await room.told(wish.appointmentId)).toMatchObject([{ what: 'reservation-refused', data: { short: [{ missing: 1000 }] } }]);
  });

  it('PRT-2 PRT-3 whatever happens at once, on-hand is the ledger\'s sum and never below 0, and Σ reserved never exceeds on-hand + inbound', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 8 }), { minLength: 3, maxLength: 8 }), async (bursts) => {
      const parts = [await room.part(4000, { class: 'fluid' }), await room.part(0, { class: 'fluid' })];
      await room.stock(parts[1]!, 2000, room.org.b);
      const bookings: any[] = [];
      const visits: any[] = [];
      const pick = <T>(all: T[], n: number): T | undefined => all[n % Math.max(1, all.length)];
      const requisitions = async (state: string) => (await room.service.http(`GET /stores/${room.a.storeId}/requisitions?state=${state}&limit=200`, { as: room.a.staff['parts-keeper'] })).body.requisitions as any[];
      const paper = (path: string, role: 'technician' | 'advisor' | 'parts-keeper', body?: object, ifMatch?: number) => room.service.http(`POST /stores/${room.a.storeId}/requisitions${path}`, { as: room.a.staff[role], body, ifMatch });
      const act = async (one: Step): Promise<unknown> => {
        switch (one.kind) {
          case 'request': return room.request(bookings[bookings.push(await room.booking([room.need(parts[one.part]!, one.quantity)], { startsAt: await room.at(900 * hour) })) - 1]);
          case 'again': { // more of what was agreed: offered, and every other time consented to
            const visit = pick(visits, one.which);
            if (!visit) return;
            const more = { ...visit, version: (visit.version += 1), lines: visit.lines.map((line: any) => ({ ...line, quantity: line.quantity + one.share })) };
            return one.share % 2 ? room.offer(more, await room.at(hour)) : room.authorise(more);
          }
          case 'quote': return room.offer(visits[visits.push(await room.consent([room.partLine(room.need(parts[one.part]!, one.quantity))])) - 1], await room.at(hour));
          case 'consent': {
            const booking = one.quantity % 2 ? pick(bookings, one.quantity) : undefined;
            return room.authorise(visits[visits.push(await room.consent([room.partLine(booking?.parts[0] ?? room.need(parts[one.part]!, one.quantity))], { appointmentId: booking?.appointmentId ?? null })) - 1]);
          }
          case 'book': return bookings.length && room.book(pick(bookings, one.which));
          case 'release': return bookings.length && room.release(pick(bookings, one.which), 'cancelled');
          case 'deliver': return visits.length && room.deliver(pick(visits, one.which));
          case 'issue': {
            const visit = pick(visits, one.which);
            const made = visit && (await paper('', 'technician', { visitId: visit.visitId, lines: [{ lineId: visit.lines[0].lineId, quantity: visit.lines[0].quantity }] }));
            if (made?.status !== 201) return;
            await paper(`/${made.body.id}/countersign`, 'advisor', undefined, 1);
            return paper(`/${made.body.id}/issue`, 'parts-keeper', undefined, 2);
          }
          case 'return': {
            const issued = pick(await requisitions('issued'), one.which);
            return issued && paper(`/${issued.id}/return`, 'parts-keeper', { lines: [{ lineId: issued.lines[0].lineId, quantity: 1 }] }, issued.version);
          }
          case 'expect': return room.expect(parts[one.part]!, one.quantity, await room.at(48 * hour));
          case 'receive': case 'slip': {
            const line = pick((await Promise.all(parts.map((part) => room.inbound(part)))).flat(), one.which);
            if (!line) return;
            if (one.kind === 'slip') return room.moveEta(line, await room.at(one.share * hour));
            return room.receive(line, Math.max(1, Math.floor(((line.quantity - line.received) * one.share) / 100)));
          }
          case 'ship': {
            const { transfers } = (await room.service.http(`GET /stores/${room.org.b.storeId}/transfers`, { as: room.org.b.staff['parts-keeper'] })).body;
            const transfer: any = pick(transfers, one.which);
            return transfer && room.service.http(`POST /stores/${room.org.b.storeId}/transfers/${transfer.id}/ship`, { as: room.org.b.staff['parts-keeper'], ifMatch: transfer.version });
          }
        }
      };
      for (const burst of bursts) {
        const answers = await Promise.all(burst.map(act));
        for (const answer of answers) expect((answer as { status?: number } | undefined)?.status ?? 200).toBeLessThan(500);
        await sums();
      }
      await room.service.jump(11 * minute);
      for (const booking of bookings) await room.release(booking, 'cancelled');
      for (const visit of visits) await room.deliver(visit);
      await room.service.fireDue();
      await sums();
      const left = await room.service.rows(`select part_number, reserved from stock_card where part_number = any($1) and reserved <> 0`, [parts]);
      expect(left).toEqual([]);
    }), { numRuns: 6, interruptAfterTimeLimit: 25_000, endOnFailure: true });
    // One order of locks: nobody ever waited in a ring.
    expect(await room.service.rows(`select deadlocks::int from pg_stat_database where datname = current_database()`)).toEqual([{ deadlocks: 0 }]);
  });
});
