import { FilesMerged } from '@aftersales/contracts/crm/files';
import { VehicleChanged } from '@aftersales/contracts/crm/vehicle';
import { CustomerIntroduced } from '@aftersales/contracts/reception/customer';
import { VisitArrived, VisitLeft, VisitOpened } from '@aftersales/contracts/reception/visit';
import { VisitLabelled } from '@aftersales/contracts/reception/visit-label';
import { v7 as uuidv7 } from 'uuid';
import { goodSheet, TestDesk } from './testing/desk';

describe('arrival', () => {
  let desk: TestDesk;
  beforeAll(async () => {
    desk = await TestDesk.open();
  });
  afterAll(() => desk?.close());

  const said = async (visitId: string) => (await desk.service.said(VisitArrived)).filter(({ data }) => data.visitId === visitId);

  it('REC-12 arrival is a fact of its own, before anything is signed; the plate travels on its own topic alone', async () => {
    const { visitId, vehicleId, customerId } = await desk.arrived({ plate: 'abc-12 34' });
    const [arrived] = await said(visitId);
    expect(arrived).toMatchObject({ key: visitId, version: 1, data: { vehicleId, appointmentId: null, how: 'gate', late: false } });
    expect(arrived!.envelope).not.toContain('ABC');
    expect((await desk.service.said(VisitLabelled)).filter(({ data }) => data.visitId === visitId).map(({ data }) => data.plate)).toEqual(['ABC1234']);
    expect((await desk.get(`/${visitId}`)).body).toMatchObject({ state: 'arrived', customerId, allowed: ['identify', 'introduce', 'check-in', 'leave'], known: { brand: 'nova', customerId } });
  });

  it('REC-12 the VIN finds the file, and so does the plate of an earlier visit; two plates that differ in dashes are one', async () => {
    const car = await desk.car();
    const first = await desk.ok('', { how: 'plate', vin: car.vin, plate: 'KBA-77' });
    expect(first).toMatchObject({ vehicleId: car.vehicleId, customerId: car.customerId });
    await desk.ok(`/${first.visitId}/leave`);
    expect((await desk.service.said(VisitLeft)).filter(({ data }) => data.visitId === first.visitId)).toMatchObject([{ data: { appointmentId: null } }]);
    expect((await desk.post(`/${first.visitId}/leave`)).body.code).toBe('visit.state');
    expect(await desk.ok('', { how: 'plate', plate: 'kba 77' })).toMatchObject({ vehicleId: car.vehicleId });
    expect((await desk.post('', { how: 'plate' })).status).toBe(422);
  });

  it('REC-12 one car is here once: told twice, at once, by gate and desk', async () => {
    const { vehicleId, vin } = await desk.car();
    const answers = await Promise.all([desk.post('', { how: 'gate', vehicleId }), desk.post('', { how: 'plate', vin }), desk.post('', { how: 'desk', vehicleId })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect(answers.find(({ status }) => status === 409)!.body.code).toBe('visit.here-already');
    const strangers = await Promise.all([1, 2, 3, 4, 5].map(() => desk.post('', { how: 'plate', plate: 'AT-ONCE-1' })));
    expect(strangers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
    const body = { how: 'gate', plate: 'TWICE-1' };
    const [one, two] = await Promise.all([desk.post('', body, { key: 'gate-1' }), desk.post('', body, { key: 'gate-1' })]);
    expect([one!.body.visitId, one!.status]).toEqual([two!.body.visitId, 201]);
    expect(await said(one!.body.visitId)).toHaveLength(1);
  });

  it('REC-12 an unknown car: reception mints both ids, what was typed goes sealed to crm and stays nowhere', async () => {
    const { visitId } = await desk.ok('', { how: 'gate', plate: 'NEW-001' });
    const blank = await desk.ok(`/${visitId}/check-in`, goodSheet);
    expect((await desk.post(`/${visitId}/open`, { readBack: true, signatureId: uuidv7() })).body.code).toBe('visit.car-unknown');
    expect(blank).toMatchObject({ vehicleId: null, allowed: ['identify', 'introduce', 'check-in', 'open', 'leave'] });
    const typed = { name: 'Lin Mei-Ling', phones: ['+886912000111'], plate: 'NEW-001', vin: goodSheet.vin, brand: 'nova' };
    expect(await desk.post(`/${visitId}/introduce`, { ...typed, saleDate: '9998-05-01' })).toMatchObject({ status: 422, body: { errors: [{ pointer: '/saleDate' }] } });
    const key = uuidv7();
    const ifMatch = blank.version;
    const [first, again] = [await desk.post(`/${visitId}/introduce`, typed, { key, ifMatch }), await desk.post(`/${visitId}/introduce`, typed, { key, ifMatch })];
    expect(again.body).toEqual(first.body);
    const facts = (await desk.service.said(CustomerIntroduced)).filter(({ data }) => data.visitId === visitId);
    expect(facts).toHaveLength(1);
    expect(facts[0]).toMatchObject({ data: { customerId: first.body.customerId, vehicleId: first.body.vehicleId, vin: goodSheet.vin, storeId: desk.storeId, market: 'TW' }, sealed: { name: 'Lin Mei-Ling', plate: 'NEW001' } });
    for (const secret of ['Lin Mei', '912000111', 'NEW']) expect(facts[0]!.envelope).not.toContain(secret);
    const kept = JSON.stringify(await desk.service.rows(`select * from visit v, outbox o where v.id = $1 and o.envelope not like '%visit-labelled%'`, [visitId]));
    expect(kept).not.toContain('Lin Mei');
    expect(await desk.ok(`/${visitId}/open`, { readBack: true, signatureId: uuidv7() })).toMatchObject({ state: 'opened', brand: 'nova' });
    expect((await desk.post(`/${visitId}/introduce`, typed)).body.code).toBe('visit.state');
  });

  it('REC-12 nobody types what is known: a known car is not introduced, nor a VIN that has a file', async () => {
    const known = await desk.arrived();
    const typed = { name: 'X', phones: ['123'], plate: null, vin: null, brand: 'nova' };
    expect((await desk.post(`/${known.visitId}/introduce`, typed)).body.code).toBe('visit.known');
    const other = await desk.ok('', { how: 'gate', plate: 'OTHER-9' });
    expect((await desk.post(`/${other.visitId}/introduce`, { ...typed, vin: known.vin })).body.code).toBe('visit.vin-known');
    const { vehicleId, customerId } = await desk.car();
    expect(await desk.ok(`/${other.visitId}/identify`, { vehicleId })).toMatchObject({ vehicleId, customerId });
    expect((await desk.post(`/${other.visitId}/identify`, { vehicleId: known.vehicleId })).body.code).toBe('visit.here-already');
  });

  it('REC-12 files that crm found to be one: the visit goes on under the id that stays, in whichever order it is told', async () => {
    const [early, late] = [await desk.arrived(), await desk.arrived()];
    const [toA, toB, last] = [uuidv7(), uuidv7(), uuidv7()];
    const merge = (fromId: string, toId: string, of: 'customer' | 'vehicle' = 'customer') => desk.service.hear(FilesMerged, { of, fromId, toId, mergedAt: new Date(0).toISOString() });
    await merge(toA, last);
    await merge(early.customerId, toA);
    await merge(late.customerId, toB);
    await merge(toB, last);
    await merge(late.vehicleId, last, 'vehicle');
    expect((await desk.get(`/${early.visitId}`)).body.customerId).toBe(last);
    expect((await desk.get(`/${late.visitId}`)).body).toMatchObject({ customerId: last, vehicleId: last });
    await desk.ok(`/${early.visitId}/check-in`, { ...goodSheet, vin: early.vin });
    await desk.ok(`/${early.visitId}/open`, { readBack: true, signatureId: uuidv7() });
    expect((await desk.service.said(VisitOpened)).find(({ data }) => data.visitId === early.visitId)!.data).toMatchObject({ customerId: last, vehicleId: early.vehicleId });
  });

  it('REC-12 a car that is here is here under each of its merged files', async () => {
    const { vehicleId, visitId } = await desk.arrived();
    const kept = uuidv7();
    await desk.service.hear(FilesMerged, { of: 'vehicle', fromId: vehicleId, toId: kept, mergedAt: new Date(0).toISOString() });
    for (const id of [vehicleId, kept]) expect((await desk.post('', { how: 'gate', vehicleId: id })).body.code).toBe('visit.here-already');
    expect((await desk.get(`?open=true&vehicleId=${kept}`)).body.visits).toMatchObject([{ visitId }]);
  });

  it('REC-12 an older file of a car changes nothing', async () => {
    const car = await desk.car();
    const file = { vehicleId: car.vehicleId, brand: 'nova', model: null, market: 'TW', use: 'household' as const, saleDate: null, customerId: car.customerId, contactId: null, complete: true };
    const [older, newer] = [car.vin.slice(0, 16) + '1', car.vin.slice(0, 16) + '2'];
    await desk.service.hear(VehicleChanged, { ...file, vin: newer, version: 3 });
    await desk.service.hear(VehicleChanged, { ...file, vin: older, version: 2 });
    const { visitId } = await desk.ok('', { how: 'gate', vehicleId: car.vehicleId });
    expect((await desk.get(`/${visitId}`)).body.known.vin).toBe(newer);
  });

  it('REC-12 another store, another post, an old version', async () => {
    const { visitId } = await desk.arrived();
    const { b, a } = desk.org;
    expect((await desk.get(`/${visitId}`, b.staff.advisor, b.storeId)).status).toBe(404);
    expect((await desk.post(`/${visitId}/leave`, undefined, { as: b.staff.advisor, storeId: b.storeId })).status).toBe(404);
    expect((await desk.post('', { how: 'gate', plate: 'X' }, { as: a.staff.technician })).status).toBe(403);
    expect((await desk.post(`/${visitId}/leave`, undefined, { ifMatch: 99 })).status).toBe(412);
    expect((await desk.post(`/${visitId}/check-in`, { ...goodSheet, surprise: 1 })).status).toBe(422);
  });

  it('REC-12 the board shows who is here in order of arrival, page by page', async () => {
    const all = (await desk.get('?open=true&limit=200')).body.visits.map(({ visitId }: { visitId: string }) => visitId);
    const pages: string[] = [];
    for (let cursor = ''; ; ) {
      const { visits, next } = (await desk.get(`?open=true&limit=3${cursor}`)).body;
      pages.push(...visits.map(({ visitId }: { visitId: string }) => visitId));
      if (!next) break;
      cursor = `&cursor=${next}`;
    }
    expect(pages).toEqual(all);
    expect((await desk.get('?cursor=nonsense')).status).toBe(400);
  });
});
