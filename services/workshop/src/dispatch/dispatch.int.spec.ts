import { v7 as uuidv7 } from 'uuid';
import { labour, TestFloor, type Visit } from '../testing/test-floor';

describe('dispatch', () => {
  let floor: TestFloor;
  let visit: Visit;

  beforeAll(async () => void (floor = await TestFloor.manned()));
  beforeEach(async () => void (visit = await floor.newDay()));
  afterAll(() => floor?.stop());

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

  it('WRK-4 two assign at once: one is told that the card has changed, and the first choice stands', async () => {
    const [line, one, other] = [labour({ skill: 'trim' }), await floor.person(), await floor.person()];
    for (const staffId of [one, other]) await floor.technicianOnFloor({ staffId, skills: ['trim'] });
    await floor.authorise(visit, [line]);
    const { version } = await floor.card(visit);
    const assign = (technicianId: string) => floor.move(visit, 'assign', floor.manager, { lineIds: [line.lineId], technicianIds: [technicianId], briefing: technicianId }, { ifMatch: version });
    const answers = await Promise.all([one, other].map(assign));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    const first = answers[0]!.status === 200 ? one : other;
    expect(await floor.card(visit)).toMatchObject({ version: version + 1, operations: [{ technicianIds: [first], briefing: first }] });
  });

  it('WRK-4 the same assignment sent twice is one', async () => {
    const line = labour();
    await floor.authorise(visit, [line]);
    const [{ version }, key] = [await floor.card(visit), uuidv7()];
    const answers = await Promise.all([1, 2].map(() => floor.move(visit, 'assign', floor.manager, { lineIds: [line.lineId], briefing: 'Oil' }, { key, ifMatch: version })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[0]!.body).toEqual(answers[1]!.body);
    expect((await floor.card(visit)).version).toBe(version + 1);
  });
});
