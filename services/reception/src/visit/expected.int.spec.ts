import { StandingChanged } from '@aftersales/contracts/claims/standing';
import { VisitArrived } from '@aftersales/contracts/reception/visit';
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

  it('REC-12 an appointment of another store is none', async () => {
    const { appointmentId } = await desk.booked(await desk.at(1, '10:00'));
    const { b } = desk.org;
    expect((await desk.service.http(`POST /stores/${b.storeId}/visits`, { as: b.staff.advisor, body: { how: 'gate', appointmentId } })).status).toBe(404);
  });
});
