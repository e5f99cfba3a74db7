import { LinesDeclined, PromiseMoved, VisitAuthorised, VisitDelivered } from '@aftersales/contracts/reception/visit';
import { VisitLabelled } from '@aftersales/contracts/reception/visit-label';
import { EtaSlipped, PartsIssued, PartsPicked, PartsReturned, PartsShort } from '@aftersales/contracts/parts/reservation';
import { CheckFailed, CheckPassed, FaultFound, JobBlocked, JobCompleted, JobOpened, JobUnblocked, OperationStarted, OperationStopped } from '@aftersales/contracts/workshop/job';
import { v7 as uuidv7 } from 'uuid';
import { labour, part, TestFloor, type Visit } from '../testing/test-floor';

const minute = 60_000;

describe('the job from consent to the parked car', () => {
  let floor: TestFloor;
  let visit: Visit;
  const by = (visitId: string) => ({ data }: { data: { visitId: string } }) => data.visitId === visitId;

  beforeAll(async () => {
    floor = await TestFloor.start();
    await floor.bay();
    await floor.technicianOnFloor({ skills: ['maintenance', 'brakes', 'electrics'] });
  });
  // Every test has the floor to itself from the opening of a day.
  beforeEach(async () => {
    visit = floor.newVisit();
    await floor.service.jump(await floor.at('09:00'));
  });
  afterAll(async () => {
    expect(await floor.deadLetters()).toEqual([]);
    await floor.stop();
  });

  const holder = () => ({ holderKind: 'visit' as const, holderId: visit.visitId, round: 1 });
  const short = (lines: { lineId: string; partNumber: string; quantity: number; missing: number; eta: string | null }[]) => floor.service.hear(PartsShort, { ...holder(), lines }, floor.about());
  const jpeg = Buffer.from('what was seen').toString('base64');

  async function find(as = floor.technician): Promise<string> {
    const { id } = await floor.card(visit);
    const kept = floor.expect(201, await floor.service.http(`POST ${floor.path(`jobs/${id}/evidence`)}`, { as, body: { kind: 'photo', contentType: 'image/jpeg', content: jpeg } }));
    const card = await floor.does(visit, 'report-fault', as, {
      faultCode: 'C1201', safety: true, operations: [{ operationCode: 'BRK-PAD-F', skill: 'brakes', bayType: 'lift', flatHours: 800 }], parts: [{ partNumber: '04465-06200', quantity: 1000 }], evidenceIds: [kept.id],
    });
    return card.faults.at(-1).id;
  }

  async function threeChecks(): Promise<void> {
    await floor.does(visit, 'pass-check', floor.technician, { check: 'own' });
    await floor.does(visit, 'pass-check', floor.a.staff.inspector, { check: 'team' });
    await floor.does(visit, 'pass-check', floor.a.staff['technical-director'], { check: 'final' });
  }

  it('WRK-3 consent opens one job, told twice and at once too; the next version extends it, an older one changes nothing', async () => {
    const [first, second] = [labour(), labour({ skill: 'brakes' })];
    await Promise.all([floor.twice(VisitAuthorised, floor.authorised(visit, [first])), floor.arrive(visit)]);
    await floor.authorise(visit, [first]);
    await floor.authorise(visit, [first, second], { version: 2 });
    await floor.authorise(visit, [first], { version: 1 });
    const opened = (await floor.service.said(JobOpened)).filter(by(visit.visitId));
    expect(opened.map(({ data }) => [data.version, data.operations.length])).toEqual([[1, 1], [2, 2]]);
    expect(opened[1]!.version).toBeGreaterThan(opened[0]!.version);
    expect(await floor.card(visit)).toMatchObject({ state: 'working', estimateVersion: 2, waiting: true });
  });

  it('WRK-3 consent that comes before the arrival, and parts that come before both, end on one card', async () => {
    const oil = part();
    await short([{ lineId: oil.lineId, partNumber: oil.partNumber!, quantity: 1000, missing: 1000, eta: null }]);
    expect(await floor.card(visit)).toMatchObject({ state: 'expected', blocks: [] });
    await floor.authorise(visit, [labour(), oil]);
    await floor.arrive(visit);
    await floor.service.hear(VisitLabelled, { visitId: visit.visitId, plate: 'ABC-1234', keyTag: '17' }, floor.about());
    expect(await floor.card(visit)).toMatchObject({ state: 'working', plate: 'ABC-1234', blocks: [{ reason: 'parts', lineIds: [oil.lineId], until: null }] });
    expect((await floor.service.said(JobBlocked)).filter(by(visit.visitId))).toHaveLength(1);
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
    const car = async () => floor.expect(200, await floor.service.http(`GET ${floor.path('board')}`, { as: floor.a.staff.advisor })).cars.find(by2(visit.visitId));
    const by2 = (visitId: string) => (one: { visitId: string }) => one.visitId === visitId;
    expect(await car()).toMatchObject({ promisedAt, assignedIds: [floor.technician], clockedOn: [{ technicianId: floor.technician, lineId: line.lineId }], blocks: [], carriesOver: false, overdue: false });
    expect((await car()).where).toMatch(/^bay Pit/);
    const eta = (await floor.at('10:00', 1)).toISOString();
    await short([{ lineId: pads.lineId, partNumber: pads.partNumber!, quantity: 1000, missing: 1000, eta }]);
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
    const delivered = {
      ...visit, contactId: visit.customerId, appointmentId: null, repairOrder: 'RO-A-1', brand: 'nova', kind: 'maintenance' as const, mileage: 1, deliveredAt: (await floor.service.now()).toISOString(), promisedAt: null,
      advisorId: floor.a.staff.advisor, technicianIds: [], inspectorIds: [], operationCodes: [], maintenanceDone: false, nextServiceOn: null, nextServiceAtKm: null,
    };
    await floor.twice(VisitDelivered, delivered);
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

  it('WRK-4 the best on shift with the skill is proposed; a person may choose another, but not one without skill or shift', async () => {
    const [other, away, unskilled] = [await floor.person(), await floor.person(), await floor.person()];
    await floor.technicianOnFloor({ staffId: other, skills: ['paint'], grade: 1 });
    const master = await floor.technicianOnFloor({ staffId: away, skills: ['paint'], grade: 5 });
    await floor.technicianOnFloor({ staffId: unskilled, skills: ['electrics'] });
    const [line, busy] = [labour({ skill: 'paint' }), labour({ skill: 'paint' })];
    await floor.authorise(visit, [line, busy]);
    const { id } = await floor.card(visit);
    const proposed = async () => floor.expect(200, await floor.service.http(`GET ${floor.path(`jobs/${id}/proposals?lineId=${line.lineId}`)}`, { as: floor.manager })).technicians.map(({ technicianId }: { technicianId: string }) => technicianId);
    expect(await proposed()).toEqual([away, other]);
    const card = await floor.does(visit, 'assign', floor.manager, { lineIds: [busy.lineId], briefing: 'Door' });
    expect(card.operations.find(({ lineId }: { lineId: string }) => lineId === busy.lineId)).toMatchObject({ technicianIds: [away], proposedId: away, briefing: 'Door' });
    expect(await proposed()).toEqual([other, away]); // who has work in hand comes second
    expect(await floor.move(visit, 'assign', floor.manager, { lineIds: [line.lineId], technicianIds: [unskilled], briefing: 'x' })).toMatchObject({ status: 409, body: { code: 'workshop.without-skill' } });
    const now = await floor.service.now();
    floor.expect(200, await floor.service.http(`POST ${floor.path(`technicians/${master.id}/absent`)}`, { as: floor.manager, ifMatch: master.version, body: { from: now.toISOString(), to: new Date(now.getTime() + 10 * 3_600_000).toISOString(), reason: 'sick' } }));
    expect(await floor.move(visit, 'assign', floor.manager, { lineIds: [line.lineId], technicianIds: [away], briefing: 'x' })).toMatchObject({ status: 409, body: { code: 'workshop.off-shift' } });
    expect(await floor.does(visit, 'assign', floor.manager, { lineIds: [line.lineId], technicianIds: [other], briefing: 'x' })).toMatchObject({ state: 'working' });
    expect(await floor.move(visit, 'assign', floor.manager, { lineIds: [line.lineId] })).toMatchObject({ status: 422 });
  });

  it('WRK-4 nobody on shift with the skill: nothing is assigned', async () => {
    const line = labour({ skill: 'hydrogen' });
    await floor.authorise(visit, [line]);
    expect(await floor.move(visit, 'assign', floor.manager, { lineIds: [line.lineId], briefing: 'x' })).toMatchObject({ status: 409, body: { code: 'workshop.nobody' } });
  });

  it('WRK-5 clocked hours are kept apart from flat hours; only who is assigned clocks on, once', async () => {
    const line = labour({ flatHours: 1000 });
    await floor.authorise(visit, [line]);
    expect(await floor.move(visit, 'clock-on', floor.technician, { lineId: line.lineId })).toMatchObject({ status: 409, body: { code: 'workshop.not-assigned' } });
    await floor.does(visit, 'assign', floor.manager, { lineIds: [line.lineId], technicianIds: [floor.technician], briefing: 'x' });
    const key = uuidv7();
    const { version } = await floor.card(visit);
    const twice = await Promise.all([1, 2].map(() => floor.move(visit, 'clock-on', floor.technician, { lineId: line.lineId }, { key, ifMatch: version })));
    expect(twice.map(({ status }) => status)).toEqual([200, 200]);
    expect((await floor.service.said(OperationStarted)).filter(by(visit.visitId))).toHaveLength(1);
    expect(await floor.move(visit, 'clock-on', floor.technician, { lineId: line.lineId })).toMatchObject({ status: 409, body: { code: 'workshop.clocked-on' } });
    await floor.service.jump(30 * minute);
    const card = await floor.does(visit, 'clock-off', floor.technician, { lineId: line.lineId, finished: true });
    expect(card.operations[0]).toMatchObject({ state: 'done', flatHours: 1000 });
    expect(card.operations[0].clockedHours).toBeGreaterThanOrEqual(500);
    expect(card.operations[0].clockedHours).toBeLessThan(505);
    expect((await floor.service.said(OperationStopped)).filter(by(visit.visitId))[0]!.data).toMatchObject({ technicianId: floor.technician, finished: true });
    expect(await floor.move(visit, 'clock-on', floor.technician, { lineId: line.lineId })).toMatchObject({ status: 409, body: { code: 'workshop.operation-not-now' } });
  });

  it('WRK-5 one technician on two cars: split by the policy that was in force when the stretch began', async () => {
    const [mine, theirs] = [labour({ flatHours: 3000 }), labour({ flatHours: 1000 })];
    const second = floor.newVisit();
    await floor.authorise(visit, [mine]);
    await floor.authorise(second, [theirs]);
    const both = async () => {
      for (const [car, line] of [[visit, mine], [second, theirs]] as const) {
        await floor.does(car, 'assign', floor.manager, { lineIds: [line.lineId], technicianIds: [floor.technician], briefing: 'x' });
        await floor.does(car, 'clock-on', floor.technician, { lineId: line.lineId });
      }
    };
    const off = async (finished: boolean) => {
      await floor.service.jump(60 * minute);
      for (const [car, line] of [[visit, mine], [second, theirs]] as const) await floor.does(car, 'clock-off', floor.technician, { lineId: line.lineId, finished });
      const said = await floor.service.said(OperationStopped);
      return [visit, second].map((car) => Math.round(said.filter(by(car.visitId)).at(-1)!.data.clockedHours / 50) * 50);
    };
    await both();
    await floor.org.policy('clock.split', { oneOnTwoCars: 'even', twoOnOne: 'each-own' });
    expect(await off(false)).toEqual([750, 250]); // by flat hours, as when it began
    await both();
    expect(await off(true)).toEqual([500, 500]);
    await floor.org.policy('clock.split', { oneOnTwoCars: 'by-flat-hours', twoOnOne: 'each-own' });
  });

  it('WRK-5 two on one operation: each counts, and the last one finishes it; the policy may share the hour', async () => {
    const helper = await floor.person();
    await floor.technicianOnFloor({ staffId: helper, skills: ['maintenance'] });
    const line = labour();
    await floor.authorise(visit, [line]);
    await floor.does(visit, 'assign', floor.manager, { lineIds: [line.lineId], technicianIds: [floor.technician, helper], briefing: 'Two hands' });
    const stretch = async (finished: boolean) => {
      for (const as of [floor.technician, helper]) await floor.does(visit, 'clock-on', as, { lineId: line.lineId });
      await floor.service.jump(60 * minute);
      expect(await floor.move(visit, 'clock-off', helper, { lineId: line.lineId, finished: true })).toMatchObject({ status: 409, body: { code: 'workshop.others-clocked-on' } });
      await floor.does(visit, 'clock-off', helper, { lineId: line.lineId, finished: false });
      await floor.does(visit, 'clock-off', floor.technician, { lineId: line.lineId, finished });
      return (await floor.service.said(OperationStopped)).filter(by(visit.visitId)).slice(-2).map(({ data }) => Math.round(data.clockedHours / 50) * 50);
    };
    expect(await stretch(false)).toEqual([1000, 1000]);
    await floor.org.policy('clock.split', { oneOnTwoCars: 'even', twoOnOne: 'even' });
    expect(await stretch(true)).toEqual([500, 500]);
    await floor.org.policy('clock.split', { oneOnTwoCars: 'by-flat-hours', twoOnOne: 'each-own' });
  });

  it('WRK-5 nobody clocks for somebody else but the workshop manager', async () => {
    const line = labour();
    const other = await floor.person();
    await floor.authorise(visit, [line]);
    await floor.does(visit, 'assign', floor.manager, { lineIds: [line.lineId], technicianIds: [floor.technician], briefing: 'x' });
    expect(await floor.move(visit, 'clock-on', other, { lineId: line.lineId, technicianId: floor.technician })).toMatchObject({ status: 403 });
    await floor.does(visit, 'clock-on', floor.manager, { lineId: line.lineId, technicianId: floor.technician });
    await floor.does(visit, 'clock-off', floor.manager, { lineId: line.lineId, technicianId: floor.technician, finished: true });
  });

  it('WRK-6 a short part blocks what it belongs to, a slipped ETA keeps it, picked ends it, and the time counts', async () => {
    const [oil, brakes] = [labour(), labour({ skill: 'brakes', faultCode: 'C1' })];
    const pads = part({ faultCode: 'C1' });
    await floor.authorise(visit, [oil, brakes, pads]);
    await floor.does(visit, 'assign', floor.manager, { lineIds: [oil.lineId, brakes.lineId], technicianIds: [floor.technician], briefing: 'x' });
    const missing = { lineId: pads.lineId, partNumber: pads.partNumber!, quantity: 1000, missing: 1000, eta: null };
    const { version } = floor.about();
    await short([missing]);
    expect((await floor.service.said(JobBlocked)).filter(by(visit.visitId)).map(({ data }) => [data.reason, data.lineIds])).toEqual([['parts', [pads.lineId]]]);
    expect(await floor.move(visit, 'clock-on', floor.technician, { lineId: brakes.lineId })).toMatchObject({ status: 409, body: { code: 'workshop.blocked' } });
    await floor.work(visit, oil.lineId);
    expect(await floor.move(visit, 'pass-check', floor.technician, { check: 'own' })).toMatchObject({ status: 409 });
    const eta = (await floor.at('10:00')).toISOString();
    await floor.service.hear(EtaSlipped, { ...holder(), lines: [{ lineId: pads.lineId, partNumber: pads.partNumber!, before: null, eta }], cause: 'carrier' }, floor.about());
    expect((await floor.card(visit)).parts[0]).toMatchObject({ short: true, eta });
    const [block] = (await floor.card(visit)).blocks;
    expect(await floor.move(visit, 'unblock', floor.manager, { blockId: block.id })).toMatchObject({ status: 409, body: { code: 'workshop.unblocked-by-facts' } });
    await floor.service.jump(60 * minute);
    const picked = { ...holder(), lines: [{ lineId: pads.lineId, partNumber: pads.partNumber!, quantity: 1000 }], pickedAt: eta };
    await floor.twice(PartsPicked, picked);
    const ended = (await floor.service.said(JobUnblocked)).filter(by(visit.visitId));
    expect(ended).toHaveLength(1);
    expect(ended[0]!.data.blockedMs).toBe(Date.parse(ended[0]!.data.until) - Date.parse(ended[0]!.data.since));
    expect(ended[0]!.data.blockedMs).toBeGreaterThanOrEqual(70 * minute);
    await floor.service.hear(PartsShort, { ...holder(), lines: [missing] }, floor.about(version)); // told before, heard now
    expect((await floor.card(visit)).blocks.filter(({ until }: { until: string | null }) => until === null)).toHaveLength(0);
    await floor.work(visit, brakes.lineId);
    expect((await floor.card(visit)).blockedMs.parts).toBe(ended[0]!.data.blockedMs);
  });

  it('WRK-6 an ETA that slips blocks a job that was not waiting yet; issuing the part ends it', async () => {
    const [line, pads] = [labour(), part()];
    await floor.authorise(visit, [line, pads]);
    await floor.service.hear(EtaSlipped, { ...holder(), lines: [{ lineId: pads.lineId, partNumber: pads.partNumber!, before: null, eta: null }], cause: 'carrier' }, floor.about());
    expect((await floor.card(visit)).blocks).toMatchObject([{ reason: 'parts', until: null }]);
    await floor.service.hear(PartsIssued, { ...holder(), requisitionId: uuidv7(), lines: [{ lineId: pads.lineId, partNumber: pads.partNumber!, quantity: 1000 }], technicianId: floor.technician, advisorId: floor.a.staff.advisor, issuedAt: new Date(0).toISOString() }, floor.about());
    expect((await floor.card(visit)).blocks).toMatchObject([{ reason: 'parts' }]);
    expect((await floor.card(visit)).blocks[0].until).not.toBeNull();
  });

  it('WRK-6 blocked by hand: hands go off, the reason counts, and the same reason not twice', async () => {
    const line = labour();
    await floor.authorise(visit, [line]);
    await floor.does(visit, 'assign', floor.manager, { lineIds: [line.lineId], technicianIds: [floor.technician], briefing: 'x' });
    await floor.does(visit, 'clock-on', floor.technician, { lineId: line.lineId });
    const card = await floor.does(visit, 'block', floor.technician, { reason: 'tool', note: 'The press is at store B.' });
    expect(card.operations[0]).toMatchObject({ blocked: true, clockedOn: [] });
    expect((await floor.service.said(OperationStopped)).filter(by(visit.visitId))).toHaveLength(1);
    expect(JSON.stringify((await floor.service.said(JobBlocked)).filter(by(visit.visitId)))).not.toContain('press');
    expect(await floor.move(visit, 'block', floor.technician, { reason: 'tool' })).toMatchObject({ status: 409, body: { code: 'workshop.blocked-already' } });
    expect(await floor.move(visit, 'block', floor.technician, { reason: 'parts' })).toMatchObject({ status: 422 });
    expect(await floor.move(visit, 'clock-on', floor.technician, { lineId: line.lineId })).toMatchObject({ status: 409, body: { code: 'workshop.blocked' } });
    await floor.service.jump(20 * minute);
    await floor.does(visit, 'unblock', floor.technician, { blockId: card.blocks[0].id });
    expect((await floor.card(visit)).blockedMs.tool).toBeGreaterThanOrEqual(20 * minute);
    expect(await floor.move(visit, 'unblock', floor.technician, { blockId: card.blocks[0].id })).toMatchObject({ status: 404 });
    await floor.does(visit, 'clock-on', floor.technician, { lineId: line.lineId });
    await floor.does(visit, 'clock-off', floor.technician, { lineId: line.lineId, finished: true });
  });

  it('WRK-7 a find with evidence is confirmed by a second person and asked; with consent the job goes on with the new lines', async () => {
    const line = labour();
    await floor.authorise(visit, [line]);
    await floor.work(visit, line.lineId);
    const faultId = await find();
    expect(await floor.service.said(FaultFound)).toHaveLength(0);
    const both = await floor.person();
    expect(await floor.move(visit, 'confirm-fault', floor.technician, { faultId })).toMatchObject({ status: 403 });
    await floor.org.person(both, [{ role: 'technician', storeId: floor.a.storeId }, { role: 'workshop-manager', storeId: floor.a.storeId }]);
    const own = await find(both);
    expect(await floor.move(visit, 'confirm-fault', both, { faultId: own })).toMatchObject({ status: 409, body: { code: 'workshop.second-person' } });
    await floor.does(visit, 'reject-fault', floor.manager, { faultId: own, reason: 'wear-in-limits' });
    const { version } = await floor.card(visit);
    const twice = await Promise.all([1, 2].map(() => floor.move(visit, 'confirm-fault', floor.manager, { faultId }, { ifMatch: version })));
    expect(twice.map(({ status }) => status).sort()).toEqual([200, 412]);
    const [found] = await floor.service.said(FaultFound);
    expect(found!.data).toMatchObject({ faultId, vehicleId: visit.vehicleId, faultCode: 'C1201', foundBy: floor.technician, confirmedBy: floor.manager, evidenceIds: [expect.any(String)] });
    expect(await floor.card(visit)).toMatchObject({ blocks: [{ reason: 'consent', lineIds: [], until: null }] });
    expect(await floor.move(visit, 'pass-check', floor.technician, { check: 'own' })).toMatchObject({ status: 409, body: { code: 'workshop.blocked' } });
    const pads = labour({ skill: 'brakes', faultId, faultCode: 'C1201' });
    await floor.authorise(visit, [line, pads], { version: 2 });
    const card = await floor.card(visit);
    expect(card).toMatchObject({ state: 'working', faults: expect.arrayContaining([expect.objectContaining({ id: faultId, state: 'authorised' })]) });
    expect(card.blocks[0].until).not.toBeNull();
    await floor.work(visit, pads.lineId);
    await threeChecks();
  });

  it('WRK-7 declined: the job goes on without; heard twice, and after a consent to another line of the same find, nothing more happens', async () => {
    const line = labour();
    await floor.authorise(visit, [line]);
    await floor.work(visit, line.lineId);
    const faultId = await find();
    await floor.does(visit, 'confirm-fault', floor.manager, { faultId });
    const declined = { ...visit, version: 2, lines: [{ ...labour({ faultId }), reason: 'too-dear' }], declinedAt: new Date(0).toISOString() };
    await floor.twice(LinesDeclined, declined);
    expect((await floor.card(visit)).faults.at(-1)).toMatchObject({ state: 'declined' });
    expect((await floor.service.said(JobUnblocked)).filter(by(visit.visitId))).toHaveLength(1);
    expect((await floor.card(visit)).operations).toHaveLength(1);
    await threeChecks();
    expect(await floor.card(visit)).toMatchObject({ state: 'final-checked' });
  });

  it('WRK-7 without evidence, or with evidence of another job, nothing is reported', async () => {
    await floor.authorise(visit, [labour()]);
    const body = { faultCode: 'C1', safety: false, operations: [{ operationCode: 'X', skill: 'brakes', bayType: 'lift', flatHours: 100 }], evidenceIds: [uuidv7()] };
    expect(await floor.move(visit, 'report-fault', floor.technician, { ...body, evidenceIds: [] })).toMatchObject({ status: 422 });
    expect(await floor.move(visit, 'report-fault', floor.technician, body)).toMatchObject({ status: 409, body: { code: 'workshop.evidence' } });
    const { id } = await floor.card(visit);
    const keep = () => floor.service.http(`POST ${floor.path(`jobs/${id}/evidence`)}`, { as: floor.technician, body: { kind: 'photo', contentType: 'image/jpeg', content: jpeg } });
    const [one, two] = [await keep(), await keep()];
    expect(two.body.id).toBe(one.body.id);
    expect((await floor.service.http(`GET ${floor.path(`jobs/${id}/evidence/${one.body.id}`)}`, { as: floor.a.staff['claims-clerk'] })).body).toMatchObject({ content: jpeg, takenBy: floor.technician });
  });

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
    expect((await floor.service.said(CheckFailed)).filter(by(visit.visitId))[0]!.data).toMatchObject({ check: 'team', reason: 'torque-not-to-spec', rework: 1, lineIds: [line.lineId] });
    expect(await floor.move(visit, 'wash', floor.technician)).toMatchObject({ status: 409, body: { code: 'workshop.not-now' } });
    await floor.work(visit, line.lineId);
    await threeChecks();
    expect((await floor.service.said(CheckPassed)).filter(by(visit.visitId)).map(({ data }) => data.check)).toEqual(['own', 'own', 'team', 'final']);
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
    await floor.service.hear(PartsIssued, { ...holder(), requisitionId: uuidv7(), lines: need(2000), technicianId: floor.technician, advisorId: floor.a.staff.advisor, issuedAt: new Date(0).toISOString() }, floor.about());
    await floor.service.hear(PartsReturned, { ...holder(), requisitionId: uuidv7(), lines: need(500), returnedAt: new Date(0).toISOString() }, floor.about());
    await floor.work(visit, line.lineId);
    await floor.work(visit, brakes.lineId, hand, 30 * minute);
    await floor.does(visit, 'leave-undone', floor.manager, { lineId: left.lineId, reason: 'no-time' });
    expect(await floor.move(visit, 'park', floor.technician, { place: 'P12' })).toMatchObject({ status: 409 });
    await threeChecks();
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
});
