import { VisitOpened } from '@aftersales/contracts/reception/visit';
import { VisitLabelled } from '@aftersales/contracts/reception/visit-label';
import { v7 as uuidv7 } from 'uuid';
import { goodSheet, TestDesk } from './testing/desk';

describe('check-in', () => {
  let desk: TestDesk;
  beforeAll(async () => {
    desk = await TestDesk.open();
  });
  afterAll(() => desk?.close());
  const sign = (visitId: string, options = {}) => desk.post(`/${visitId}/open`, { readBack: true, signatureId: uuidv7() }, options);
  const opened = async (visitId: string) => (await desk.service.said(VisitOpened)).filter(({ data }) => data.visitId === visitId);

  it('REC-13 the walk-around may be half written, but is signed whole, with its marks and photos by id', async () => {
    const { visitId, vin } = await desk.arrived();
    await desk.ok(`/${visitId}/check-in`, { ...goodSheet, vin, walkAround: goodSheet.walkAround.slice(0, 5) });
    expect((await sign(visitId)).body.code).toBe('visit.walk-around-incomplete');
    await desk.ok(`/${visitId}/check-in`, { ...goodSheet, vin, walkAround: [...goodSheet.walkAround].reverse() });
    expect((await sign(visitId)).body.code).toBe('visit.walk-around-order');
    const marks = [{ kind: 'dent', x: 120, y: 480, photoIds: [uuidv7()], note: 'Parkrempler' }];
    const walkAround = goodSheet.walkAround.map((one) => (one.station === 'rear' ? { ...one, ok: false, marks } : one));
    await desk.ok(`/${visitId}/check-in`, { ...goodSheet, vin, walkAround });
    expect((await sign(visitId)).status).toBe(200);
    expect((await desk.get(`/${visitId}`)).body.sheet.walkAround[7]).toMatchObject({ station: 'rear', marks });
    expect((await desk.post(`/${visitId}/check-in`, { ...goodSheet, vin })).body.code).toBe('visit.state');
  });

  it('REC-13 mileage does not run backwards without a reason, whichever store read it last', async () => {
    const { a, b } = desk.org;
    const { visitId, vehicleId, vin } = await desk.opened({ mileage: 20000 });
    expect((await opened(visitId))[0]!.data).toMatchObject({ mileage: 20000, mileageCorrected: false });
    const there = (await desk.post('', { how: 'gate', vehicleId }, { as: b.staff.advisor, storeId: b.storeId })).body;
    const inB = async (sheet: object) => {
      const at = { as: b.staff.advisor, storeId: b.storeId };
      await desk.post(`/${there.visitId}/check-in`, { ...goodSheet, vin, ...sheet }, at);
      return sign(there.visitId, at);
    };
    expect((await inB({ mileage: 19999 })).body.code).toBe('visit.mileage-backwards');
    expect((await inB({ mileage: 19999, mileageReason: 'Instrument exchanged' })).status).toBe(200);
    const fact = (await opened(there.visitId))[0]!;
    expect(fact).toMatchObject({ storeId: b.storeId, data: { mileage: 19999, mileageCorrected: true, repairOrder: expect.stringMatching(/^RO-B-01-/) } });
    expect(fact.envelope).not.toContain('Instrument');
    expect(a.storeId).not.toBe(b.storeId);
  });

  it('REC-13 two walk around one car at once: one sheet stands whole, the other is told; a sheet sent twice is written once', async () => {
    const { visitId, vin } = await desk.arrived();
    const write = (fuelEighths: number, ifMatch?: number, key?: string) => desk.post(`/${visitId}/check-in`, { ...goodSheet, vin, fuelEighths }, { ifMatch, key });
    const version = await desk.version(`/${visitId}`);
    const both = await Promise.all([1, 7].map((fuelEighths) => write(fuelEighths, version)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect((await desk.get(`/${visitId}`)).body.sheet.fuelEighths).toBe(both[0]!.status === 200 ? 1 : 7);
    const next = await desk.version(`/${visitId}`);
    const again = await Promise.all([1, 2].map(() => write(8, next, 'sheet-1')));
    expect(again.map(({ status }) => status)).toEqual([200, 200]);
    expect(await desk.version(`/${visitId}`)).toBe(next! + 1);
    expect((await write(9)).status).toBe(422);
  });

  it('REC-12 the VIN read off the car is compared with the file', async () => {
    const { visitId } = await desk.arrived();
    await desk.ok(`/${visitId}/check-in`, goodSheet);
    expect((await sign(visitId)).body.code).toBe('visit.vin-differs');
  });

  it('REC-14 the concern is kept word for word and never travels; the sheet is read back and signed, once', async () => {
    const { visitId, vin } = await desk.arrived();
    const concern = '  „Es klappert“ – 左前方有異音，轉彎時更明顯 😟 \n seit Montag ';
    const roadTest = { byId: desk.advisor, withCustomer: true, kilometres: 4, finding: 'Stoßdämpfer' };
    await desk.ok(`/${visitId}/check-in`, { ...goodSheet, vin, concern, roadTest });
    expect((await desk.post(`/${visitId}/open`, { readBack: false, signatureId: uuidv7() })).status).toBe(422);
    expect((await desk.post(`/${visitId}/open`, { readBack: true })).status).toBe(422);
    const version = await desk.version(`/${visitId}`);
    const answers = await Promise.all([1, 2, 3].map(() => sign(visitId, { ifMatch: version })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    expect(await opened(visitId)).toHaveLength(1);
    expect((await opened(visitId))[0]!.envelope).not.toContain('klappert');
    expect((await desk.get(`/${visitId}`)).body.sheet).toMatchObject({ concern, roadTest });
  });

  it('REC-14 repair orders of a day are counted by store, each once, however many sign at once', async () => {
    const cars = await Promise.all([1, 2, 3, 4].map(async () => {
      const car = await desk.arrived();
      await desk.ok(`/${car.visitId}/check-in`, { ...goodSheet, vin: car.vin });
      return car;
    }));
    const orders = (await Promise.all(cars.map(({ visitId }) => sign(visitId)))).map(({ body }) => body.repairOrder);
    expect(new Set(orders).size).toBe(4);
  });

  it('REC-12 the key tag the floor lives by is told when it is given', async () => {
    const { visitId } = await desk.opened({ keyTag: 'K-77' });
    expect((await desk.service.said(VisitLabelled)).filter(({ data }) => data.visitId === visitId).map(({ data }) => data.keyTag)).toEqual([null, 'K-77']);
  });
});
