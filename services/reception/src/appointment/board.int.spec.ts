import { StandingChanged } from '@aftersales/contracts/claims/standing';
import { AvailabilityChanged } from '@aftersales/contracts/parts/part';
import { LinesDeclined, VisitAuthorised } from '@aftersales/contracts/reception/visit';
import { BaysChanged, CapacityChanged } from '@aftersales/contracts/workshop/capacity';
import { addDays, localDate } from '@aftersales/calendar/local-time';
import { v7 as uuidv7 } from 'uuid';
import { TestDesk } from './testing/desk';

describe('what the desk sees', () => {
  let desk: TestDesk;
  let tomorrow: string;
  beforeAll(async () => {
    desk = await TestDesk.open();
    await desk.until('tue', '09:00');
    tomorrow = addDays(localDate('Asia/Taipei', await desk.service.now()), 1);
  });
  afterAll(() => desk?.service.stop());

  const see = async (query: string) => (await desk.service.http(`GET ${desk.path}/preview?date=${tomorrow}&kind=maintenance&${query}`, { as: desk.advisor })).body;
  const line = (changes: object) => ({ lineId: uuidv7(), kind: 'labour' as const, operationCode: 'BRK-FRONT', flatHours: 1_000, unitPrice: { amount: 120_000, currency: 'TWD' }, amount: { amount: 120_000, currency: 'TWD' }, payer: 'customer' as const, ...changes });

  it('REC-2 free hours and bays of the day, the newest said; an older or doubled fact changes nothing', async () => {
    const say = (version: number, freeHours: number, id?: string) =>
      desk.service.hear(CapacityChanged, { storeId: desk.storeId, date: tomorrow, skill: 'maintenance', plannedHours: 16_000, heldHours: 0, walkInHours: 3_200, freeHours }, { storeId: desk.storeId, version, id });
    await say(2, 9_000, 'capacity-2');
    await say(1, 12_800);
    await say(2, 9_000, 'capacity-2');
    await desk.service.hear(BaysChanged, { storeId: desk.storeId, date: tomorrow, bayType: 'lift', bays: 3, taken: [desk.slotOf((await desk.at(1, '10:00')).toISOString())] }, { storeId: desk.storeId, version: 1 });
    await desk.service.hear(CapacityChanged, { storeId: desk.org.b.storeId, date: tomorrow, skill: 'maintenance', plannedHours: 1, heldHours: 0, walkInHours: 0, freeHours: 1 }, { storeId: desk.org.b.storeId, version: 9 });
    expect(await see('skills=maintenance,body')).toMatchObject({ capacity: [{ skill: 'maintenance', plannedHours: 16_000, freeHours: 9_000 }], bays: [{ bayType: 'lift', bays: 3, taken: [{}] }], papers: ['driving-licence', 'vehicle-licence', 'maintenance-book'] });
  });

  it('REC-2 stock of the usual parts here and in the sister stores; a part nobody spoke of is missing, not 0', async () => {
    const say = (storeId: string, free: number, version: number) => desk.service.hear(AvailabilityChanged, { storeId, partNumber: 'BRK-PAD', onHand: free, reserved: 0, free, inbound: 0, nextEta: null }, { version });
    await say(desk.storeId, 0, 2);
    await say(desk.storeId, 4_000, 1);
    await say(desk.org.b.storeId, 2_000, 1);
    expect((await see('parts=BRK-PAD,UNHEARD')).parts).toEqual([{ partNumber: 'BRK-PAD', free: 0, onHand: 0, inbound: 0, nextEta: null, sisterStores: [{ storeId: desk.org.b.storeId, free: 2_000 }] }]);
    await say(desk.storeId, 3_000_000_000, 3); // several lines' goods together: more than an int holds
    expect((await see('parts=BRK-PAD')).parts).toMatchObject([{ free: 3_000_000_000, onHand: 3_000_000_000 }]);
  });

  it('REC-2 CLM-3 the car’s three-guarantee standing with warnings and open campaigns', async () => {
    const vehicleId = uuidv7();
    expect((await see(`vehicleId=${vehicleId}`)).standing).toBeNull();
    const period = { until: '2027-03-01', untilKm: 60_000 };
    const say = (version: number, warnings: string[]) => desk.service.hear(StandingChanged, {
      vehicleId, version, rulePack: 'CN-2022', threeGuarantees: true, repairCover: period, threeGuaranteePeriod: period, daysInRepair: 24, daysInRepairLimit: 30, sameFault: [], assemblies: [], failedSafetyRepairs: [], openCampaigns: ['RC-2026-01'], warnings, asOf: new Date(0).toISOString(),
    }, { version });
    await say(2, ['days-in-repair']);
    await say(1, []);
    expect((await see(`vehicleId=${vehicleId}`)).standing).toMatchObject({ warnings: ['days-in-repair'], openCampaigns: ['RC-2026-01'] });
  });

  it('REC-2 work that was declined in any store, until it is taken; in either order of arrival', async () => {
    const [vehicleId, visitId, customerId] = [uuidv7(), uuidv7(), uuidv7()];
    const [brakes, wipers] = [line({}), line({ operationCode: 'WIPER' })];
    const declined = (visit: string, lines: object[], declinedAt: string) => desk.service.hear(LinesDeclined, { visitId: visit, customerId, vehicleId, version: 1, lines: lines.map((one) => ({ ...one, reason: 'later' })) as never, declinedAt }, { storeId: desk.org.b.storeId });
    await declined(visitId, [brakes, wipers], '2026-01-10T01:00:00.000Z');
    await declined(visitId, [brakes], '2026-01-10T01:00:00.000Z');
    expect((await see(`vehicleId=${vehicleId}`)).declined).toHaveLength(2);
    await desk.service.hear(VisitAuthorised, {
      visitId: uuidv7(), customerId, vehicleId, appointmentId: null, repairOrder: 'A-1', brand: 'nova', kind: 'repair', mileage: 1, version: 1, lines: [line({})], promisedAt: '2026-02-10T01:00:00.000Z', authorisedAt: '2026-02-10T01:00:00.000Z', advisorId: uuidv7(), waiting: false,
    }, { storeId: desk.storeId });
    expect((await see(`vehicleId=${vehicleId}`)).declined).toMatchObject([{ visitId, line: { operationCode: 'WIPER', reason: 'later' }, declinedAt: '2026-01-10T01:00:00.000Z' }]);
    await declined(uuidv7(), [line({})], '2026-03-10T01:00:00.000Z');
    expect((await see(`vehicleId=${vehicleId}`)).declined).toHaveLength(2);
  });

  it('REC-2 odd questions are refused by field', async () => {
    const ask = async (query: string) => (await desk.service.http(`GET ${desk.path}/preview?${query}`, { as: desk.advisor })).status;
    expect([await ask('date=2026-02-30&kind=repair'), await ask('kind=repair'), await ask(`date=${tomorrow}&kind=repair&vehicleId=1`), await ask(`date=${tomorrow}&kind=repair&parts=${encodeURIComponent("'; drop")}`)]).toEqual([422, 422, 422, 422]);
    for (const date of ['0000-01-01', '9999-12-31']) expect([(await desk.service.http(`GET ${desk.path}?date=${date}`, { as: desk.advisor })).status, await ask(`date=${date}&kind=repair`)]).toEqual([422, 422]);
    expect((await desk.service.http(`GET ${desk.path}/preview?date=${tomorrow}&kind=repair`, { as: desk.org.a.staff.driver })).status).toBe(403);
  });

  it('REC-3 the day board: the local day’s slots and wishes by time, who is silent, what is to be done; page by page', async () => {
    const [eleven, midnight, early] = [await desk.booked(await desk.at(1, '11:00')), await desk.request(await desk.at(2, '00:00')), await desk.request(await desk.at(1, '00:00'))];
    await desk.holdParts(early);
    await desk.service.jump(11_000);
    const board = async (more = '') => (await desk.service.http(`GET ${desk.path}?date=${tomorrow}${more}`, { as: desk.org.a.staff['workshop-manager'] })).body;
    const whole = await board();
    expect(whole).toMatchObject({ date: tomorrow, next: null, appointments: [{ appointmentId: early.appointmentId, state: 'requested', newest: { silent: ['workshop'] }, allowed: [] }, { appointmentId: eleven.appointmentId, state: 'booked', tasks: [] }] });
    expect(whole.appointments.map((one: { appointmentId: string }) => one.appointmentId)).not.toContain(midnight.appointmentId);
    const first = await board('&limit=1');
    const second = await board(`&limit=1&cursor=${first.next}`);
    expect([first, second].map(({ appointments }) => appointments.map((one: { appointmentId: string }) => one.appointmentId))).toEqual([[early.appointmentId], [eleven.appointmentId]]);
    expect(second.next).toBeNull();
    const forged = Buffer.from(JSON.stringify(['x', 'y'])).toString('base64url');
    expect((await desk.service.http(`GET ${desk.path}?date=${tomorrow}&cursor=${forged}`, { as: desk.advisor })).status).toBe(400);
    expect((await desk.service.http(`GET /stores/${desk.org.b.storeId}/appointments?date=${tomorrow}`, { as: desk.org.b.staff.advisor })).body.appointments).toEqual([]);
  });
});
