import { StandingChanged, StandingWarned } from '@aftersales/contracts/claims/standing';
import { v7 as uuidv7 } from 'uuid';
import { ClaimsWorld, day, hour, labour } from '../testing/claims-world';

describe('a job that goes on after its completion', () => {
  let world: ClaimsWorld;
  beforeAll(async () => (world = await ClaimsWorld.start()));
  afterAll(() => world?.stop());

  const standingOf = async (vehicleId: string) => (await world.service.said(StandingChanged)).map(({ data }) => data).findLast((data) => data.vehicleId === vehicleId)!;
  const warnedOf = async (vehicleId: string, limit: string) => (await world.service.said(StandingWarned)).map(({ data }) => data).filter((data) => data.vehicleId === vehicleId && data.limit === limit);
  const repairOf = async (vehicleId: string) => (await world.service.http(`GET /stores/${world.org.a.storeId}/vehicles/${vehicleId}/standing`, { as: world.org.a.staff.advisor })).body.repairs[0];
  const timersOf = (visitId: string) => world.service.rows('select kind from timer where subject = $1 order by kind', [visitId]);

  it('CLM-2 CLM-3 the maker’s add-on: the repair runs again, its forecast, its days and the loaner are told, and it ends with its last line', async () => {
    const vehicleId = await world.car();
    const visit = world.visit(vehicleId, [labour('B1234'), labour('C5')]);
    const first = visit.lines.slice(0, 1);
    await world.authorised(visit, { lines: first });
    await world.service.jump(hour);
    await world.completed(visit, { lines: first });
    expect(await standingOf(vehicleId)).toMatchObject({ daysInRepair: 1, sameFault: [{ of: 'B1234', count: 1 }] });
    expect(await timersOf(visit.visitId)).toEqual([]);
    await world.authorised(visit, { version: 2, promisedIn: 25 * day });
    expect(await warnedOf(vehicleId, 'days-in-repair')).toMatchObject([{ value: 1, forecast: 26, threshold: 30 }]);
    expect(await timersOf(visit.visitId)).toEqual([{ kind: 'loaner.day-6' }, { kind: 'standing.next-day' }]);
    expect((await repairOf(vehicleId)).completedAt).toBeNull();
    await world.service.jump(5 * day);
    expect(await standingOf(vehicleId)).toMatchObject({ daysInRepair: 6, warnings: expect.arrayContaining(['loaner-day-6']) });
    expect(await warnedOf(vehicleId, 'loaner-day-6')).toMatchObject([{ visitId: visit.visitId, value: 6 }]);
    await world.service.jump(day);
    await world.completed(visit);
    expect(await standingOf(vehicleId)).toMatchObject({ daysInRepair: 7, sameFault: [{ of: 'B1234', count: 1 }, { of: 'C5', count: 1 }], warnings: [] });
    expect(await timersOf(visit.visitId)).toEqual([]);
  });

  it('CLM-2 the first quality fault is found after the rest was completed: a repair that runs, not one that is over', async () => {
    const vehicleId = await world.car();
    const visit = world.visit(vehicleId, [labour('MNT', { payer: 'customer' }), labour('B1234')]);
    const first = visit.lines.slice(0, 1);
    await world.authorised(visit, { lines: first });
    await world.completed(visit, { lines: first });
    await world.authorised(visit, { version: 2 });
    expect(await standingOf(vehicleId)).toMatchObject({ daysInRepair: 1, sameFault: [] });
    expect(await repairOf(vehicleId)).toMatchObject({ completedAt: null, days: 1 });
    await world.service.jump(2 * day + hour);
    expect(await standingOf(vehicleId)).toMatchObject({ daysInRepair: 3 });
    await world.completed(visit);
    expect(await standingOf(vehicleId)).toMatchObject({ daysInRepair: 3, sameFault: [{ of: 'B1234', count: 1 }] });
  });

  it.each([['another operation', { operationCode: 'REPLACE' }], ['work for other hands', { skill: 'electric' }]])('CLM-2 finished work that becomes %s is to be done again: the repair runs until it is', async (_what, change) => {
    const vehicleId = await world.car();
    const visit = world.visit(vehicleId, [labour('B1234'), labour('C5')]);
    const renewed = { ...visit, lines: [{ ...visit.lines[0]!, ...change }, visit.lines[1]!] };
    await world.authorised(visit);
    await world.jobOpened(visit);
    await world.completed(visit, { unfinished: [visit.lines[0]!.lineId] });
    expect((await repairOf(vehicleId)).completedAt).not.toBeNull();
    await world.authorised(renewed, { version: 2 });
    const again = { version: 2, id: uuidv7() };
    for (let i = 0; i < 2; i++) await world.jobOpened(renewed, again);
    expect((await repairOf(vehicleId)).completedAt).toBeNull();
    expect(await timersOf(visit.visitId)).toEqual([{ kind: 'loaner.day-6' }, { kind: 'standing.next-day' }]);
    await world.service.jump(2 * day + hour);
    expect(await standingOf(vehicleId)).toMatchObject({ daysInRepair: 3 });
    await world.completed(renewed);
    expect(await repairOf(vehicleId)).toMatchObject({ completedAt: expect.any(String), days: 3 });
  });

  it('CLM-2 the customer’s own work that follows lengthens no repair of a quality fault', async () => {
    const vehicleId = await world.car();
    const visit = world.visit(vehicleId, [labour('B1234'), labour('MNT', { payer: 'customer' })]);
    const first = visit.lines.slice(0, 1);
    await world.authorised(visit, { lines: first });
    await world.service.jump(hour);
    await world.completed(visit, { lines: first });
    const over = await repairOf(vehicleId);
    await world.authorised(visit, { version: 2, promisedIn: 25 * day });
    await world.service.jump(10 * day);
    await world.completed(visit);
    expect(await repairOf(vehicleId)).toMatchObject({ completedAt: over.completedAt, days: 1 });
    expect(await warnedOf(vehicleId, 'days-in-repair')).toEqual([]);
  });

  it('CLM-2 finished safety work that the maker pays after all is no failed repair of its own', async () => {
    const vehicleId = await world.car();
    const brakes = labour('BRK', { safety: true, payer: 'customer' });
    const visit = world.visit(vehicleId, [brakes]);
    await world.authorised(visit);
    await world.completed(visit);
    await world.service.jump(hour);
    await world.authorised(visit, { version: 2, lines: [{ ...brakes, payer: 'warranty' }] });
    expect(await repairOf(vehicleId)).toMatchObject({ completedAt: expect.any(String), days: 1 });
    expect(await standingOf(vehicleId)).toMatchObject({ failedSafetyRepairs: [] });
  });
});
