import { AlternativesOffered, AppointmentMoved, AppointmentRequested } from '@aftersales/contracts/reception/appointment';
import { AvailabilityChanged } from '@aftersales/contracts/parts/part';
import { day, hour, minute, StoreRoom } from '../testing/store-room';
import { v7 as uuidv7 } from 'uuid';

describe('the store room\'s half of a booking', () => {
  let room: StoreRoom;
  beforeAll(async () => (room = await StoreRoom.open()));
  afterAll(() => room?.service.stop());

  it('PRT-3 a booking\'s parts are held for the policy\'s minutes and told with where they come from; the same fact again holds nothing twice', async () => {
    const part = await room.part(5000);
    const id = uuidv7();
    const wish = await room.booking([room.need(part, 4300)]);
    const at = await room.service.now();
    for (const _ of ['said', 'said again']) await room.service.hear(AppointmentRequested, wish, { storeId: room.a.storeId, version: 1, id, at });
    const told = await room.told(wish.appointmentId);
    expect(told).toEqual([expect.objectContaining({ what: 'reservation-made', data: expect.objectContaining({ holderKind: 'appointment', round: 1, lines: [{ ...wish.parts[0], from: 'stock', eta: null }] }) })]);
    expect(Date.parse(told[0]!.data.expiresAt) - Date.parse(await room.at(0))).toBeGreaterThan(9 * minute);
    expect(await room.card(part)).toMatchObject({ onHand: 5000, reserved: 4300, free: 700 });
    expect((await room.service.said(AvailabilityChanged)).at(-1)!.data).toMatchObject({ partNumber: part, onHand: 5000, reserved: 4300, free: 700, inbound: 0 });
  });

  it('PRT-3 200 at once want the last one: one holds it, 199 are refused with their ETA', async () => {
    const part = await room.part(1000);
    const wishes = await Promise.all(Array.from({ length: 200 }, () => room.booking([room.need(part)])));
    // Never more under way than the pool has connections (10): all are served one after the other, and who waits for a connection for 10 s is told that the database is away.
    const waiting = [...wishes];
    await Promise.all(Array.from({ length: 10 }, async () => {
      for (let wish = waiting.pop(); wish; wish = waiting.pop()) await room.request(wish);
    }));
    const answers = await Promise.all(wishes.map(({ appointmentId }) => room.told(appointmentId)));
    expect(answers.every(({ length }) => length === 1)).toBe(true);
    expect(answers.filter(([one]) => one!.what === 'reservation-made')).toHaveLength(1);
    const refused = answers.flat().filter(({ what }) => what === 'reservation-refused');
    expect(refused).toHaveLength(199);
    expect(refused[0]!.data.short[0]).toMatchObject({ partNumber: part, missing: 1000, eta: expect.any(String) });
    expect(await room.card(part)).toMatchObject({ onHand: 1000, reserved: 1000, inbound: 0 });
  });

  it('PRT-3 a short part is no refusal when the customer takes its ETA: ordered, due at the policy\'s lead time, and one minute earlier is a refusal', async () => {
    const part = await room.part();
    const first = await room.request(await room.booking([room.need(part)]));
    const eta = (await room.told(first.appointmentId))[0]!.data.short[0].eta;
    const justTooLate = await room.request(await room.booking([room.need(part)], { partsBy: new Date(Date.parse(eta) - minute).toISOString() }));
    expect(await room.told(justTooLate.appointmentId)).toMatchObject([{ what: 'reservation-refused' }]);
    const inTime = await room.request(await room.booking([room.need(part)], { startsAt: await room.at(30 * day), partsBy: eta }));
    expect(await room.told(inTime.appointmentId)).toMatchObject([{ what: 'reservation-made', data: { lines: [{ from: 'order', eta }] } }]);
    expect(await room.card(part)).toMatchObject({ onHand: 0, reserved: 1000, inbound: 1000 });
    await room.release(inTime, 'cancelled');
    expect(await room.card(part)).toMatchObject({ reserved: 0, inbound: 0 });
  });

  it('PRT-3 policy parts.lead-time: the next order follows a change, the running one keeps its ETA', async () => {
    const part = await room.part();
    const far = { startsAt: await room.at(60 * day) };
    const before = await room.request(await room.booking([room.need(part)], far));
    const [line] = await room.inbound(part);
    await room.org.policy('parts.lead-time', { sisterStoreWorkingDays: 1, orderWorkingDays: 10 });
    const after = await room.request(await room.booking([room.need(part)], far));
    const etas = await Promise.all([before, after].map(async ({ appointmentId }) => (await room.told(appointmentId))[0]!.data.lines[0].eta));
    expect(etas[0]).toBe(line.eta);
    expect(Date.parse(etas[1]) - Date.parse(etas[0])).toBeGreaterThan(6 * day);
    expect(await room.told(before.appointmentId)).toHaveLength(1);
    await room.org.policy('parts.lead-time', { sisterStoreWorkingDays: 1, orderWorkingDays: 3 });
  });

  it('PRT-3 an unbooked hold ends by itself, at its instant and not before; policy parts.reservation-hold moves the next one', async () => {
    const part = await room.part(1000);
    const wish = await room.request(await room.booking([room.need(part)]));
    const { expiresAt } = (await room.told(wish.appointmentId))[0]!.data;
    await room.service.jump(new Date(Date.parse(expiresAt) - 1000));
    expect(await room.card(part)).toMatchObject({ reserved: 1000 });
    await room.org.policy('parts.reservation-hold', { wallMinutesUnbooked: 20, wallHoursAfterSlot: 24 });
    await room.service.jump(2000);
    expect(await room.card(part)).toMatchObject({ reserved: 0, free: 1000 });
    const next = await room.request(await room.booking([room.need(part)]));
    expect(Date.parse((await room.told(next.appointmentId))[0]!.data.expiresAt) - Date.parse(await room.at(0))).toBeGreaterThan(19 * minute);
    await room.org.policy('parts.reservation-hold', { wallMinutesUnbooked: 10, wallHoursAfterSlot: 24 });
  });

  it('PRT-3 booked is firm: it outlives the hold, and ends the policy\'s hours after a slot to which nobody came', async () => {
    const part = await room.part(1000);
    const wish = await room.request(await room.booking([room.need(part)]));
    await room.book(wish);
    await room.service.jump(hour);
    expect(await room.card(part)).toMatchObject({ reserved: 1000 });
    await room.service.jump(new Date(Date.parse(wish.startsAt) + 24 * hour - minute));
    expect(await room.card(part)).toMatchObject({ reserved: 1000 });
    await room.service.jump(2 * minute);
    expect(await room.card(part)).toMatchObject({ reserved: 0 });
  });

  it('TIM-4 a hold whose timer rings days late is freed once; one that was booked meanwhile rings for nothing', async () => {
    const [late, firm] = [await room.part(1000), await room.part(1000)];
    await room.request(await room.booking([room.need(late)]));
    const wish = await room.request(await room.booking([room.need(firm)], { startsAt: await room.at(9 * day), partsBy: await room.at(9 * day) }));
    await room.book(wish);
    await room.service.jump(3 * day);
    await room.service.fireDue();
    expect([await room.card(late), await room.card(firm)]).toMatchObject([{ reserved: 0, free: 1000 }, { reserved: 1000 }]);
    expect(await room.service.rows(`select kind from timer where due_at < app_clock()`)).toEqual([]);
  });

  it('PRT-3 booked after the hold had expired: held again; when another one has it now, the slip is told at once', async () => {
    const part = await room.part(1000);
    const wish = await room.request(await room.booking([room.need(part)]));
    await room.service.jump(11 * minute);
    const other = await room.request(await room.booking([room.need(part)]));
    expect(await room.told(other.appointmentId)).toMatchObject([{ what: 'reservation-made' }]);
    await room.book(wish);
    expect((await room.told(wish.appointmentId)).slice(1)).toMatchObject([
      { what: 'reservation-made', data: { lines: [{ from: 'order' }] } },
      { what: 'eta-slipped', data: { cause: 'hold-expired', round: 1, lines: [{ before: wish.partsBy, eta: expect.any(String) }] } },
    ]);
  });

  it('PRT-8 REC-7 what slipped between the hold and the booking is told to who booked, whether it was told before or not; in time for the customer it is no more than a slip', async () => {
    const [told, untold, inTime] = [await room.part(), await room.part(), await room.part()];
    const far = { startsAt: await room.at(20 * day), partsBy: await room.at(5 * day) };
    const [later, before] = [await room.at(9 * day), await room.at(4 * day)];
    const held = async (part: string, to: string) => {
      const line = await room.expect(part, 1000, await room.at(3 * day));
      const wish = await room.request(await room.booking([room.need(part)], far));
      await room.moveEta(line, to);
      return wish;
    };
    const slips = async ({ appointmentId }: { appointmentId: string }) => (await room.told(appointmentId)).filter(({ what }) => what === 'eta-slipped').map(({ data: { round, cause, lines } }) => ({ round, cause, lines: lines.map(({ before, eta }: any) => ({ before, eta })) }));
    const late = { round: 1, cause: 'supplier-late', lines: [{ before: far.partsBy, eta: later }] };
    const first = await held(told, later);
    expect(await slips(first)).toMatchObject([{ lines: [{ eta: later }] }]);
    await room.book(first);
    expect((await slips(first)).slice(1)).toEqual([late]);
    const second = await held(untold, later);
    await room.book(second);
    expect((await slips(second)).at(-1)).toEqual(late);
    const third = await held(inTime, before);
    await room.book(third);
    expect(await slips(third)).toMatchObject([{ lines: [{ eta: before }] }]);
    expect((await room.told(third.appointmentId)).map(({ what }) => what)).toEqual(['reservation-made', 'eta-slipped']);

    const moved = { ...third, round: 2 };
    await room.request(moved);
    const [line] = await room.inbound(inTime);
    await room.moveEta(line, later);
    expect(await slips(third)).toHaveLength(2);
    await room.book(moved);
    expect((await slips(third)).slice(2)).toEqual([{ ...late, round: 2 }]);
  });

  it('PRT-8 what an appointment\'s own newer round takes from its booked one is a slip too', async () => {
    const part = await room.part();
    const line = await room.expect(part, 1000, await room.at(day));
    const wish = await room.request(await room.booking([room.need(part)], { startsAt: await room.at(30 * day) }));
    await room.book(wish);
    await room.request({ ...wish, round: 2, startsAt: await room.at(20 * day), parts: [room.need(part)] });
    expect((await room.told(wish.appointmentId)).slice(1)).toMatchObject([
      { what: 'reservation-made', data: { round: 2, lines: [{ from: 'inbound', eta: line.eta }] } },
      { what: 'eta-slipped', data: { cause: 'other-promise-first', lines: [{ lineId: wish.parts[0]!.lineId, before: line.eta, eta: expect.any(String) }] } },
    ]);
  });

  it('PRT-3 moved: what is held counts for the new round; alternatives free that round alone, the booked one stays', async () => {
    const part = await room.part(1000);
    const wish = await room.request(await room.booking([room.need(part)]));
    await room.book(wish);
    const { replaces: _, ...moved } = { ...wish, round: 2, startsAt: await room.at(5 * day), partsBy: await room.at(5 * day) };
    await room.service.hear(AppointmentMoved, { ...moved, from: { startsAt: wish.startsAt, endsAt: wish.startsAt } }, { storeId: room.a.storeId, version: 3 });
    expect((await room.told(wish.appointmentId)).at(-1)).toMatchObject({ what: 'reservation-made', data: { round: 2, lines: [{ from: 'stock' }] } });
    expect(await room.card(part)).toMatchObject({ reserved: 1000, inbound: 0 });
    await room.service.hear(AlternativesOffered, { appointmentId: wish.appointmentId, round: 2, refusedBy: ['workshop'], silent: [], alternatives: [] }, { storeId: room.a.storeId, version: 4 });
    expect(await room.card(part)).toMatchObject({ reserved: 1000 });
  });

  it('PRT-3 released frees everything once: the freed part goes to the next who waits, and a doubled or older fact changes nothing', async () => {
    const part = await room.part(1000);
    const wish = await room.request(await room.booking([room.need(part)]));
    await room.book(wish);
    const waiting = await room.request(await room.booking([room.need(part)], { startsAt: await room.at(40 * day) }));
    expect(await room.told(waiting.appointmentId)).toMatchObject([{ what: 'reservation-made', data: { lines: [{ from: 'order' }] } }]);
    const id = uuidv7();
    await room.release(wish, 'cancelled', { id });
    await room.release(wish, 'cancelled');
    await room.request(wish);
    expect(await room.card(part)).toMatchObject({ onHand: 1000, reserved: 1000, ready: 1000, inbound: 0 });
    expect(await room.told(waiting.appointmentId)).toMatchObject([{ what: 'reservation-made' }, { what: 'eta-changed', data: { lines: [{ partNumber: part }] } }]);
    expect((await room.told(wish.appointmentId)).map(({ what }) => what)).toEqual(['reservation-made']);
  });

  it('PRT-3 an empty list is answered too, and a number that nobody knows is refused without an ETA', async () => {
    const empty = await room.request(await room.booking([]));
    expect(await room.told(empty.appointmentId)).toMatchObject([{ what: 'reservation-made', data: { lines: [] } }]);
    const unknown = await room.request(await room.booking([room.need('NOBODY-KNOWS')]));
    expect(await room.told(unknown.appointmentId)).toMatchObject([{ what: 'reservation-refused', data: { short: [{ partNumber: 'NOBODY-KNOWS', missing: 1000, eta: null }] } }]);
  });

  it('PRT-3 one line short refuses the whole wish: nothing of it is held', async () => {
    const [there, missing] = [await room.part(1000), await room.part()];
    const wish = await room.request(await room.booking([room.need(there), room.need(missing)]));
    expect(await room.told(wish.appointmentId)).toMatchObject([{ what: 'reservation-refused', data: { short: [{ partNumber: missing }] } }]);
    expect(await room.card(there)).toMatchObject({ reserved: 0, free: 1000 });
  });

  it('PRT-1 PRT-3 a superseded number that is out is held under its successor', async () => {
    const successor = await room.part(2000);
    const old = await room.part(0, { supersededBy: successor });
    const wish = await room.request(await room.booking([room.need(old)]));
    expect(await room.told(wish.appointmentId)).toMatchObject([{ what: 'reservation-made', data: { lines: [{ lineId: wish.parts[0]!.lineId, partNumber: successor, from: 'stock' }] } }]);
  });
});
