import { PromiseMoved, VisitAuthorised, VisitDelivered } from '@aftersales/contracts/reception/visit';
import { VisitLabelled } from '@aftersales/contracts/reception/visit-label';
import { JobBlocked, JobCompleted, JobOpened, OperationStopped } from '@aftersales/contracts/workshop/job';
import { v7 as uuidv7 } from 'uuid';
import { labour, part, TestFloor, type Visit } from '../testing/test-floor';

describe('the card of a visit', () => {
  let floor: TestFloor;
  let visit: Visit;

  beforeAll(async () => void (floor = await TestFloor.manned()));
  beforeEach(async () => void (visit = await floor.newDay()));
  afterAll(() => floor?.stop());

  it('WRK-3 consent opens one job, told twice and at once too; the next consent extends it, an older one changes nothing', async () => {
    const [first, second] = [labour(), labour({ skill: 'brakes' })];
    const before = floor.about();
    await Promise.all([floor.twice(VisitAuthorised, floor.authorised(visit, [first])), floor.arrive(visit)]);
    await floor.authorise(visit, [first, second], { version: 2 });
    await floor.service.hear(VisitAuthorised, floor.authorised(visit, [first]), before);
    const opened = (await floor.saidOf(visit, JobOpened));
    expect(opened.map(({ data }) => [data.version, data.operations.length])).toEqual([[1, 1], [2, 2]]);
    expect(opened[1]!.version).toBeGreaterThan(opened[0]!.version);
    expect(await floor.card(visit)).toMatchObject({ state: 'working', estimateVersion: 2, waiting: true });
  });

  it('WRK-3 consent to one version comes in parts, the customer’s and then an insurer’s or approver’s: each brings its operations, also past a promise told later', async () => {
    const [own, insured, goodwill] = [labour(), labour({ payer: 'insurer' }), labour({ payer: 'goodwill' })];
    await floor.authorise(visit, [own]);
    await floor.authorise(visit, [own, insured]);
    const [late, moved] = [floor.about(), (await floor.at('17:00', 1)).toISOString()];
    await floor.service.hear(PromiseMoved, { ...visit, promisedAt: moved, before: moved, cause: 'parts-late', toldAt: moved, how: 'phone' }, floor.about());
    await floor.service.hear(VisitAuthorised, floor.authorised(visit, [own, insured, goodwill]), late);
    const card = await floor.card(visit);
    expect(card.operations.map(({ lineId }: { lineId: string }) => lineId)).toEqual([own.lineId, insured.lineId, goodwill.lineId]);
    expect(card).toMatchObject({ estimateVersion: 1, promisedAt: moved });
  });

  it('WRK-3 a line agreed anew with other figures is the same work: the card and what is told follow, whoever has it keeps it, what is done stays done', async () => {
    const [planned, running, done] = [labour(), labour(), labour()];
    await floor.authorise(visit, [planned, running, done]);
    await floor.work(visit, done.lineId);
    await floor.does(visit, 'assign', floor.manager, { lineIds: [planned.lineId, running.lineId], technicianIds: [floor.technician], briefing: 'x' });
    await floor.does(visit, 'clock-on', floor.technician, { lineId: running.lineId });
    const longer = [planned, running, done].map((line) => ({ ...line, flatHours: 1500, bayType: 'pit', faultCode: 'C7' }));
    await floor.authorise(visit, longer, { version: 2 });
    expect((await floor.card(visit)).operations).toMatchObject(['waiting', 'in-work', 'done'].map((state) => ({ state, flatHours: 1500, bayType: 'pit', faultCode: 'C7', technicianIds: [floor.technician] })));
    expect((await floor.saidOf(visit, JobOpened)).at(-1)!.data.operations.map(({ flatHours, bayType }) => [flatHours, bayType])).toEqual(Array(3).fill([1500, 'pit']));
    await floor.does(visit, 'clock-off', floor.technician, { lineId: running.lineId, finished: true });
  });

  it('WRK-3 a line agreed anew as another operation is other work: hands go off, and it is dispatched and checked anew, also when the old one was done', async () => {
    const [planned, running, done] = [labour(), labour(), labour()];
    await floor.authorise(visit, [done]);
    await floor.work(visit, done.lineId);
    await floor.does(visit, 'pass-check', floor.technician, { check: 'own' });
    await floor.authorise(visit, [done, planned, running], { version: 2 });
    await floor.does(visit, 'assign', floor.manager, { lineIds: [planned.lineId, running.lineId], technicianIds: [floor.technician], briefing: 'x' });
    await floor.does(visit, 'clock-on', floor.technician, { lineId: running.lineId });
    const others = [done, planned, running].map((line) => ({ ...line, operationCode: 'BRK-PAD-F', skill: 'brakes' }));
    await floor.authorise(visit, others, { version: 3 });
    const anew = { operationCode: 'BRK-PAD-F', skill: 'brakes', state: 'waiting', technicianIds: [], briefing: null, clockedOn: [] };
    expect(await floor.card(visit)).toMatchObject({ state: 'working', operations: [anew, anew, anew] });
    expect((await floor.saidOf(visit, OperationStopped)).at(-1)!.data).toMatchObject({ lineId: running.lineId, finished: false });
    for (const { lineId } of others) await floor.work(visit, lineId);
    await floor.finish(visit);
    expect((await floor.saidOf(visit, JobCompleted))[0]!.data.operations.map(({ operationCode }) => operationCode)).toEqual(Array(3).fill('BRK-PAD-F'));
  });

  it('WRK-3 consent that brings a completed job nothing to do: it is not open, and the desk hears anew that it is completed; new work opens it', async () => {
    const line = labour();
    await floor.authorise(visit, [line]);
    await floor.work(visit, line.lineId);
    await floor.finish(visit);
    const { completedAt } = await floor.card(visit);
    await floor.service.jump(60_000);
    const dearer = { ...line, flatHours: 1200, payer: 'goodwill' as const };
    await floor.authorise(visit, [dearer, part()], { version: 2 });
    expect(await floor.card(visit)).toMatchObject({ state: 'completed', completedAt, estimateVersion: 2 });
    expect(await floor.saidOf(visit, JobOpened)).toHaveLength(1);
    expect((await floor.saidOf(visit, JobCompleted)).map(({ data }) => [data.completedAt, data.operations[0]!.flatHours, data.checks.length])).toEqual([[completedAt, 1000, 3], [completedAt, 1200, 3]]);
    const more = labour();
    await floor.authorise(visit, [dearer, more], { version: 3 });
    expect(await floor.card(visit)).toMatchObject({ state: 'working', completedAt: null });
    expect(await floor.saidOf(visit, JobOpened)).toHaveLength(2);
    await floor.work(visit, more.lineId);
    await floor.finish(visit);
    expect(await floor.saidOf(visit, JobCompleted)).toHaveLength(3);
  });

  it('WRK-3 consent that comes before the arrival, and parts that come before both, end on one card', async () => {
    const oil = part();
    await floor.short(visit, oil);
    expect(await floor.card(visit)).toMatchObject({ state: 'expected', blocks: [] });
    await floor.authorise(visit, [labour(), oil]);
    await floor.arrive(visit);
    await floor.service.hear(VisitLabelled, { visitId: visit.visitId, plate: 'ABC-1234', keyTag: '17' }, floor.about());
    expect(await floor.card(visit)).toMatchObject({ state: 'working', plate: 'ABC-1234', blocks: [{ reason: 'parts', lineIds: [oil.lineId], until: null }] });
    expect((await floor.saidOf(visit, JobBlocked))).toHaveLength(1);
  });

  it('WRK-3 a line without consent in the newest version is not worked on any more', async () => {
    const [kept, gone] = [labour(), labour()];
    await floor.authorise(visit, [kept, gone]);
    await floor.authorise(visit, [kept], { version: 2 });
    expect((await floor.card(visit)).operations.find(({ lineId }: { lineId: string }) => lineId === gone.lineId).state).toBe('dropped');
    expect(await floor.move(visit, 'assign', floor.manager, { lineIds: [gone.lineId], briefing: 'x' })).toMatchObject({ status: 409, body: { code: 'workshop.operation-not-now' } });
  });

  it('WRK-3 the board tells where each car is, who has it, what blocks it since when, what is promised and what carries over', async () => {
    const [line, brakes, pads] = [labour({ flatHours: 2000 }), labour({ skill: 'brakes', faultCode: 'C1' }), part({ faultCode: 'C1' })];
    const promisedAt = (await floor.at('18:00', 0)).toISOString();
    const bay = await floor.bay({ name: `Pit ${uuidv7().slice(-4)}` });
    await floor.authorise(visit, [line, brakes, pads], { promisedAt });
    await floor.does(visit, 'assign', floor.manager, { lineIds: [line.lineId], briefing: 'Oil and filter', bayId: bay.id });
    await floor.does(visit, 'clock-on', floor.technician, { lineId: line.lineId });
    const car = async () => floor.expect(200, await floor.service.http(`GET ${floor.path('board')}`, { as: floor.a.staff.advisor })).cars.find(({ visitId }: { visitId: string }) => visitId === visit.visitId);
    expect(await car()).toMatchObject({ promisedAt, assignedIds: [floor.technician], clockedOn: [{ technicianId: floor.technician, lineId: line.lineId }], blocks: [], carriesOver: false, overdue: false });
    expect((await car()).where).toMatch(/^bay Pit/);
    const eta = (await floor.at('10:00', 1)).toISOString();
    await floor.short(visit, pads, eta);
    const since = (await floor.card(visit)).blocks[0].since;
    expect(await car()).toMatchObject({ blocks: [{ reason: 'parts', since }], carriesOver: true });
    const later = (await floor.at('17:00', 1)).toISOString();
    await floor.service.hear(PromiseMoved, { ...visit, promisedAt: later, before: promisedAt, cause: 'parts-late', toldAt: eta, how: 'phone' }, floor.about());
    expect(await car()).toMatchObject({ promisedAt: later });
    await floor.does(visit, 'clock-off', floor.technician, { lineId: line.lineId, finished: false });
    expect(await floor.service.http(`GET ${floor.path('board', floor.org.b)}`, { as: floor.a.staff.advisor })).toMatchObject({ status: 404 });
  });

  it('WRK-3 the hand-over closes the card and forgets the plate; a label that comes late finds it closed', async () => {
    await floor.authorise(visit, [labour()]);
    const label = { visitId: visit.visitId, plate: 'XYZ-1', keyTag: '3' };
    await floor.service.hear(VisitLabelled, label, floor.about());
    await floor.twice(VisitDelivered, await floor.delivered(visit));
    await floor.service.hear(VisitLabelled, label, floor.about());
    expect(await floor.card(visit)).toMatchObject({ state: 'closed', plate: null, keyTag: null, allowed: [] });
  });

  it('WRK-3 another store does not see the job, an old version is stale, a desk does not assign', async () => {
    const line = labour();
    await floor.authorise(visit, [line]);
    const { id } = await floor.card(visit);
    const body = { lineIds: [line.lineId], briefing: 'x' };
    expect(await floor.service.http(`GET ${floor.path(`jobs/${id}`, floor.org.b)}`, { as: floor.org.b.staff['workshop-manager'] })).toMatchObject({ status: 404 });
    expect(await floor.service.http(`POST ${floor.path(`jobs/${id}/assign`, floor.org.b)}`, { as: floor.org.b.staff['workshop-manager'], body, ifMatch: 1 })).toMatchObject({ status: 404 });
    expect(await floor.move(visit, 'assign', floor.a.staff.advisor, body)).toMatchObject({ status: 403 });
    const { version } = await floor.card(visit);
    const [one, two] = await Promise.all([floor.move(visit, 'assign', floor.manager, body, { ifMatch: version }), floor.move(visit, 'assign', floor.manager, body, { ifMatch: version })]);
    expect([one.status, two.status].sort()).toEqual([200, 412]);
  });
});
