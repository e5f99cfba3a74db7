import { OperationStarted, OperationStopped } from '@aftersales/contracts/workshop/job';
import { v7 as uuidv7 } from 'uuid';
import { labour, TestFloor, type Visit } from '../testing/test-floor';

const minute = 60_000;

describe('the clock', () => {
  let floor: TestFloor;
  let visit: Visit;

  beforeAll(async () => void (floor = await TestFloor.manned()));
  beforeEach(async () => void (visit = await floor.newDay()));
  afterAll(() => floor?.stop());

  it('WRK-5 clocked hours are kept apart from flat hours; only who is assigned clocks on, once', async () => {
    const line = labour({ flatHours: 1000 });
    await floor.authorise(visit, [line]);
    expect(await floor.move(visit, 'clock-on', floor.technician, { lineId: line.lineId })).toMatchObject({ status: 409, body: { code: 'workshop.not-assigned' } });
    await floor.does(visit, 'assign', floor.manager, { lineIds: [line.lineId], technicianIds: [floor.technician], briefing: 'x' });
    const key = uuidv7();
    const { version } = await floor.card(visit);
    const twice = await Promise.all([1, 2].map(() => floor.move(visit, 'clock-on', floor.technician, { lineId: line.lineId }, { key, ifMatch: version })));
    expect(twice.map(({ status }) => status)).toEqual([200, 200]);
    expect((await floor.saidOf(visit, OperationStarted))).toHaveLength(1);
    expect(await floor.move(visit, 'clock-on', floor.technician, { lineId: line.lineId })).toMatchObject({ status: 409, body: { code: 'workshop.clocked-on' } });
    await floor.service.jump(30 * minute);
    const card = await floor.does(visit, 'clock-off', floor.technician, { lineId: line.lineId, finished: true });
    expect(card.operations[0]).toMatchObject({ state: 'done', flatHours: 1000 });
    expect(card.operations[0].clockedHours).toBeGreaterThanOrEqual(500);
    expect(card.operations[0].clockedHours).toBeLessThan(505);
    expect((await floor.saidOf(visit, OperationStopped))[0]!.data).toMatchObject({ technicianId: floor.technician, finished: true });
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
      return Promise.all([visit, second].map(async (car) => Math.round((await floor.saidOf(car, OperationStopped)).at(-1)!.data.clockedHours / 50) * 50));
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
      return (await floor.saidOf(visit, OperationStopped)).slice(-2).map(({ data }) => Math.round(data.clockedHours / 50) * 50);
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
});
