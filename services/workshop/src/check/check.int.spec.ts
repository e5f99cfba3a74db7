import { PartsIssued, PartsReturned } from '@aftersales/contracts/parts/reservation';
import { CheckFailed, CheckPassed, JobCompleted } from '@aftersales/contracts/workshop/job';
import { v7 as uuidv7 } from 'uuid';
import { labour, part, TestFloor, type Visit } from '../testing/test-floor';

const minute = 60_000;

describe('checks, wash and parking', () => {
  let floor: TestFloor;
  let visit: Visit;

  beforeAll(async () => void (floor = await TestFloor.manned()));
  beforeEach(async () => void (visit = await floor.newDay()));
  afterAll(() => floor?.stop());

  it('WRK-9 three checks in order; a failed one sends the operation to rework with a reason, and all begin again', async () => {
    const line = labour();
    await floor.authorise(visit, [line]);
    expect(await floor.move(visit, 'pass-check', floor.technician, { check: 'own' })).toMatchObject({ status: 409, body: { code: 'workshop.unfinished' } });
    await floor.work(visit, line.lineId);
    for (const check of ['team', 'final']) expect(await floor.move(visit, 'pass-check', floor.a.staff.inspector, { check })).toMatchObject({ status: 409, body: { code: 'workshop.check-order', allowed: ['own'] } });
    expect(await floor.move(visit, 'pass-check', floor.a.staff.inspector, { check: 'own' })).toMatchObject({ status: 409, body: { code: 'workshop.own-check' } });
    await floor.does(visit, 'pass-check', floor.technician, { check: 'own' });
    expect(await floor.move(visit, 'pass-check', floor.technician, { check: 'team' })).toMatchObject({ status: 409, body: { code: 'workshop.second-person' } });
    expect(await floor.move(visit, 'fail-check', floor.a.staff.inspector, { check: 'team', lineIds: [uuidv7()], reason: 'torque' })).toMatchObject({ status: 409, body: { code: 'workshop.not-done' } });
    const failed = await floor.does(visit, 'fail-check', floor.a.staff.inspector, { check: 'team', lineIds: [line.lineId], reason: 'torque-not-to-spec' });
    expect(failed).toMatchObject({ state: 'working', rework: 1, operations: [{ state: 'rework', rework: 1 }], nextCheck: 'own' });
    expect((await floor.saidOf(visit, CheckFailed))[0]!.data).toMatchObject({ check: 'team', reason: 'torque-not-to-spec', rework: 1, lineIds: [line.lineId] });
    expect(await floor.move(visit, 'wash', floor.technician)).toMatchObject({ status: 409, body: { code: 'workshop.not-now' } });
    await floor.work(visit, line.lineId);
    await floor.threeChecks(visit);
    expect((await floor.saidOf(visit, CheckPassed)).map(({ data }) => data.check)).toEqual(['own', 'own', 'team', 'final']);
  });

  it('WRK-9 the final check is never by anybody who did any of the work, whatever other roles they hold', async () => {
    const [line, other] = [labour(), labour()];
    const hand = await floor.person();
    await floor.org.person(hand, [{ role: 'technician', storeId: floor.a.storeId }, { role: 'inspector', storeId: floor.a.storeId }]);
    await floor.technicianOnFloor({ staffId: hand, skills: ['maintenance'] });
    await floor.authorise(visit, [line, other]);
    await floor.work(visit, line.lineId);
    await floor.work(visit, other.lineId, hand);
    await floor.does(visit, 'pass-check', floor.technician, { check: 'own' });
    await floor.does(visit, 'pass-check', floor.a.staff.inspector, { check: 'team' });
    expect(await floor.move(visit, 'pass-check', hand, { check: 'final' })).toMatchObject({ status: 409, body: { code: 'workshop.final-by-worker' } });
    expect(await floor.move(visit, 'pass-check', floor.a.staff.advisor, { check: 'final' })).toMatchObject({ status: 409, body: { code: 'workshop.final-checkers' } });
    const { version } = await floor.card(visit);
    const twice = await Promise.all(['inspector', 'technical-director'].map((role) => floor.move(visit, 'pass-check', floor.a.staff[role as 'inspector'], { check: 'final' }, { ifMatch: version })));
    expect(twice.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it('WRK-9 who may do the last check is a policy: the next job follows it, the running one keeps its own', async () => {
    const ready = async () => {
      visit = floor.newVisit();
      const line = labour();
      await floor.authorise(visit, [line]);
      await floor.work(visit, line.lineId);
      await floor.does(visit, 'pass-check', floor.technician, { check: 'own' });
      await floor.does(visit, 'pass-check', floor.a.staff['workshop-manager'], { check: 'team' });
    };
    await ready();
    await floor.org.policy('check.final-checkers', { roles: ['inspector'], staffIds: [floor.a.staff.advisor] });
    await floor.does(visit, 'pass-check', floor.a.staff.inspector, { check: 'final' });
    await ready();
    expect(await floor.move(visit, 'pass-check', floor.a.staff.inspector, { check: 'final' })).toMatchObject({ status: 409, body: { code: 'workshop.final-checkers' } });
    await floor.does(visit, 'pass-check', floor.a.staff.advisor, { check: 'final' });
    await floor.org.policy('check.final-checkers', { roles: ['inspector', 'technical-director'], staffIds: [] });
  });

  it('WRK-9 a policy may drop the middle check for quick jobs: the next job follows it, the running one keeps three', async () => {
    const ready = async (flatHours: number) => {
      visit = floor.newVisit();
      const line = labour({ flatHours });
      await floor.authorise(visit, [line]);
      await floor.work(visit, line.lineId);
      return floor.does(visit, 'pass-check', floor.technician, { check: 'own' });
    };
    expect((await ready(400)).nextCheck).toBe('team');
    await floor.org.policy('check.middle', { droppedForKinds: [], droppedUpToFlatHoursThousandths: 500 });
    expect(await floor.move(visit, 'pass-check', floor.a.staff.inspector, { check: 'final' })).toMatchObject({ status: 409, body: { code: 'workshop.check-order' } });
    expect((await ready(501)).nextCheck).toBe('team');
    expect((await ready(500)).nextCheck).toBe('final');
    await floor.does(visit, 'pass-check', floor.a.staff.inspector, { check: 'final' });
    await floor.org.policy('check.middle', { droppedForKinds: [], droppedUpToFlatHoursThousandths: 0 });
  });

  it('WRK-10 washed and parked after the last check: the desk is told once who did what, in which time, with which parts', async () => {
    const [line, brakes, left] = [labour({ faultCode: 'C1' }), labour({ skill: 'brakes', flatHours: 800 }), labour({ faultCode: 'C9' })];
    const [pads, never] = [part({ faultCode: 'C1', quantity: 2000 }), part({ faultCode: 'C9', partNumber: 'P-9' })];
    const hand = await floor.person();
    await floor.technicianOnFloor({ staffId: hand, skills: ['brakes'] });
    await floor.authorise(visit, [line, brakes, left, pads, never]);
    const need = (quantity: number) => [{ lineId: pads.lineId, partNumber: pads.partNumber!, quantity }];
    await floor.service.hear(PartsIssued, { ...floor.holder(visit), requisitionId: uuidv7(), lines: need(2000), technicianId: floor.technician, advisorId: floor.a.staff.advisor, issuedAt: new Date(0).toISOString() }, floor.about());
    await floor.service.hear(PartsReturned, { ...floor.holder(visit), requisitionId: uuidv7(), lines: need(500), returnedAt: new Date(0).toISOString() }, floor.about());
    await floor.work(visit, line.lineId);
    await floor.work(visit, brakes.lineId, hand, 30 * minute);
    await floor.does(visit, 'leave-undone', floor.manager, { lineId: left.lineId, reason: 'no-time' });
    expect(await floor.move(visit, 'park', floor.technician, { place: 'P12' })).toMatchObject({ status: 409 });
    await floor.threeChecks(visit);
    expect(await floor.move(visit, 'park', floor.technician, { place: 'P12' })).toMatchObject({ status: 409, body: { code: 'workshop.not-now', from: 'final-checked' } });
    await floor.does(visit, 'wash', floor.technician);
    expect(await floor.service.said(JobCompleted)).toHaveLength(0);
    const key = uuidv7();
    const { version } = await floor.card(visit);
    const twice = await Promise.all([1, 2].map(() => floor.move(visit, 'park', floor.technician, { place: 'P12' }, { key, ifMatch: version })));
    expect(twice.map(({ body }) => body.state)).toEqual(['completed', 'completed']);
    const [done, ...more] = await floor.service.said(JobCompleted);
    expect(more).toHaveLength(0);
    expect(done!.data).toMatchObject({
      vehicleId: visit.vehicleId, unfinishedLineIds: [left.lineId, never.lineId], replacedParts: [{ lineId: pads.lineId, partNumber: pads.partNumber, quantity: 1500 }],
      technicianIds: [floor.technician, hand], inspectorIds: [floor.a.staff.inspector, floor.a.staff['technical-director']],
      checks: [{ check: 'own', by: floor.technician }, { check: 'team' }, { check: 'final' }],
    });
    expect(done!.data.operations).toMatchObject([{ lineId: line.lineId, flatHours: 1000, technicianIds: [floor.technician], faultCode: 'C1' }, { lineId: brakes.lineId, flatHours: 800, technicianIds: [hand], faultCode: null }]);
    expect(Math.round(done!.data.operations[1]!.clockedHours / 10) * 10).toBe(500);
  });

  it('WRK-10 who comes too early, without the role or from another store does not park the car; two who park it at once park it once', async () => {
    const line = labour();
    await floor.authorise(visit, [line]);
    await floor.work(visit, line.lineId);
    await floor.does(visit, 'pass-check', floor.technician, { check: 'own' });
    await floor.does(visit, 'pass-check', floor.a.staff.inspector, { check: 'team' });
    for (const verb of ['wash', 'park']) expect(await floor.move(visit, verb, floor.technician, verb === 'park' ? { place: 'P1' } : undefined)).toMatchObject({ status: 409, body: { code: 'workshop.not-now' } });
    await floor.does(visit, 'pass-check', floor.a.staff['technical-director'], { check: 'final' });
    const washed = await floor.does(visit, 'wash', floor.technician);
    expect(await floor.move(visit, 'park', floor.a.staff.cashier, { place: 'P1' })).toMatchObject({ status: 403 });
    const b = floor.org.b;
    expect(await floor.service.http(`POST ${floor.path(`jobs/${washed.id}/park`, b)}`, { as: b.staff.technician, ifMatch: washed.version, body: { place: 'P1' } })).toMatchObject({ status: 404 });
    const both = await Promise.all(['P1', 'P2'].map((place) => floor.move(visit, 'park', floor.technician, { place }, { ifMatch: washed.version })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect(await floor.saidOf(visit, JobCompleted)).toHaveLength(1);
  });
});
