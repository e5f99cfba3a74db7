import { StandingChanged } from '@aftersales/contracts/claims/standing';
import { FilesMerged } from '@aftersales/contracts/crm/files';
import { AppointmentReleased } from '@aftersales/contracts/reception/appointment';
import { VisitArrived } from '@aftersales/contracts/reception/visit';
import { v7 as uuidv7 } from 'uuid';
import { TestDesk } from '../appointment/testing/desk';

describe('a booked car arrives', () => {
  let desk: TestDesk;
  beforeAll(async () => {
    desk = await TestDesk.open();
    await desk.until('mon', '09:00');
  });
  afterAll(() => desk?.service.stop());
  const arrive = (appointmentId: string, key?: string) => desk.service.http(`POST /stores/${desk.storeId}/visits`, { as: desk.advisor, body: { how: 'gate', appointmentId }, key });
  const said = async (appointmentId: string) => (await desk.service.said(VisitArrived)).filter(({ data }) => data.appointmentId === appointmentId);

  it('REC-12 the booking names car and customer, and what was wished; no-show and confirmation end; one visit, however often the gate opens', async () => {
    const { appointmentId, customerId, vehicleId, newest } = await desk.booked(await desk.at(0, '11:00'));
    await desk.service.hear(StandingChanged, {
      vehicleId, version: 1, rulePack: 'CN-2022', threeGuarantees: true, repairCover: { until: null, untilKm: null }, threeGuaranteePeriod: { until: null, untilKm: null }, daysInRepair: 26, daysInRepairLimit: 30, sameFault: [], assemblies: [],
      failedSafetyRepairs: [], openCampaigns: ['RC-1'], warnings: ['days-in-repair'], asOf: new Date(0).toISOString(),
    });
    const answers = await Promise.all([arrive(appointmentId, 'gate'), arrive(appointmentId, 'gate'), arrive(appointmentId)]);
    expect([[201, 201, 409], [409, 409, 201]]).toContainEqual(answers.map(({ status }) => status)); // two are one arrival told twice
    const { visitId } = answers.find(({ status }) => status === 201)!.body;
    expect(await said(appointmentId)).toMatchObject([{ data: { visitId, vehicleId, late: false } }]);
    const visit = (await desk.service.http(`GET /stores/${desk.storeId}/visits/${visitId}`, { as: desk.advisor })).body;
    expect(visit).toMatchObject({ customerId, vehicleId, kind: 'maintenance', brand: 'nova', booked: { operations: newest.operations, parts: newest.parts }, standing: { warnings: ['days-in-repair'], openCampaigns: ['RC-1'] } });
    await desk.service.jump(3 * 3_600_000);
    expect((await desk.get(appointmentId))['state']).toBe('arrived');
  });

  it('REC-9 REC-12 who comes after his no-show is served, and recorded late', async () => {
    const { appointmentId } = await desk.booked(await desk.at(1, '10:00'));
    await desk.until('tue', '11:00');
    expect((await desk.get(appointmentId))['state']).toBe('released');
    expect((await arrive(appointmentId)).body).toMatchObject({ state: 'arrived', late: true });
    expect((await said(appointmentId))[0]!.data.late).toBe(true);
  });

  const post = (path: string, body: object | undefined, as = desk.advisor, ifMatch?: number) => desk.service.http(`POST /stores/${desk.storeId}/visits${path}`, { as, body, ifMatch });

  it('REC-12 REC-9 by the plate alone, logged by who may not read appointments, the booked car is expected: no no-show while it stands here', async () => {
    await desk.until('mon', '09:00');
    const [vehicleId, customerId] = [uuidv7(), uuidv7()];
    const { visitId, version } = (await post('', { how: 'desk', vehicleId, plate: 'BKD-11' })).body;
    expect((await post(`/${visitId}/leave`, undefined, desk.advisor, version)).status).toBe(200);
    const next = await desk.booked(await desk.at(0, '15:00'), { car: { known: true, customerId, vehicleId, brand: 'nova' } });
    const tomorrow = await desk.booked(await desk.at(1, '11:00'), { car: { known: true, customerId, vehicleId, brand: 'nova' } });
    const arrived = await post('', { how: 'gate', plate: 'bkd 11' }, desk.org.a.staff.driver);
    expect(arrived).toMatchObject({ status: 201, body: { appointmentId: next.appointmentId, vehicleId, customerId, kind: 'maintenance', late: false } });
    expect(await said(next.appointmentId)).toMatchObject([{ data: { visitId: arrived.body.visitId, vehicleId } }]);
    expect((await desk.service.http(`GET /stores/${desk.storeId}/visits/${arrived.body.visitId}`, { as: desk.advisor })).body.booked).toMatchObject({ operations: next.newest.operations });
    await desk.service.jump(await desk.at(0, '16:00'));
    expect((await desk.service.said(AppointmentReleased)).filter(({ data }) => data.appointmentId === next.appointmentId)).toEqual([]);
    expect([(await desk.get(next.appointmentId))['state'], (await desk.get(tomorrow.appointmentId))['state']]).toEqual(['arrived', 'booked']);
  });

  it('REC-12 REC-9 the vehicle finds today’s appointment under any of its merged files, also after the no-show, and no other one', async () => {
    await desk.until('tue', '09:00');
    const [noShow, cancelled] = [await desk.booked(await desk.at(0, '10:00')), await desk.booked(await desk.at(0, '11:00'))];
    await desk.move(cancelled.appointmentId, 'cancel');
    await desk.service.jump(await desk.at(0, '10:45'));
    const [between, kept] = [uuidv7(), uuidv7()];
    for (const [fromId, toId] of [[between, kept], [noShow.vehicleId, between]] as const) await desk.service.hear(FilesMerged, { of: 'vehicle', fromId, toId, mergedAt: new Date(0).toISOString() });
    expect((await post('', { how: 'plate', vehicleId: kept })).body).toMatchObject({ appointmentId: noShow.appointmentId, vehicleId: kept, late: true });
    expect((await post('', { how: 'gate', vehicleId: cancelled.vehicleId })).body).toMatchObject({ appointmentId: null, late: false });
    const elsewhere = await desk.booked(await desk.at(0, '15:00'));
    const { b } = desk.org;
    expect((await desk.service.http(`POST /stores/${b.storeId}/visits`, { as: b.staff.advisor, body: { how: 'gate', vehicleId: elsewhere.vehicleId } })).body).toMatchObject({ appointmentId: null });
  });

  it('REC-12 gate and desk at once, one by the car and one by its appointment: one visit, and it is the appointment’s', async () => {
    await desk.until('tue', '09:00');
    const { appointmentId, vehicleId } = await desk.booked(await desk.at(0, '11:00'));
    const answers = await Promise.all([post('', { how: 'gate', vehicleId }), arrive(appointmentId), post('', { how: 'plate', vehicleId })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect(answers.find(({ status }) => status === 201)!.body.appointmentId).toBe(appointmentId);
    expect(await said(appointmentId)).toHaveLength(1);
  });

  it('REC-12 a car that nobody knew at the gate is the expected one once the desk has named it, told once more with its appointment', async () => {
    await desk.until('tue', '09:00');
    const { appointmentId, vehicleId, customerId, newest } = await desk.booked(await desk.at(0, '11:00'));
    const stranger = (await post('', { how: 'gate', plate: 'WHO-1' }, desk.org.a.staff.driver)).body;
    expect(stranger).toMatchObject({ appointmentId: null, vehicleId: null });
    const named = await post(`/${stranger.visitId}/identify`, { vehicleId }, desk.advisor, stranger.version);
    expect(named.body).toMatchObject({ appointmentId, vehicleId, customerId, kind: 'maintenance', brand: 'nova' });
    expect((await desk.service.http(`GET /stores/${desk.storeId}/visits/${stranger.visitId}`, { as: desk.advisor })).body.booked).toMatchObject({ operations: newest.operations, parts: newest.parts });
    expect(await said(appointmentId)).toMatchObject([{ version: named.body.version, data: { visitId: stranger.visitId, vehicleId, arrivedAt: stranger.arrivedAt, late: false } }]);
    const again = await post(`/${stranger.visitId}/identify`, { vehicleId }, desk.advisor, named.body.version);
    expect(again.body).toMatchObject({ appointmentId });
    expect(await said(appointmentId)).toHaveLength(1);
    await desk.service.jump(await desk.at(0, '12:00'));
    expect((await desk.get(appointmentId))['state']).toBe('arrived');
  });

  it('REC-12 an appointment of another store is none', async () => {
    const { appointmentId } = await desk.booked(await desk.at(1, '10:00'));
    const { b } = desk.org;
    expect((await desk.service.http(`POST /stores/${b.storeId}/visits`, { as: b.staff.advisor, body: { how: 'gate', appointmentId } })).status).toBe(404);
  });
});
