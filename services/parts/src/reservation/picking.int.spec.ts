import { promiseFacts } from '@aftersales/contracts/kernel/promise-facts';
import { day, hour, minute, StoreRoom } from '../testing/store-room';
import { JobBlocked, JobUnblocked } from '@aftersales/contracts/workshop/job';
import { VisitLabelled } from '@aftersales/contracts/reception/visit-label';
import { v7 as uuidv7 } from 'uuid';

const { opened: PromiseOpened, kept: PromiseKept, late: PromiseLate, void: PromiseVoid } = promiseFacts('parts');

describe('the booking shelf', () => {
  let room: StoreRoom;
  beforeAll(async () => (room = await StoreRoom.open()));
  afterAll(() => room?.service.stop());

  const of = async (contract: typeof PromiseKept, subject: string) => (await room.service.said(contract)).filter(({ data }) => data.subject === subject).map(({ data }) => data);
  const pick = (id: string, lineIds: string[], ifMatch: number, as = room.a.staff['parts-keeper'], store = room.a.storeId) =>
    room.service.http(`POST /stores/${store}/reservations/${id}/pick`, { as, ifMatch, body: { lineIds } });
  const see = async (id: string) => (await room.service.http(`GET /stores/${room.a.storeId}/reservations/${id}`, { as: room.a.staff['parts-keeper'] })).body;
  const board = async (show: string) => (await room.service.http(`GET /stores/${room.a.storeId}/reservations?show=${show}`, { as: room.a.staff['parts-keeper'] })).body.rows as any[];

  async function booked(parts: string[], ms = 6 * day) {
    const startsAt = await room.at(ms);
    const wish = await room.request(await room.booking(parts.map((part) => room.need(part)), { startsAt, partsBy: await room.at(40 * day) }));
    await room.book(wish);
    return wish;
  }

  it('PRT-4 a booked car\'s parts are picked before the day: promised with the policy, on the board, kept when all lie on the shelf', async () => {
    const [one, other] = [await room.part(1000), await room.part(1000)];
    const wish = await booked([one, other]);
    const [promise] = await of(PromiseOpened, wish.appointmentId);
    expect(promise).toMatchObject({ kind: 'parts.pick-ahead', ownerRole: 'parts-keeper', policyVersion: 1, outcome: 'open' });
    expect(Date.parse(promise!.dueAt)).toBeLessThan(Date.parse(wish.startsAt));
    expect((await board('to-pick')).filter(({ reservationId }) => reservationId === wish.appointmentId)).toMatchObject([{ pickBy: promise!.dueAt, late: false }, { missing: 0 }]);
    const { version, allowed } = await see(wish.appointmentId);
    expect(allowed).toEqual(['pick']);
    const first = await pick(wish.appointmentId, [wish.parts[0]!.lineId], version);
    expect(first).toMatchObject({ status: 200, body: { lines: expect.arrayContaining([expect.objectContaining({ partNumber: one, pickedAt: expect.any(String) })]) } });
    expect(await of(PromiseKept, wish.appointmentId)).toEqual([]);
    expect(await pick(wish.appointmentId, [wish.parts[0]!.lineId], first.body.version)).toMatchObject({ status: 409, body: { code: 'parts.picked-already' } });
    const twins = await Promise.all([1, 2].map(() => pick(wish.appointmentId, [wish.parts[1]!.lineId], first.body.version)));
    expect(twins.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect(await of(PromiseKept, wish.appointmentId)).toMatchObject([{ outcome: 'kept' }]);
    expect((await room.told(wish.appointmentId)).filter(({ what }) => what === 'parts-picked')).toMatchObject([{ data: { holderKind: 'appointment', round: 1, lines: [{ partNumber: one }] } }, { data: { lines: [{ partNumber: other }] } }]);
    expect(await board('to-pick')).not.toContainEqual(expect.objectContaining({ reservationId: wish.appointmentId }));
  });

  it('PRT-4 what has not come is not picked; unpicked at its due instant the promise is late', async () => {
    const part = await room.part();
    const wish = await booked([part], 9 * day);
    const { version } = await see(wish.appointmentId);
    expect(await pick(wish.appointmentId, [wish.parts[0]!.lineId], version)).toMatchObject({ status: 409, body: { code: 'parts.not-on-hand' } });
    expect(await pick(wish.appointmentId, [uuidv7()], version)).toMatchObject({ status: 409, body: { code: 'parts.not-held' } });
    expect((await board('short')).find(({ reservationId }) => reservationId === wish.appointmentId)).toMatchObject({ missing: 1000, eta: expect.any(String), late: false });
    const dueAt = (await of(PromiseOpened, wish.appointmentId))[0]!.dueAt;
    await room.service.jump(new Date(Date.parse(dueAt) - minute));
    expect(await of(PromiseLate, wish.appointmentId)).toEqual([]);
    await room.service.jump(2 * minute);
    expect(await of(PromiseLate, wish.appointmentId)).toMatchObject([{ outcome: 'late' }]);
  });

  it('PRT-4 policy parts.pick-ahead: the next booking follows a change, the running promise keeps its own; booked too late for it, the slot is the due instant', async () => {
    const part = await room.part(9000);
    const startsAt = await room.at(20 * day);
    const before = await booked([part], 20 * day);
    await room.org.policy('parts.pick-ahead', { workingDaysBefore: 4 });
    const after = await booked([part], 20 * day);
    const soon = await booked([part], 2 * hour);
    const due = async (id: string) => Date.parse((await of(PromiseOpened, id))[0]!.dueAt);
    expect(await due(before.appointmentId) - await due(after.appointmentId)).toBeGreaterThanOrEqual(2 * day);
    expect(await due(before.appointmentId)).toBeLessThan(Date.parse(startsAt));
    expect(await due(soon.appointmentId)).toBe(Date.parse(soon.startsAt));
    await room.release(before, 'cancelled');
    expect(await of(PromiseVoid, before.appointmentId)).toMatchObject([{ outcome: 'void', cause: 'cancelled' }]);
  });

  it('PRT-3 policy appointment.release: after a no-show what is picked stays until close of day, the rest is free at once', async () => {
    const close = new Date(`${(await room.at(3 * day)).slice(0, 10)}T00:00:00.000Z`);
    while (close.getUTCDay() !== 2) close.setUTCDate(close.getUTCDate() + 1);
    await room.service.jump(new Date(close.getTime() + 3 * hour)); // a Tuesday, 11:00 in Taipei
    const [picked, left] = [await room.part(2000), await room.part(1000)];
    const [wish, other] = [await booked([picked, left], hour), await booked([picked], hour)];
    await pick(wish.appointmentId, [wish.parts[0]!.lineId], (await see(wish.appointmentId)).version);
    await pick(other.appointmentId, [other.parts[0]!.lineId], (await see(other.appointmentId)).version);
    await room.release(wish, 'no-show');
    expect([await room.card(picked), await room.card(left)]).toMatchObject([{ reserved: 2000 }, { reserved: 0 }]);
    await room.org.policy('appointment.release', { noShowFreesParts: 'at-once', cancelFreesParts: 'at-once' });
    await room.release(other, 'no-show');
    expect(await room.card(picked)).toMatchObject({ reserved: 1000 });
    await room.service.jump(new Date(close.getTime() + 10 * hour - minute)); // 17:59
    expect(await room.card(picked)).toMatchObject({ reserved: 1000 });
    await room.service.jump(2 * minute);
    expect(await room.card(picked)).toMatchObject({ reserved: 0 });
    await room.org.policy('appointment.release', { noShowFreesParts: 'close-of-day', cancelFreesParts: 'at-once' });
  });

  it('PRT-3 who comes after the no-show, but before the close of day, gets what still lies on the booking shelf', async () => {
    let at = new Date(`${(await room.at(3 * day)).slice(0, 10)}T03:00:00.000Z`);
    while (at.getUTCDay() !== 2) at = new Date(at.getTime() + day);
    await room.service.jump(at);
    const part = await room.part(1000);
    const wish = await booked([part], hour);
    await pick(wish.appointmentId, [wish.parts[0]!.lineId], (await see(wish.appointmentId)).version);
    await room.release(wish, 'no-show');
    const consent = await room.consent([room.partLine(wish.parts[0]!)], { appointmentId: wish.appointmentId });
    await room.arrive(consent);
    await room.service.jump(12 * hour);
    expect(await room.card(part)).toMatchObject({ reserved: 1000 });
    await room.authorise(consent);
    expect((await room.told(consent.visitId)).map(({ what }) => what)).toEqual(['reservation-made', 'parts-picked']);
    expect(await room.card(part)).toMatchObject({ reserved: 1000, ready: 1000 });
  });

  it('PRT-3 REC-9 the car is here before its booking, or its no-show, is heard: nothing of it ends by itself, and nobody promises to pick ahead', async () => {
    let at = new Date(`${(await room.at(3 * day)).slice(0, 10)}T03:00:00.000Z`);
    while (at.getUTCDay() !== 2) at = new Date(at.getTime() + day);
    await room.service.jump(at);
    const [part, shelf, left] = [await room.part(1000), await room.part(1000), await room.part(1000)];
    const early = await room.request(await room.booking([room.need(part)]));
    await room.arrive(await room.consent([], { appointmentId: early.appointmentId }));
    await room.book(early);
    expect(await of(PromiseOpened, early.appointmentId)).toEqual([]);
    const late = await booked([shelf, left], hour);
    await pick(late.appointmentId, [late.parts[0]!.lineId], (await see(late.appointmentId)).version);
    const visit = await room.consent([room.partLine(late.parts[0]!)], { appointmentId: late.appointmentId });
    await room.arrive(visit);
    await room.release(late, 'no-show');
    await room.service.jump(3 * day);
    expect([await room.card(part), await room.card(shelf), await room.card(left)]).toMatchObject([{ reserved: 1000 }, { reserved: 1000 }, { reserved: 0 }]);
    await room.authorise(visit);
    expect((await room.told(visit.visitId)).map(({ what }) => what)).toEqual(['reservation-made', 'parts-picked']);
  });

  it('PRT-3 a visit that goes without consent leaves nothing held behind, not of its appointment either', async () => {
    const part = await room.part(1000);
    const wish = await booked([part], hour);
    const consent = await room.consent([], { appointmentId: wish.appointmentId });
    await room.arrive(consent);
    await room.deliver(consent);
    expect(await room.card(part)).toMatchObject({ reserved: 0 });
    expect(await see(wish.appointmentId)).toMatchObject({ state: 'delivered', lines: [] });
  });

  it('PRT-4 moved to another day: the old promise is void, the new one rings once, what is picked stays picked', async () => {
    const part = await room.part(2000);
    const wish = await booked([part, await room.part(1000)], 9 * day);
    await pick(wish.appointmentId, [wish.parts[0]!.lineId], (await see(wish.appointmentId)).version);
    const later = { ...wish, round: 2, startsAt: await room.at(16 * day), partsBy: await room.at(16 * day) };
    await room.request(later);
    await room.book(later);
    expect(await room.card(part)).toMatchObject({ reserved: 1000 });
    expect(await of(PromiseVoid, wish.appointmentId)).toMatchObject([{ cause: 'moved' }]);
    const [before, after] = await of(PromiseOpened, wish.appointmentId);
    expect(Date.parse(after!.dueAt) - Date.parse(before!.dueAt)).toBeGreaterThan(5 * day);
    await room.service.jump(new Date(Date.parse(before!.dueAt) + minute));
    expect(await of(PromiseLate, wish.appointmentId)).toEqual([]);
    expect((await see(wish.appointmentId)).lines.filter(({ pickedAt }: { pickedAt: string | null }) => pickedAt)).toHaveLength(1);
    await room.service.jump(new Date(Date.parse(after!.dueAt) + minute));
    await room.service.fireDue();
    expect(await of(PromiseLate, wish.appointmentId)).toHaveLength(1);
  });

  it('PRT-4 the board is the store\'s own: another store sees nothing of it, a role without business is refused, a stale pick too', async () => {
    const wish = await booked([await room.part(1000)]);
    const { version } = await see(wish.appointmentId);
    expect(await pick(wish.appointmentId, [wish.parts[0]!.lineId], version, room.org.b.staff['parts-keeper'], room.org.b.storeId)).toMatchObject({ status: 404 });
    expect(await pick(wish.appointmentId, [wish.parts[0]!.lineId], version, room.a.staff.advisor)).toMatchObject({ status: 403 });
    expect(await pick(wish.appointmentId, [wish.parts[0]!.lineId], version + 1)).toMatchObject({ status: 412 });
    expect((await room.service.http(`GET /stores/${room.org.b.storeId}/reservations`, { as: room.org.b.staff['parts-keeper'] })).body.rows).toEqual([]);
    expect((await room.service.http(`GET /stores/${room.a.storeId}/reservations?limit=1`, { as: room.a.staff.cashier })).status).toBe(403);
    const page = await room.service.http(`GET /stores/${room.a.storeId}/reservations?limit=1`, { as: room.a.staff.advisor });
    const next = await room.service.http(`GET /stores/${room.a.storeId}/reservations?limit=1&after=${page.body.next}`, { as: room.a.staff.advisor });
    expect(next.body.rows[0].lineId).not.toBe(page.body.rows[0].lineId);
  });

  it('PRT-4 the board says which car stands on the floor and since when, whatever comes first, and forgets its plate with the visit', async () => {
    const part = await room.part();
    const consent = await room.consent([room.partLine(room.need(part))]);
    const since = await room.at(0);
    const block = { jobId: uuidv7(), visitId: consent.visitId, blockId: uuidv7(), reason: 'parts' as const, since };
    await room.service.hear(JobBlocked, { ...block, lineIds: [] }, { storeId: room.a.storeId });
    await room.service.hear(VisitLabelled, { visitId: consent.visitId, plate: 'ABC-1234', keyTag: '7' }, { storeId: room.a.storeId });
    await room.authorise(consent);
    const row = async () => (await board('short')).find(({ reservationId }) => reservationId === consent.visitId);
    expect(await row()).toMatchObject({ plate: 'ABC-1234', keyTag: '7', repairOrder: 'RO-1', floorWaitsSince: since });
    await room.service.hear(JobUnblocked, { ...block, until: since, blockedMs: 0 }, { storeId: room.a.storeId, version: 2 });
    expect(await row()).toMatchObject({ floorWaitsSince: null });
    await room.deliver(consent);
    await room.service.hear(VisitLabelled, { visitId: consent.visitId, plate: 'ABC-1234', keyTag: '7' }, { storeId: room.a.storeId });
    expect(await room.service.rows(`select * from visit_label`)).toEqual([]);
  });
});
