import { MessageSent } from '@aftersales/contracts/crm/message';
import { atLocal, localTime } from '@aftersales/calendar/local-time';
import { v7 as uuidv7 } from 'uuid';
import { Sender } from '../message/message.sender';
import { Told } from '../testing/told';
import { ReminderDesk, zone } from './testing/reminder-desk';

const day = 86_400_000;

describe('reminder', () => {
  let desk: ReminderDesk;
  beforeAll(async () => void (desk = await ReminderDesk.start()));
  afterAll(() => desk?.stop());

  describe('goes out', () => {
    it('CRM-13 two weeks before by e-mail, two days before again, each once; both promises kept', async () => {
      const car = await desk.serviced(60, { nextServiceAtKm: 90_000 });
      const reminder = await desk.open(car);
      expect(reminder).toMatchObject({ state: 'planned', dueOn: await desk.inDays(60), dueAtKm: 90_000, because: 'date' });
      const promises = await desk.promisesOf(reminder.reminderId);
      expect(promises['remind']).toMatchObject({ outcome: 'open', dueAt: atLocal(zone, await desk.inDays(46), '09:00').toISOString(), explanation: [{ rule: 'date-told' }, { rule: 'mileage-assumed' }, { rule: 'mornings-before', days: 14, at: '09:00' }] });
      await desk.jumpTo(new Date(Date.parse(promises['remind'].dueAt) - 60_000));
      expect(await desk.sent(car)).toEqual([]);
      await desk.service.jump(60_000);
      await Promise.all([desk.service.fireDue(), desk.service.fireDue()]);
      const [letter] = await desk.far.arrived('mail', car.address);
      expect(letter.text).toContain('ABC-1234');
      expect(letter.text).toContain(`${reminder.dueOn} 前（或行駛達 90000 公里時）`);
      expect(await desk.sent(car)).toMatchObject([{ storeId: desk.org.a.storeId, data: { reminderId: reminder.reminderId, stage: 'first', dueAtKm: 90_000, dueOn: reminder.dueOn } }]);
      await desk.jumpTo(promises['remind-again'].dueAt);
      expect((await desk.far.arrived('mail', car.address, 2)).length).toBe(2);
      expect((await desk.sent(car)).map(({ data }) => data.stage)).toEqual(['first', 'again']);
      expect(Object.values(await desk.promisesOf(reminder.reminderId))).toMatchObject([{ outcome: 'kept' }, { outcome: 'kept' }]);
      await desk.service.jump(30 * day);
      expect((await desk.far.arrived('mail', car.address, 0)).length).toBe(2);
      expect(await desk.states(car)).toEqual(['sent']);
      expect((await desk.get(`vehicles/${car.vehicleId}/history`)).body.happenings.map(({ what }: { what: string }) => what)).toEqual(['reminder-sent', 'reminder-sent', 'visit-delivered', 'introduced']);
      await desk.service.get(Sender).look();
      expect((await desk.service.said(MessageSent)).filter(({ data }) => data.about.id === reminder.reminderId)).toHaveLength(2);
    });

    it('CRM-13 by SMS to who has no e-mail', async () => {
      const car = await desk.serviced(20, { sealed: { email: null } });
      await desk.jumpTo((await desk.promisesOf((await desk.open(car)).reminderId))['remind'].dueAt);
      expect((await desk.far.arrived('sms', car.phone))[0].text).toContain('定期保養'.slice(2));
    });

    it('CRM-13 the mail server fails after taking it: the same letter again, and one reminder', async () => {
      await desk.far.fault('mail', { mode: 'fail-after-accept', count: 1 });
      const car = await desk.serviced(20);
      const { reminderId } = await desk.open(car);
      await desk.jumpTo((await desk.promisesOf(reminderId))['remind'].dueAt);
      await desk.far.arrived('mail', car.address);
      await desk.service.get(Sender).look();
      await desk.service.rows(`update message set try_at = now() where about_id = $1`, [reminderId]);
      await desk.service.get(Sender).look();
      const letters = await desk.far.arrived('mail', car.address, 2);
      expect([letters.length, new Set(letters.map(({ headers }) => headers['message-id'])).size]).toEqual([2, 1]);
      expect(await desk.sent(car)).toHaveLength(1);
    });

    it('CRM-13 heard twice and twice at once, a delivery plans one reminder', async () => {
      const car = new Told(desk.service, desk.org.a.storeId);
      const data = { nextServiceOn: await desk.inDays(90), deliveredAt: (await desk.service.now()).toISOString() };
      await Promise.all([car.delivered(data, { id: 'd-1' }), car.delivered(data, { id: 'd-1' }), car.opened()]);
      await car.delivered(data, { version: 10 });
      expect(await desk.states(car)).toEqual(['planned']);
    });
  });

  describe('is re-planned', () => {
    it('CRM-13 each mileage reading moves it: who drives more is due sooner', async () => {
      const car = await desk.serviced(180, { nextServiceAtKm: 30_001, mileage: 20_001 });
      const first = await desk.open(car);
      expect(first.because).toBe('date');
      await desk.service.jump(40 * day);
      await car.opened({ visitId: uuidv7(), mileage: 28_001, kind: 'repair' });
      const second = await desk.open(car);
      expect(second).toMatchObject({ because: 'mileage', dueOn: await desk.inDays(10) });
      expect([await desk.states(car), await desk.voids(car)]).toEqual([['replanned', 'planned'], ['replanned']]);
      expect(Date.parse(second.firstAt) - (await desk.service.now()).getTime()).toBeLessThanOrEqual(day); // two weeks before is over: the next morning
      await car.opened({ visitId: uuidv7(), mileage: 28_001, kind: 'repair' });
      expect((await desk.open(car)).reminderId).toBe(second.reminderId);
    });

    it('TIM-6 a policy that says keep changes the next reminder and not the running one; one that says re-plan moves it', async () => {
      const running = await desk.serviced(100);
      const { reminderId, firstAt } = await desk.open(running);
      await desk.org.policy('maintenance.remind', { calendarDaysBefore: 21, localTime: '10:00' }, { onOpen: 'keep' });
      await desk.service.fireDue();
      const next = await desk.serviced(100);
      expect(await desk.open(running)).toMatchObject({ reminderId, firstAt });
      expect((await desk.open(next)).firstAt).toBe(atLocal(zone, await desk.inDays(79), '10:00').toISOString());
      await desk.org.policy('maintenance.remind', { calendarDaysBefore: 28, localTime: '10:00' }, { onOpen: 're-plan' });
      await desk.service.fireDue();
      for (const car of [running, next]) expect((await desk.open(car)).firstAt).toBe(atLocal(zone, await desk.inDays(72), '10:00').toISOString());
      expect(await desk.states(running)).toEqual(['replanned', 'planned']);
      await desk.org.policy('maintenance.remind', { calendarDaysBefore: 14, localTime: '09:00' }, { onOpen: 're-plan' });
      await desk.service.fireDue();
      await desk.org.policy('maintenance.remind-again', { calendarDaysBefore: 3, localTime: '09:00' }, { onOpen: 'keep' });
      expect((await desk.open(await desk.serviced(100))).againAt).toBe(atLocal(zone, await desk.inDays(97), '09:00').toISOString());
      await desk.org.policy('maintenance.remind-again', { calendarDaysBefore: 2, localTime: '09:00' }, { onOpen: 'keep' });
    });

    it('TIM-6 policies published for later move what is open when they are in force, also what was planned meanwhile, each at its own instant', async () => {
      const mornings = async (car: Told) => { const { firstAt, againAt } = await desk.open(car); return [firstAt, againAt]; };
      const morning = async (before: number, time: '09:00' | '10:00') => atLocal(zone, await desk.inDays(100 - before), time).toISOString();
      const [first, again, moved, movedAgain] = [await morning(14, '09:00'), await morning(2, '09:00'), await morning(21, '10:00'), await morning(3, '10:00')];
      const soon = new Date((await desk.service.now()).getTime() + 10 * day);
      const later = new Date(soon.getTime() + 10 * day);
      const before = await desk.serviced(100);
      await desk.org.policy('maintenance.remind', { calendarDaysBefore: 21, localTime: '10:00' }, { onOpen: 're-plan', from: soon });
      await desk.org.policy('maintenance.remind-again', { calendarDaysBefore: 3, localTime: '10:00' }, { onOpen: 're-plan', from: later });
      const meanwhile = await desk.serviced(100);
      await desk.jumpTo(new Date(soon.getTime() - 600_000));
      for (const car of [before, meanwhile]) expect(await mornings(car)).toEqual([first, again]);
      await desk.jumpTo(soon);
      for (const car of [before, meanwhile]) expect(await mornings(car)).toEqual([moved, again]);
      await desk.jumpTo(later);
      for (const car of [before, meanwhile]) expect(await mornings(car)).toEqual([moved, movedAgain]);
      await desk.org.policy('maintenance.remind', { calendarDaysBefore: 14, localTime: '09:00' });
      await desk.org.policy('maintenance.remind-again', { calendarDaysBefore: 2, localTime: '09:00' });
    });

    it('CRM-13 how fast a car drives that was read once is policy', async () => {
      const running = await desk.serviced(null, { nextServiceAtKm: 23_651, mileage: 20_001 });
      await desk.org.policy('maintenance.prediction', { kilometresPerYear: 36_500 }, { onOpen: 'keep' });
      const next = await desk.serviced(null, { nextServiceAtKm: 23_651, mileage: 20_001 });
      expect([(await desk.open(running)).dueOn, (await desk.open(next)).dueOn]).toEqual([await desk.inDays(88), await desk.inDays(36)]);
      await desk.org.policy('maintenance.prediction', { kilometresPerYear: 15_000 }, { onOpen: 'keep' });
    });
  });

  describe('after an outage', () => {
    it('TIM-4 both stages missed: one message, in the next call window, and the promises say outage', async () => {
      const car = await desk.serviced(40);
      const { reminderId } = await desk.open(car);
      await desk.jumpTo(atLocal(zone, await desk.inDays(45), '02:00'));
      expect(await desk.sent(car)).toEqual([]);
      await desk.service.jump(3 * 3600_000);
      expect(await desk.sent(car)).toEqual([]);
      const [{ due_at: window }] = (await desk.service.rows(`select due_at from timer where subject = $1`, [reminderId])) as [{ due_at: Date }];
      expect(['09:00', '14:00']).toContain(localTime(zone, window));
      await desk.jumpTo(window);
      expect((await desk.sent(car)).map(({ data }) => data.stage)).toEqual(['again']);
      expect(await desk.promisesOf(reminderId)).toMatchObject({ remind: { outcome: 'late', cause: 'outage' }, 'remind-again': { outcome: 'late', cause: 'outage', doneAt: expect.any(String) } });
      expect(await desk.far.arrived('mail', car.address)).toHaveLength(1);
    });
  });

  it('CRM-13 the store sees its reminders by due day; a technician does not', async () => {
    const list = await desk.get('reminders?state=planned&limit=2');
    expect(list.body.reminders.length).toBe(2);
    expect(list.body.reminders[0].dueOn <= list.body.reminders[1].dueOn).toBe(true);
    expect((await desk.get(`reminders?state=planned&limit=2&cursor=${list.body.next}`)).status).toBe(200);
    expect(await desk.get('reminders', desk.org.a.staff.technician)).toMatchObject({ status: 403 });
    expect(await desk.get('reminders', desk.org.a.staff.advisor, desk.org.b)).toMatchObject({ status: 404 });
  });
});
