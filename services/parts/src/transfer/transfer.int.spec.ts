import { AvailabilityChanged } from '@aftersales/contracts/parts/part';
import { day, StoreRoom } from '../testing/store-room';

describe('a sister store\'s stock', () => {
  let room: StoreRoom;
  beforeAll(async () => (room = await StoreRoom.open()));
  afterAll(() => room?.service.stop());

  const asked = async (part: string) => (await room.service.http(`GET /stores/${room.org.b.storeId}/transfers`, { as: room.org.b.staff['parts-keeper'] })).body.transfers.filter(({ partNumber }: { partNumber: string }) => partNumber === part);
  const ship = (transfer: { id: string; version: number }, store = room.org.b) => room.service.http(`POST /stores/${store.storeId}/transfers/${transfer.id}/ship`, { as: store.staff['parts-keeper'], ifMatch: transfer.version });
  const wish = async (part: string, quantity = 1000) => room.request(await room.booking([room.need(part, quantity)], { startsAt: await room.at(30 * day) }));

  it('PRT-3 own stock, then the sister\'s, then an order: held on her shelf, so nobody else gets it', async () => {
    const part = await room.part(1000, {}, room.org.b);
    const [first, second] = [await wish(part), await wish(part)];
    const [a, b] = await Promise.all([first, second].map(async ({ appointmentId }) => (await room.told(appointmentId))[0]!));
    expect(a).toMatchObject({ what: 'reservation-made', data: { lines: [{ from: 'transfer' }] } });
    expect(b).toMatchObject({ what: 'reservation-made', data: { lines: [{ from: 'order' }] } });
    expect(Date.parse(a!.data.lines[0].eta)).toBeLessThan(Date.parse(b!.data.lines[0].eta));
    expect(await room.card(part, room.org.b)).toMatchObject({ onHand: 1000, reserved: 1000, free: 0 });
    expect((await room.service.said(AvailabilityChanged)).filter(({ data }) => data.storeId === room.org.b.storeId && data.partNumber === part).at(-1)!.data).toMatchObject({ free: 0, reserved: 1000 });
  });

  it('PRT-3 shipped out of her ledger once, received into ours; nothing is received before it was sent', async () => {
    const part = await room.part(1500, {}, room.org.b);
    const { appointmentId } = await wish(part);
    const [line] = await room.inbound(part);
    expect(await room.receive(line)).toMatchObject({ status: 409, body: { code: 'parts.not-shipped' } });
    const [transfer] = await asked(part);
    expect(await ship(transfer, room.a)).toMatchObject({ status: 404 });
    const both = await Promise.all([ship(transfer), ship(transfer)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect(await room.card(part, room.org.b)).toMatchObject({ onHand: 500, reserved: 0 });
    expect(await room.receive((await room.inbound(part))[0])).toMatchObject({ status: 200 });
    expect(await room.card(part)).toMatchObject({ onHand: 1000, reserved: 1000, ready: 1000, inbound: 0 });
    expect((await room.told(appointmentId)).at(-1)).toMatchObject({ what: 'eta-changed' });
  });

  it('PRT-3 given up before it was sent, it is hers again, and her own waiting line gets it; on its way, it comes', async () => {
    const part = await room.part(1000, {}, room.org.b);
    const ours = await wish(part);
    const hers = await room.booking([room.need(part)], { startsAt: await room.at(30 * day) });
    await room.request(hers, { storeId: room.org.b.storeId });
    expect(await room.told(hers.appointmentId)).toMatchObject([{ what: 'reservation-made', data: { lines: [{ from: 'order' }] } }]);
    await room.release(ours, 'cancelled');
    await room.service.fireDue();
    expect((await room.told(hers.appointmentId)).at(-1)).toMatchObject({ what: 'eta-changed' });
    expect(await room.card(part, room.org.b)).toMatchObject({ reserved: 1000, ready: 1000, inbound: 0 });
    expect(await room.card(part)).toMatchObject({ reserved: 0, inbound: 0 });

    const sent = await room.part(1000, {}, room.org.b);
    const cancelled = await wish(sent);
    await ship((await asked(sent))[0]);
    await room.release(cancelled, 'cancelled');
    expect(await room.card(sent)).toMatchObject({ reserved: 0, inbound: 1000 });
  });
});
