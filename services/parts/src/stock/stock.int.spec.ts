import { AvailabilityChanged } from '@aftersales/contracts/parts/part';
import { day, StoreRoom } from '../testing/store-room';

describe('stock', () => {
  let room: StoreRoom;
  beforeAll(async () => (room = await StoreRoom.open()));
  afterAll(() => room?.service.stop());

  const locate = (card: { id: string; version: number }, as = room.a.staff['parts-keeper'], store = room.a.storeId, place: object = { warehouse: 'W2', rack: 'A', level: '1', bin: '9' }) =>
    room.service.http(`POST /stores/${store}/stock/${card.id}/locate`, { as, ifMatch: card.version, body: place });

  it('PRT-2 a card begins once with what lies there, in exact thousandths, at its four-part place; two at once begin it once', async () => {
    const part = await room.part();
    const both = await Promise.all([room.stock(part, 4300), room.stock(part, 4300)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(await room.card(part)).toMatchObject({ onHand: 4300, free: 4300, warehouse: 'W1', rack: 'R2', level: '3', bin: '04' });
    expect(await room.stock(part, 1)).toMatchObject({ status: 409, body: { code: 'parts.card-begun' } });
    expect(await room.stock('NO-SUCH', 1)).toMatchObject({ status: 409, body: { code: 'parts.unknown-part' } });
    expect(await room.stock(part, 1.5)).toMatchObject({ status: 422 });
    expect((await room.service.said(AvailabilityChanged)).filter(({ data }) => data.partNumber === part)).toMatchObject([{ storeId: null, data: { storeId: room.a.storeId, onHand: 4300, free: 4300 } }]);
  });

  it('PRT-2 the ledger is read with its balance; on-hand is its sum', async () => {
    const part = await room.part(1000);
    const line = await room.expect(part, 2500, null);
    const received = await room.receive(line, 500);
    await room.receive(received.body, 2000);
    const { id, onHand } = await room.card(part);
    const { moves } = (await room.service.http(`GET /stores/${room.a.storeId}/stock/${id}/ledger`, { as: room.a.staff.finance })).body;
    expect(moves.map(({ reason, quantity, balance }: { reason: string; quantity: number; balance: number }) => [reason, quantity, balance])).toEqual([['opening', 1000, 1000], ['receipt', 500, 1500], ['receipt', 2000, 3500]]);
    expect(onHand).toBe(3500);
  });

  it('PRT-2 PostgreSQL itself keeps the ledger append-only, the sums honest and on-hand above zero', async () => {
    const part = await room.part(1000);
    const inStore = (sql: string) => room.service.transaction([room.a.storeId], (tx) => tx.query(sql, [part]));
    await expect(inStore(`update stock_move set quantity = 9 where part_number = $1`)).rejects.toThrow(/permission denied/);
    await expect(inStore(`delete from stock_move where part_number = $1`)).rejects.toThrow(/permission denied/);
    await expect(inStore(`update stock_card set on_hand = 9000 where part_number = $1`)).rejects.toThrow(/sums of a card/);
    await expect(inStore(`update stock_card set reserved = 0, ready = -1 where part_number = $1`)).rejects.toThrow(/sums of a card/);
    await expect(room.service.transaction([room.org.b.storeId], (tx) => tx.query(`update stock_card set bin = '1' where part_number = $1`, [part]))).rejects.toThrow(/its own store/);
    const out = (quantity: number) => inStore(`insert into stock_move (id, store_id, part_number, quantity, reason, staff_id, moved_at) values (gen_random_uuid(), '${room.a.storeId}', $1, ${-quantity}, 'issue', gen_random_uuid(), now())`);
    const twelve = await Promise.allSettled(Array.from({ length: 12 }, () => out(300)));
    expect(twelve.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    await expect(out(101)).rejects.toThrow(/on_hand_never_below_zero/);
    expect(await room.card(part)).toMatchObject({ onHand: 100 });
  });

  it('PRT-2 a part gets another place; stale is 412, another store 404, another role 403', async () => {
    const card = await room.card(await room.part(1000));
    expect(await locate(card, room.a.staff.technician)).toMatchObject({ status: 403 });
    expect(await locate(card, room.org.b.staff['parts-keeper'], room.org.b.storeId)).toMatchObject({ status: 404 });
    expect(await locate(card, undefined, undefined, { warehouse: 'W 2', rack: 'A', level: '1', bin: '9' })).toMatchObject({ status: 422 });
    expect(await locate(card)).toMatchObject({ status: 200, body: { warehouse: 'W2', bin: '9', onHand: 1000 } });
    expect(await locate(card)).toMatchObject({ status: 412 });
    expect(await room.service.http(`GET /stores/${room.org.b.storeId}/stock/${card.id}/ledger`, { as: room.org.b.staff.finance })).toMatchObject({ status: 404 });
  });

  it('PRT-2 no more is received than was expected, and two receipts of one line at once count once', async () => {
    const part = await room.part();
    const line = await room.expect(part, 1000, await room.at(day));
    expect(await room.receive(line, 1001)).toMatchObject({ status: 409, body: { code: 'parts.more-than-expected' } });
    const both = await Promise.all([room.receive(line), room.receive(line)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect(await room.card(part)).toMatchObject({ onHand: 1000, inbound: 0 });
    expect(await room.receive({ ...line, version: 2 }, 1)).toMatchObject({ status: 409, body: { code: 'parts.inbound-closed' } });
    expect(await room.service.http(`POST /stores/${room.a.storeId}/inbound/${line.id}/receive`, { as: room.a.staff.buyer, ifMatch: 2, body: { quantity: 1 } })).toMatchObject({ status: 403 });
  });
});
