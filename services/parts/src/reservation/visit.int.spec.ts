import { LinesDeclined } from '@aftersales/contracts/reception/visit';
import { v7 as uuidv7 } from 'uuid';
import { day, hour, minute, StoreRoom } from '../testing/store-room';

describe('the store room in a visit', () => {
  let room: StoreRoom;
  beforeAll(async () => (room = await StoreRoom.open()));
  afterAll(() => room?.service.stop());

  const what = async (holderId: string) => (await room.told(holderId)).map((one) => one.what);
  const board = async (show: string, as = room.a.staff['parts-keeper']) => (await room.service.http(`GET /stores/${room.a.storeId}/reservations?show=${show}`, { as })).body.rows as any[];

  it('PRT-3 an estimate holds softly what is there, orders nothing, and lets go when it expires', async () => {
    const [there, missing] = [await room.part(1000), await room.part()];
    const consent = await room.consent([room.partLine(room.need(there)), room.partLine(room.need(missing)), room.partLine(room.need(there), 'customer', { customersOwn: true })]);
    await room.offer(consent, await room.at(3 * hour));
    expect(await room.card(there)).toMatchObject({ reserved: 1000 });
    expect(await room.card(missing)).toMatchObject({ reserved: 0, inbound: 0 });
    expect(await what(consent.visitId)).toEqual([]);
    await room.service.jump(3 * hour - minute);
    expect(await room.card(there)).toMatchObject({ reserved: 1000 });
    await room.service.jump(2 * minute);
    expect(await room.card(there)).toMatchObject({ reserved: 0 });
  });

  it('PRT-3 a quote keeps no order alive: what was planned for a booking, or asked of a sister, goes with the booking', async () => {
    const [ordered, asked] = [await room.part(), await room.part(1000, {}, room.org.b)];
    const wish = await room.request(await room.booking([room.need(ordered), room.need(asked)], { startsAt: await room.at(30 * day) }));
    await room.offer(await room.consent([room.partLine(room.need(ordered)), room.partLine(room.need(asked))]), await room.at(3 * hour));
    expect([await room.card(ordered), await room.card(asked)]).toMatchObject([{ reserved: 1000, inbound: 1000 }, { reserved: 1000, inbound: 1000 }]);
    await room.release(wish, 'cancelled');
    expect([await room.card(ordered), await room.card(asked)]).toMatchObject([{ reserved: 0, inbound: 0 }, { reserved: 0, inbound: 0 }]);
    expect(await room.card(asked, room.org.b)).toMatchObject({ free: 1000 });
  });

  it('PRT-3 policy parts.quote-hold: a soft hold lives no longer, the next one follows a change, the running one keeps its time', async () => {
    const part = await room.part(2000);
    const before = await room.consent([room.partLine(room.need(part))]);
    await room.offer(before, await room.at(9 * day));
    await room.org.policy('parts.quote-hold', { wallMinutes: 30 });
    const after = await room.consent([room.partLine(room.need(part))]);
    await room.offer(after, await room.at(9 * day));
    await room.service.jump(31 * minute);
    expect(await room.card(part)).toMatchObject({ reserved: 1000 });
    await room.service.jump(day);
    expect(await room.card(part)).toMatchObject({ reserved: 0 });
    await room.org.policy('parts.quote-hold', { wallMinutes: 1440 });
  });

  it('PRT-3 a newer version replaces the older soft hold, and declined lines are free', async () => {
    const [one, other] = [await room.part(1000), await room.part(1000)];
    const consent = await room.consent([room.partLine(room.need(one)), room.partLine(room.need(other))]);
    await room.offer(consent, await room.at(3 * hour));
    await room.offer({ ...consent, version: 2, lines: [consent.lines[1]!] }, await room.at(3 * hour));
    expect([await room.card(one), await room.card(other)]).toMatchObject([{ reserved: 0 }, { reserved: 1000 }]);
    await room.service.hear(LinesDeclined, { visitId: consent.visitId, customerId: consent.customerId, vehicleId: consent.vehicleId, version: 2, lines: [{ ...consent.lines[1]!, reason: 'too-dear' }], declinedAt: await room.at(0) }, { storeId: room.a.storeId, version: 9 });
    expect(await room.card(other)).toMatchObject({ reserved: 0 });
  });

  it('PRT-3 consent is firm and picks what is there; the same fact again, or an older one, says nothing more', async () => {
    const part = await room.part(1000);
    const consent = await room.consent([room.partLine(room.need(part)), { ...room.partLine(room.need(part)), kind: 'labour', partNumber: undefined }]);
    await room.offer(consent, await room.at(hour));
    const id = uuidv7();
    await room.authorise(consent, { id, version: 5 });
    await room.authorise({ ...consent, lines: [] }, { version: 4 });
    await room.service.jump(2 * day);
    expect(await room.card(part)).toMatchObject({ reserved: 1000, ready: 1000 });
    expect(await room.told(consent.visitId)).toMatchObject([
      { what: 'reservation-made', data: { holderKind: 'visit', round: 1, expiresAt: null, lines: [{ from: 'stock', eta: null }] } },
      { what: 'parts-picked', data: { lines: [{ lineId: consent.lines[0]!.lineId, partNumber: part, quantity: 1000 }] } },
    ]);
  });

  it('PRT-4 PRT-8 a consented line that is short is told with its ETA; the slip and the receipt are told to every waiting job and booking, in the order of their promise', async () => {
    const part = await room.part();
    const line = await room.expect(part, 1000, await room.at(2 * day));
    const late = await room.authorise(await room.consent([room.partLine(room.need(part))], { promisedAt: await room.at(4 * day) }));
    const early = await room.authorise(await room.consent([room.partLine(room.need(part))], { promisedAt: await room.at(3 * day) }));
    const booking = await room.request(await room.booking([room.need(part)], { startsAt: await room.at(30 * day) }));
    expect((await room.told(early.visitId)).at(-1)).toMatchObject({ what: 'parts-short', data: { lines: [{ missing: 1000, eta: line.eta }] } });
    expect(await what(late.visitId)).toEqual(['reservation-made', 'parts-short', 'eta-slipped']);
    const slipsTo = await room.at(9 * day);
    const moved = await room.moveEta(line, slipsTo);
    expect(moved).toMatchObject({ status: 200, body: { state: 'expected', version: 2, eta: slipsTo } });
    for (const holder of [early.visitId, late.visitId, booking.appointmentId]) expect((await what(holder)).at(-1)).toMatch(/eta-/);
    expect((await room.told(early.visitId)).at(-1)).toMatchObject({ what: expect.stringMatching(/eta-slipped|eta-changed/), data: { lines: [{ partNumber: part }] } });
    expect((await board('short')).filter(({ partNumber }) => partNumber === part).map(({ reservationId }) => reservationId)).toEqual([early.visitId, late.visitId, booking.appointmentId]);
    expect(await room.receive(moved.body)).toMatchObject({ status: 200, body: { state: 'received', received: 1000 } });
    expect((await room.told(early.visitId)).at(-1)).toMatchObject({ what: 'parts-picked', data: { lines: [{ lineId: early.lines[0]!.lineId, quantity: 1000 }] } });
    expect(await what(late.visitId)).not.toContain('parts-picked');
  });

  it('PRT-8 a slip names before, after and cause; nobody can say is a slip too; an earlier time is a change; stale If-Match is 412, another role 403, another store 404', async () => {
    const part = await room.part();
    const line = await room.expect(part, 1000, await room.at(day));
    const visit = await room.authorise(await room.consent([room.partLine(room.need(part))]));
    const later = await room.at(2 * day);
    await room.moveEta(line, later);
    expect((await room.told(visit.visitId)).at(-1)).toMatchObject({ what: 'eta-slipped', data: { cause: 'supplier-late', lines: [{ before: line.eta, eta: later }] } });
    expect(await room.moveEta({ ...line, version: 2 }, null)).toMatchObject({ status: 200 });
    expect((await room.told(visit.visitId)).at(-1)).toMatchObject({ what: 'eta-slipped', data: { lines: [{ before: later, eta: null }] } });
    await room.moveEta({ ...line, version: 3 }, later);
    expect((await room.told(visit.visitId)).at(-1)).toMatchObject({ what: 'eta-changed', data: { lines: [{ before: null, eta: later }] } });
    expect(await room.moveEta({ ...line, version: 3 }, later)).toMatchObject({ status: 412 });
    expect(await room.moveEta({ ...line, version: 4 }, await room.at(-minute))).toMatchObject({ status: 409, body: { code: 'parts.eta-passed' } });
    const url = (store: string) => `POST /stores/${store}/inbound/${line.id}/eta` as const;
    const body = { eta: later, cause: 'supplier-late' };
    expect(await room.service.http(url(room.a.storeId), { as: room.a.staff.technician, ifMatch: 4, body })).toMatchObject({ status: 403 });
    expect(await room.service.http(url(room.org.b.storeId), { as: room.org.b.staff.buyer, ifMatch: 4, body })).toMatchObject({ status: 404 });
  });

  it('PRT-8 an ETA that passes in silence is a slip: told once, at its instant, as nobody can say; a receipt in time rings for nothing', async () => {
    const [late, inTime] = [await room.part(), await room.part()];
    const [silent, comes] = [await room.expect(late, 1000, await room.at(hour)), await room.expect(inTime, 1000, await room.at(hour))];
    const visit = await room.authorise(await room.consent([room.partLine(room.need(late)), room.partLine(room.need(inTime))]));
    await room.receive(comes);
    await room.service.jump(new Date(Date.parse(silent.eta) - minute));
    expect((await what(visit.visitId)).filter((one) => one === 'eta-slipped')).toEqual([]);
    await room.service.jump(2 * minute);
    await room.service.jump(day);
    expect((await room.told(visit.visitId)).filter((one) => one.what === 'eta-slipped')).toMatchObject([{ data: { cause: 'not-arrived', lines: [{ partNumber: late, before: silent.eta, eta: null }] } }]);
    expect(await room.service.rows(`select kind from timer where due_at < app_clock()`)).toEqual([]);
    const [line] = await room.inbound(late);
    const known = await room.at(day);
    await room.moveEta(line, known);
    expect((await room.told(visit.visitId)).at(-1)).toMatchObject({ what: 'eta-changed', data: { lines: [{ before: null, eta: known }] } });
  });

  it('PRT-3 the visit takes over what its appointment holds, picked lines are told again; the appointment\'s rest is free', async () => {
    const [filter, oil, other] = [await room.part(1000), await room.part(5000), await room.part(1000)];
    const wish = await room.request(await room.booking([room.need(filter), room.need(oil, 4300), room.need(other)]));
    await room.book(wish);
    const consent = await room.consent([room.partLine(wish.parts[0]!), room.partLine(room.need(oil, 4000))], { appointmentId: wish.appointmentId });
    await room.arrive(consent);
    await room.service.jump(3 * day);
    expect(await room.card(filter)).toMatchObject({ reserved: 1000 });
    await room.offer(consent, await room.at(hour));
    expect([await room.card(filter), await room.card(oil)]).toMatchObject([{ reserved: 1000 }, { reserved: 4300 }]);
    await room.authorise(consent);
    expect([await room.card(filter), await room.card(oil), await room.card(other)]).toMatchObject([{ reserved: 1000 }, { reserved: 4000 }, { reserved: 0 }]);
    expect(await what(consent.visitId)).toEqual(['reservation-made', 'parts-picked']);
    await room.release(wish, 'cancelled');
    expect(await room.card(filter)).toMatchObject({ reserved: 1000 });
  });

  it('PRT-3 consent arrives before the booking\'s facts: the visit holds once, the late facts change nothing', async () => {
    const part = await room.part(3000);
    const wish = await room.booking([room.need(part)]);
    const consent = await room.authorise(await room.consent([room.partLine(wish.parts[0]!)], { appointmentId: wish.appointmentId }));
    await room.request(wish);
    await room.book(wish);
    await room.release(wish, 'no-show');
    expect(await room.card(part)).toMatchObject({ reserved: 1000 });
    expect(await what(wish.appointmentId)).toEqual([]);
    expect(await what(consent.visitId)).toEqual(['reservation-made', 'parts-picked']);
  });

  it('PRT-3 REC-17 an offer that nobody has answered leaves what was agreed as it was; what it asks beyond is held softly, becomes firm with the consent, and else is let go', async () => {
    const [part, missing] = [await room.part(5000), await room.part()];
    const agreed = await room.authorise(await room.consent([room.partLine(room.need(part), 'warranty'), room.partLine(room.need(missing))]));
    const offered = { ...agreed, version: 2, promisedAt: await room.at(hour), lines: agreed.lines.map((line) => ({ ...line, quantity: 3000, payer: 'customer' as const })) };
    await room.offer(offered, await room.at(2 * hour));
    const lines = async () => (await room.service.http(`GET /stores/${room.a.storeId}/reservations/${agreed.visitId}`, { as: room.a.staff['parts-keeper'] })).body.lines
      .filter(({ partNumber }: any) => partNumber === part).map(({ level, quantity, payer, reserved, neededBy }: any) => ({ level, quantity, payer, reserved, neededBy })).toSorted((a: any, b: any) => (a.level < b.level ? -1 : 1));
    const firm = { level: 'firm', quantity: 1000, payer: 'warranty', reserved: 1000, neededBy: agreed.promisedAt };
    expect(await lines()).toEqual([firm, { level: 'soft', quantity: 2000, payer: 'customer', reserved: 2000, neededBy: offered.promisedAt }]);
    expect([await room.card(part), await room.card(missing)]).toMatchObject([{ reserved: 3000 }, { reserved: 1000, inbound: 1000 }]);
    await room.service.jump(2 * hour + minute);
    expect(await lines()).toEqual([firm]);

    await room.offer({ ...offered, version: 3 }, await room.at(2 * hour));
    const earlier = await room.authorise(await room.consent([room.partLine(room.need(part, 3000))], { promisedAt: await room.at(minute) }));
    await room.authorise({ ...offered, version: 3 });
    expect(await lines()).toMatchObject([{ level: 'firm', quantity: 3000, payer: 'customer', reserved: 3000 }]);
    expect((await room.told(earlier.visitId)).at(-1)).toMatchObject({ what: 'parts-short', data: { lines: [{ missing: 1000 }] } });
    expect((await room.told(agreed.visitId)).filter((one) => one.what === 'parts-picked')).toMatchObject([{ data: { lines: [{ quantity: 1000 }] } }, { data: { lines: [{ quantity: 3000 }] } }]);
  });

  it('PRT-3 a second version extends: new lines are picked or short, those held before are not told as picked again', async () => {
    const [first, added] = [await room.part(1000), await room.part()];
    const consent = await room.authorise(await room.consent([room.partLine(room.need(first))]));
    await room.authorise({ ...consent, version: 2, lines: [...consent.lines, room.partLine(room.need(added))] });
    expect((await room.told(consent.visitId)).slice(2)).toMatchObject([
      { what: 'reservation-made', data: { round: 2, lines: [{}, {}] } },
      { what: 'parts-short', data: { round: 2, lines: [{ partNumber: added, missing: 1000 }] } },
    ]);
    const versions = (await room.told(consent.visitId)).map(({ version }) => version);
    expect(new Set(versions).size).toBe(versions.length);
    await room.deliver(consent);
    expect([await room.card(first), await room.card(added)]).toMatchObject([{ reserved: 0, onHand: 1000 }, { reserved: 0, inbound: 0 }]);
  });

  it('PRT-3 a car that leaves before anything was signed leaves nothing held, and what comes late of its booking holds nothing', async () => {
    const part = await room.part(1000);
    const wish = await room.request(await room.booking([room.need(part)]));
    await room.book(wish);
    const visit = await room.consent([], { appointmentId: wish.appointmentId });
    await room.arrive(visit);
    expect(await room.card(part)).toMatchObject({ reserved: 1000 });
    await room.leave(visit);
    expect(await room.card(part)).toMatchObject({ reserved: 0, onHand: 1000 });
    await room.book({ ...wish, round: 2 });
    expect(await room.card(part)).toMatchObject({ reserved: 0 });
  });
});
