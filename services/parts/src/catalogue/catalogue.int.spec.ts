import { PartChanged } from '@aftersales/contracts/parts/part';
import { StoreRoom } from '../testing/store-room';

describe('catalogue', () => {
  let room: StoreRoom;
  beforeAll(async () => (room = await StoreRoom.open()));
  afterAll(() => room?.service.stop());

  const entry = { title: { 'zh-TW': '機油濾芯', en: 'Oil filter' }, unit: 'piece', listPrices: [{ amount: 4500, currency: 'TWD' }], kind: 'genuine', class: 'component' };
  const add = (partNumber: string, changes: object = {}, more: object = {}) => room.service.http('POST /catalogue', { as: room.a.staff['parts-manager'], body: { partNumber, ...entry, ...changes }, ...more });
  const change = (partNumber: string, ifMatch: number | undefined, changes: object = {}, as = room.a.staff['parts-manager']) => room.service.http(`PUT /catalogue/${encodeURIComponent(partNumber)}`, { as, ifMatch, body: { ...entry, ...changes } });
  const said = async (partNumber: string) => (await room.service.said(PartChanged)).filter(({ data }) => data.partNumber === partNumber).map(({ data }) => data);

  it('PRT-1 a part is added once, whole, and told to the group at each change', async () => {
    const added = await add('04152/YZZA6', { returnableCore: true, assembly: 'engine' }, { key: 'add-1' });
    expect(added).toMatchObject({ status: 201, body: { partNumber: '04152/YZZA6', version: 1, active: true, supersededBy: null } });
    expect(await add('04152/YZZA6', { returnableCore: true, assembly: 'engine' }, { key: 'add-1' })).toMatchObject({ status: 201, body: { id: added.body.id } });
    expect(await add('04152/YZZA6')).toMatchObject({ status: 409, body: { code: 'parts.number-taken' } });
    expect(await change('04152/YZZA6', 1, { listPrices: [{ amount: 5000, currency: 'TWD' }] })).toMatchObject({ status: 200, body: { version: 2 }, etag: '"2"' });
    expect(await said('04152/YZZA6')).toMatchObject([{ version: 1, returnableCore: true, assembly: 'engine', listPrices: [{ amount: 4500 }] }, { version: 2, listPrices: [{ amount: 5000 }] }]);
  });

  it('PRT-1 two at once add one number: one is told so', async () => {
    const both = await Promise.all([add('TWIN-1'), add('TWIN-1')]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(await said('TWIN-1')).toHaveLength(1);
  });

  it('PRT-1 numbers that follow each other make a chain that every store reads and that never closes, also when two close it at once', async () => {
    await add('C-1');
    await add('B-1', { supersededBy: 'C-1' });
    await add('A-1', { supersededBy: 'B-1' });
    expect((await room.service.http('GET /catalogue/A-1', { as: room.org.b.staff['parts-keeper'] })).body.chain).toEqual(['A-1', 'B-1', 'C-1']);
    expect(await change('C-1', 1, { supersededBy: 'A-1' })).toMatchObject({ status: 409, body: { code: 'parts.supersession-loop' } });
    expect(await change('C-1', 1, { supersededBy: 'C-1' })).toMatchObject({ status: 409, body: { code: 'parts.supersession-loop' } });
    expect(await change('C-1', 1, { supersededBy: 'NOBODY' })).toMatchObject({ status: 409, body: { code: 'parts.successor-unknown' } });
    await add('X-1');
    await add('Y-1');
    const both = await Promise.all([change('X-1', 1, { supersededBy: 'Y-1' }), change('Y-1', 1, { supersededBy: 'X-1' })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('PRT-1 another role is refused, a stale change too, and fields by name', async () => {
    await add('D-1');
    expect(await change('D-1', 1, {}, room.a.staff['parts-keeper'])).toMatchObject({ status: 403 });
    expect(await change('D-1', 7)).toMatchObject({ status: 412 });
    expect(await change('D-1', undefined)).toMatchObject({ status: 428 });
    expect(await change('NONE-1', 1)).toMatchObject({ status: 404 });
    expect(await change('D-1', 1, { listPrices: [{ amount: -1, currency: 'TWD' }] })).toMatchObject({ status: 422, body: { errors: [{ pointer: '/listPrices/0/amount' }] } });
    expect(await add('D 2')).toMatchObject({ status: 422 });
    expect(await add('D-3', { listPrices: [{ amount: 1, currency: 'TWD' }, { amount: 2, currency: 'TWD' }] })).toMatchObject({ status: 422 });
    expect(await said('D-1')).toHaveLength(1);
  });

  it('PRT-1 the catalogue is read by number, page by page', async () => {
    await Promise.all(['PG-1', 'PG-2', 'PG-3'].map((number) => add(number)));
    const read = async (after = '') => (await room.service.http(`GET /catalogue?startsWith=PG-&limit=2${after && `&after=${after}`}`, { as: room.a.staff.advisor })).body;
    const first = await read();
    expect([...first.parts, ...(await read(first.next)).parts].map(({ partNumber }: { partNumber: string }) => partNumber)).toEqual(['PG-1', 'PG-2', 'PG-3']);
    expect(await room.service.http('GET /catalogue?after=x', { as: room.a.staff.advisor })).toMatchObject({ status: 400, body: { code: 'http.cursor' } });
  });
});
