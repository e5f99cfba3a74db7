import { hours } from '@aftersales/directory/testing/organisation';
import type { Told } from '../testing/told';
import { CallDesk } from './testing/call-desk';

/** `jump` past several windows at once is what the machines see after an outage: nothing rang while they were away. */
describe('follow-ups after an outage', () => {
  let desk: CallDesk;
  beforeAll(async () => void (desk = await CallDesk.start()));
  beforeEach(async () => {
    await desk.newWeek();
    // Whom nobody called in the test before would be work of the next window too.
    await desk.service.rows(`update follow_up set state = 'closed', outcome = 'merged' where state <> 'closed'`);
  });
  afterAll(() => desk?.service.stop());

  const delivered = async (cars: number) => {
    const told: Told[] = [];
    for (let i = 0; i < cars; i++) told.push(await desk.delivers());
    return told;
  };
  const states = async (told: Told[]) => {
    const byWindow: Record<string, number> = {};
    for (const { visitId } of told) {
      const { state, nextAt } = await desk.followUp(visitId);
      const at = `${state} ${Math.floor((Date.parse(nextAt) - desk.at(0, '00:00').getTime()) / 86_400_000)} ${new Date(Date.parse(nextAt) + 8 * 3_600_000).toISOString().slice(11, 13)}`;
      byWindow[at] = (byWindow[at] ?? 0) + 1;
    }
    return byWindow;
  };
  const promiseOf = async ({ visitId }: Told) => (await desk.get(`promises?subject=${(await desk.planned(visitId))[0]!.followUpId}`)).body.promises[0];

  it('TIM-4 follow-ups that should have opened are spread over the next windows, those still in time before they are late', async () => {
    const cars = await delivered(7);
    await desk.jump(2, '15:00');
    expect(await states(cars)).toEqual({ 'open 2 15': 3, 'waiting 3 09': 2, 'waiting 3 14': 2 });
    expect(await promiseOf(cars[0]!)).toMatchObject({ outcome: 'open' });
    await desk.jump(3, '14:30');
    expect(Object.keys(await states(cars)).every((key) => key.startsWith('open'))).toBe(true);
  });

  it('TIM-4 away past the due instant: late with cause outage, and still called, a share in each window', async () => {
    const cars = await delivered(6);
    await desk.jump(5, '20:00');
    expect(await states(cars)).toEqual({ 'waiting 7 09': 2, 'waiting 7 14': 2, 'waiting 8 09': 2 });
    for (const car of cars) expect(await promiseOf(car)).toMatchObject({ outcome: 'late', cause: 'outage' });
  });

  it('TIM-4 a delivery heard days after it happened is planned from when it happened, and its call comes next', async () => {
    await desk.jump(2, '10:00');
    const told = await desk.delivers({ deliveredAt: desk.at(0, '11:00').toISOString() });
    await desk.service.fireDue();
    expect(await desk.planned(told.visitId)).toMatchObject([{ opensAt: desk.at(1, '09:00').toISOString(), dueAt: desk.at(3, '19:00').toISOString() }]);
    expect(await desk.followUp(told.visitId)).toMatchObject({ state: 'open', nextSteps: [{ rule: 'spread', missed: desk.at(1, '09:00').toISOString() }] });
  });

  it('TIM-4 a retry whose window passed while away keeps its right to a different window', async () => {
    const [told] = await delivered(1);
    await desk.jump(1, '14:10');
    expect(await desk.followUp(told!.visitId)).toMatchObject({ state: 'open' });
    await desk.call(told!.visitId, 'busy');
    await desk.jump(2, '14:10');
    expect(await desk.followUp(told!.visitId)).toMatchObject({ state: 'open', attempts: 1 });
    expect(await desk.call(told!.visitId, 'busy')).toMatchObject({ status: 200, body: { attempts: 2 } });
  });

  it('CRM-5 no window left between delivery and day 3: the first one after the closure', async () => {
    const closed = Object.fromEntries([0, 1, 2, 3, 4, 5].map((day) => [desk.date(day), []]));
    const windows = [{ from: '09:00', to: '11:30' }, { from: '14:00', to: '19:00' }];
    await desk.org.calendar(desk.store.storeId, 'calls', { ...hours(windows), days: closed });
    const [told] = await delivered(1);
    await desk.org.calendar(desk.store.storeId, 'calls', hours(windows));
    expect(await desk.planned(told!.visitId)).toMatchObject([{ opensAt: desk.at(7, '09:00').toISOString(), dueAt: desk.at(7, '11:30').toISOString() }]);
    expect((await promiseOf(told!)).explanation.at(-1)).toMatchObject({ because: 'after-closure' });
  });

  it('TIM-6 a calendar that changes leaves the promise as it was; the call goes by the new hours', async () => {
    const [told] = await delivered(1);
    const before = await promiseOf(told!);
    await desk.org.calendar(desk.store.storeId, 'calls', hours([{ from: '13:00', to: '17:00' }]));
    await desk.jump(1, '09:30');
    const waiting = await desk.followUp(told!.visitId);
    expect(waiting).toMatchObject({ state: 'waiting', nextAt: desk.at(1, '13:00').toISOString() });
    expect(await promiseOf(told!)).toMatchObject({ dueAt: before.dueAt, calendarVersion: before.calendarVersion });
    await desk.org.calendar(desk.store.storeId, 'calls', hours([{ from: '09:00', to: '11:30' }, { from: '14:00', to: '19:00' }]));
  });
});
