import { CheckFailed, CheckPassed, JobBlocked, JobCompleted, JobUnblocked, OperationStarted, OperationStopped } from '@aftersales/contracts/workshop/job';
import { v7 as uuidv7 } from 'uuid';
import { serviceLines, TestDesk } from './testing/desk';

const { labour, oil } = serviceLines;

describe('the floor, heard at the desk', () => {
  let desk: TestDesk;
  beforeAll(async () => {
    desk = await TestDesk.open();
  });
  afterAll(() => desk?.close());
  const seen = async (visitId: string) => (await desk.get(`/${visitId}`)).body;

  it('WRK-6 WRK-9 REC-21 the desk sees what blocks the car, what was checked, and what failed; older facts change nothing', async () => {
    const visit = await desk.authorised([labour]);
    const at = (await desk.service.now()).toISOString();
    const job = { jobId: visit.jobId, visitId: visit.visitId };
    const [{ lineId }] = visit.offer.lines;
    const storeId = desk.storeId;
    await desk.service.hear(OperationStarted, { ...job, lineId, technicianId: visit.technicianId, startedAt: at }, { storeId, version: 2 });
    const blockId = uuidv7();
    await desk.service.hear(JobBlocked, { ...job, blockId, reason: 'parts', lineIds: [lineId], since: at }, { storeId, version: 3 });
    expect((await seen(visit.visitId)).floor).toMatchObject({ state: 'working', blockedBy: ['parts'] });
    await desk.service.hear(JobUnblocked, { ...job, blockId, reason: 'parts', since: at, until: at, blockedMs: 0 }, { storeId, version: 4 });
    await desk.service.hear(JobBlocked, { ...job, blockId, reason: 'parts', lineIds: [lineId], since: at }, { storeId, version: 3 });
    await desk.service.hear(OperationStopped, { ...job, lineId, technicianId: visit.technicianId, startedAt: at, stoppedAt: at, clockedHours: 1000, finished: true }, { storeId, version: 5 });
    await desk.service.hear(CheckPassed, { ...job, check: 'own', by: visit.technicianId, checkedAt: at }, { storeId, version: 6 });
    expect((await seen(visit.visitId)).floor).toMatchObject({ blockedBy: [], checks: ['own'], finishedLineIds: [lineId] });
    await desk.service.hear(CheckFailed, { ...job, check: 'team', by: visit.inspectorId, lineIds: [lineId], reason: 'leak', rework: 1, checkedAt: at }, { storeId, version: 7 });
    expect((await seen(visit.visitId)).floor).toMatchObject({ checks: [], reworks: 1, finishedLineIds: [] });
  });

  it('REC-21 done is told once, twice, or late: the car comes back to the advisor once', async () => {
    const visit = await desk.authorised([labour]);
    await desk.completed(visit, visit.offer.lines);
    const { version, completedAt } = await seen(visit.visitId);
    await desk.completed(visit, visit.offer.lines);
    expect(await seen(visit.visitId)).toMatchObject({ state: 'completed', version, completedAt });
  });

  it('WRK-7 REC-21 a job that was done before it heard of the newest lines is not done; a ready car with new work is not ready', async () => {
    const visit = await desk.authorised([labour]);
    const more = await desk.offered(visit.visitId, [{ keep: visit.offer.lines[0].lineId }, { ...labour, operationCode: 'ADD-1' }]);
    await desk.signed(visit.visitId, more);
    await desk.completed(visit, visit.offer.lines);
    expect((await seen(visit.visitId)).state).toBe('in-work');
    await desk.completed(visit, more.lines, { version: 20 });
    await desk.ok(`/${visit.visitId}/pass`);
    const last = await desk.offered(visit.visitId, [...more.lines.map(({ lineId }: { lineId: string }) => ({ keep: lineId })), { ...labour, operationCode: 'ADD-2' }]);
    expect(await desk.signed(visit.visitId, last)).toMatchObject({ state: 'answered' });
    expect(await seen(visit.visitId)).toMatchObject({ state: 'in-work', readyAt: null, completedAt: null });
  });

  it('REC-21 WRK-3 agreed to without new labour, the job that was done stays done: told before or after the settlement, the car goes', async () => {
    const cashier = { as: desk.org.a.staff.cashier };
    const saidAgain = (visit: Awaited<ReturnType<TestDesk['authorised']>>) => desk.completed(visit, visit.offer.lines, { version: 10 });
    const agree = async (visitId: string, lines: readonly object[]) => {
      const offer = await desk.offered(visitId, lines);
      await desk.signed(visitId, offer);
      await desk.issue(visitId, offer.lines);
    };
    const goes = async (visitId: string, late: () => Promise<void> = async () => {}) => {
      await desk.ok(`/${visitId}/pass`);
      const { shares } = await desk.ok(`/${visitId}/settle`, { signatureId: uuidv7() }, cashier);
      await desk.ok(`/${visitId}/payments`, { payer: 'customer', method: 'card', tendered: shares[0].total }, cashier);
      await late();
      expect((await desk.ok(`/${visitId}/deliver`, { oldParts: 'none', valuablesReturned: true, nextServiceTold: true })).state).toBe('delivered');
    };
    const done = await desk.authorised([labour]);
    await desk.completed(done, done.offer.lines);
    await agree(done.visitId, [{ keep: done.offer.lines[0].lineId }, oil]);
    expect((await seen(done.visitId)).state).toBe('in-work');
    for (let i = 0; i < 2; i++) await saidAgain(done);
    expect(await seen(done.visitId)).toMatchObject({ state: 'completed', floor: { state: 'completed', checks: ['own', 'team', 'final'] } });
    await goes(done.visitId);
    // Parked just before the workshop heard of the part.
    const parked = await desk.authorised([labour]);
    await agree(parked.visitId, [{ keep: parked.offer.lines[0].lineId }, oil]);
    await desk.completed(parked, parked.offer.lines);
    await goes(parked.visitId, () => saidAgain(parked));
  });

  it('REC-20 parts told before or after the job is done make the same bill', async () => {
    const bills = [];
    for (const partsFirst of [true, false]) {
      const visit = await desk.authorised([labour, oil]);
      if (partsFirst) await desk.issue(visit.visitId, visit.offer.lines);
      await desk.completed(visit, visit.offer.lines);
      if (!partsFirst) await desk.issue(visit.visitId, visit.offer.lines);
      bills.push((await desk.ok(`/${visit.visitId}/settle`, { signatureId: uuidv7() }, { as: desk.org.a.staff.cashier })).shares);
    }
    expect(bills[0]).toEqual(bills[1]);
  });

  it('REC-21 a job of a visit that is not known here harms nothing', async () => {
    const at = (await desk.service.now()).toISOString();
    await desk.service.hear(JobCompleted, {
      jobId: uuidv7(), visitId: uuidv7(), vehicleId: uuidv7(), completedAt: at, operations: [], unfinishedLineIds: [], replacedParts: [], checks: [], technicianIds: [], inspectorIds: [], evidenceIds: [],
    }, { storeId: desk.storeId });
  });
});
