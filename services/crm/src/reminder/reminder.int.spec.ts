import { MessageSent } from '@aftersales/contracts/crm/message';
import { ReminderSent, ReminderVoid } from '@aftersales/contracts/crm/reminder';
import { AppointmentBooked, AppointmentReleased } from '@aftersales/contracts/reception/appointment';
import { addDays, atLocal, localDate, localTime } from '@aftersales/calendar/local-time';
import { TestOrganisation } from '@aftersales/directory/testing/organisation';
import { TestService } from '@aftersales/platform/testing/test-service';
import { v7 as uuidv7 } from 'uuid';
import { CrmModule } from '../crm.module';
import { crmSettings } from '../crm.settings';
import { Sender } from '../message/message.sender';
import { FarEnds } from '../testing/far-ends';
import { Told } from '../testing/told';
import type { ReminderRow } from './reminder.row';

const zone = 'Asia/Taipei';
const day = 86_400_000;

describe('reminder', () => {
  let far: FarEnds;
  let service: TestService;
  let org: TestOrganisation;

  beforeAll(async () => {
    far = await FarEnds.start();
    service = await TestService.start({ name: 'crm', module: CrmModule, settings: crmSettings }, far.settings);
    org = await TestOrganisation.publish(service);
  });
  afterAll(async () => {
    await service?.stop();
    await far?.stop();
  });

  const today = async () => localDate(zone, await service.now());
  const inDays = async (days: number) => addDays(await today(), days);
  const get = (path: string, as = org.a.staff.advisor, store = org.a) => service.http(`GET /stores/${store.storeId}/${path}`, { as });
  const remindersOf = (car: Told) => service.rows<Pick<ReminderRow, 'state' | 'why'>>(`select state, why from reminder where vehicle_id = $1 order by planned_at, id`, [car.vehicleId]);
  const states = async (car: Told) => (await remindersOf(car)).map(({ state, why }) => why ?? state);
  const open = async (car: Told) => (await get(`reminders?vehicleId=${car.vehicleId}`)).body.reminders.find(({ state }: { state: string }) => state === 'planned' || state === 'reminded');
  const promisesOf = async (reminderId: string) => Object.fromEntries((await get(`promises?subject=${reminderId}`)).body.promises.map((promise: { kind: string }) => [promise.kind.split('.')[1], promise]));
  const sent = async (car: Told) => (await service.said(ReminderSent)).filter(({ data }) => data.vehicleId === car.vehicleId);
  const voids = async (car: Told) => (await service.said(ReminderVoid)).filter(({ data }) => data.vehicleId === car.vehicleId).map(({ data }) => data.why);
  const jumpTo = (instant: string | Date) => service.jump(new Date(instant));
  /** Delivered after maintenance, with the next one so many days from now. */
  const serviced = async (days: number | null, { sealed = {}, ...data }: Parameters<Told['delivered']>[0] & { sealed?: Parameters<Told['introduced']>[1] } = {}) => {
    const car = new Told(service, org.a.storeId);
    const address = `${car.vehicleId}@example.org`;
    await car.introduced({}, { email: address, ...sealed });
    await car.delivered({ nextServiceOn: days === null ? null : await inDays(days), ...data });
    return Object.assign(car, { address });
  };
  const appointment = (car: Told, { storeId = org.b.storeId, kind = 'maintenance' as 'maintenance' | 'repair' } = {}) => {
    const appointmentId = uuidv7();
    const slot = { startsAt: '2027-03-01T02:00:00.000Z', endsAt: '2027-03-01T04:00:00.000Z' };
    const who = { appointmentId, customerId: car.customerId, vehicleId: car.vehicleId, kind };
    return {
      appointmentId,
      booked: (version = 2, round = 1) => service.hear(AppointmentBooked, { ...who, round, channel: 'phone', slot, advisorId: null, operations: [], parts: [], partsBy: slot.startsAt }, { storeId, version }),
      released: (version = 3, cause: 'cancelled' | 'no-show' = 'cancelled') => service.hear(AppointmentReleased, { ...who, round: 1, cause, detail: null, wasBooked: true, startsAt: slot.startsAt }, { storeId, version }),
    };
  };

  describe('goes out', () => {
    it('CRM-13 two weeks before by e-mail, two days before again, each once; both promises kept', async () => {
      const car = await serviced(60, { nextServiceAtKm: 90_000 });
      const reminder = await open(car);
      expect(reminder).toMatchObject({ state: 'planned', dueOn: await inDays(60), dueAtKm: 90_000, because: 'date' });
      const promises = await promisesOf(reminder.reminderId);
      expect(promises['remind']).toMatchObject({ outcome: 'open', dueAt: atLocal(zone, await inDays(46), '09:00').toISOString(), explanation: [{ rule: 'date-told' }, { rule: 'mileage-assumed' }, { rule: 'mornings-before', days: 14, at: '09:00' }] });
      await jumpTo(new Date(Date.parse(promises['remind'].dueAt) - 60_000));
      expect(await sent(car)).toEqual([]);
      await service.jump(60_000);
      await Promise.all([service.fireDue(), service.fireDue()]);
      const [letter] = await far.arrived('mail', car.address);
      expect(letter.text).toContain('ABC-1234');
      expect(letter.text).toContain(`${reminder.dueOn} 前（或行駛達 90000 公里時）`);
      expect(await sent(car)).toMatchObject([{ storeId: org.a.storeId, data: { reminderId: reminder.reminderId, stage: 'first', dueAtKm: 90_000, dueOn: reminder.dueOn } }]);
      await jumpTo(promises['remind-again'].dueAt);
      expect((await far.arrived('mail', car.address, 2)).length).toBe(2);
      expect((await sent(car)).map(({ data }) => data.stage)).toEqual(['first', 'again']);
      expect(Object.values(await promisesOf(reminder.reminderId))).toMatchObject([{ outcome: 'kept' }, { outcome: 'kept' }]);
      await service.jump(30 * day);
      expect((await far.arrived('mail', car.address, 0)).length).toBe(2);
      expect(await states(car)).toEqual(['sent']);
      expect((await get(`vehicles/${car.vehicleId}/history`)).body.happenings.map(({ what }: { what: string }) => what)).toEqual(['reminder-sent', 'reminder-sent', 'visit-delivered', 'introduced']);
      await service.get(Sender).look();
      expect((await service.said(MessageSent)).filter(({ data }) => data.about.id === reminder.reminderId)).toHaveLength(2);
    });

    it('CRM-13 by SMS to who has no e-mail', async () => {
      const car = await serviced(20, { sealed: { email: null } });
      await jumpTo((await promisesOf((await open(car)).reminderId))['remind'].dueAt);
      expect((await far.arrived('sms', car.phone))[0].text).toContain('定期保養'.slice(2));
    });

    it('CRM-13 the mail server fails after taking it: the same letter again, and one reminder', async () => {
      await far.fault('mail', { mode: 'fail-after-accept', count: 1 });
      const car = await serviced(20);
      const { reminderId } = await open(car);
      await jumpTo((await promisesOf(reminderId))['remind'].dueAt);
      await far.arrived('mail', car.address);
      await service.get(Sender).look();
      await service.rows(`update message set try_at = now() where about_id = $1`, [reminderId]);
      await service.get(Sender).look();
      const letters = await far.arrived('mail', car.address, 2);
      expect([letters.length, new Set(letters.map(({ headers }) => headers['message-id'])).size]).toEqual([2, 1]);
      expect(await sent(car)).toHaveLength(1);
    });

    it('CRM-13 heard twice and twice at once, a delivery plans one reminder', async () => {
      const car = new Told(service, org.a.storeId);
      const data = { nextServiceOn: await inDays(90), deliveredAt: (await service.now()).toISOString() };
      await Promise.all([car.delivered(data, { id: 'd-1' }), car.delivered(data, { id: 'd-1' }), car.opened()]);
      await car.delivered(data, { version: 10 });
      expect(await states(car)).toEqual(['planned']);
    });
  });

  describe('is void and lives again', () => {
    it('CRM-13 booked at any store it is void; released it lives again as a new one, and what was sent is not sent again', async () => {
      const car = await serviced(30);
      const first = await open(car);
      await jumpTo((await promisesOf(first.reminderId))['remind'].dueAt);
      const { booked, released } = appointment(car);
      await Promise.all([booked(), booked()]);
      expect([await states(car), await voids(car)]).toEqual([['booked'], ['booked']]);
      expect((await promisesOf(first.reminderId))['remind-again']).toMatchObject({ outcome: 'void', cause: 'booked' });
      await service.jump(5 * day);
      await Promise.all([released(3, 'no-show'), released(3, 'no-show')]);
      const second = await open(car);
      expect(second).toMatchObject({ state: 'reminded', firstAt: null, dueOn: first.dueOn });
      expect(second.reminderId).not.toBe(first.reminderId);
      await jumpTo((await promisesOf(second.reminderId))['remind-again'].dueAt);
      expect((await sent(car)).map(({ data }) => [data.stage, data.reminderId])).toEqual([['first', first.reminderId], ['again', second.reminderId]]);
      const late = appointment(car);
      await late.booked();
      await late.released();
      expect(await open(car)).toBeUndefined(); // both stages of this service went out
    });

    it('CRM-13 booked before the delivery is heard, and released before booked: the order of the topics does not matter', async () => {
      const car = new Told(service, org.a.storeId);
      const live = appointment(car);
      await live.booked();
      await car.delivered({ nextServiceOn: await inDays(60) });
      expect(await states(car)).toEqual([]);
      await live.released();
      expect(await states(car)).toEqual(['planned']);
      await live.booked(2);
      expect(await states(car)).toEqual(['planned']);
      const moved = appointment(car);
      await moved.booked(2);
      await moved.booked(5, 2);
      expect(await states(car)).toEqual(['booked']);
    });

    it('CRM-13 a booking of another kind changes nothing; a visit that came of a booking ends it, also when it is heard first', async () => {
      const car = await serviced(60);
      await appointment(car, { kind: 'repair' }).booked();
      expect(await states(car)).toEqual(['planned']);
      const { booked, appointmentId } = appointment(car);
      await car.delivered({ appointmentId, visitId: uuidv7(), maintenanceDone: false, kind: 'repair' }, { version: 12 });
      await booked();
      expect(await states(car)).toEqual(['planned']);
    });

    it('CRM-13 serviced at another store: void, and planned anew from there; an older delivery heard later changes nothing', async () => {
      const car = await serviced(60);
      const before = (await service.now()).toISOString();
      await service.jump(1_000);
      await car.delivered({ visitId: uuidv7(), nextServiceOn: await inDays(200) }, { storeId: org.b.storeId });
      expect([await states(car), await voids(car)]).toEqual([['serviced', 'planned'], ['serviced']]);
      await car.delivered({ visitId: uuidv7(), deliveredAt: before, nextServiceOn: await inDays(10) }, { version: 20 });
      expect(await open(car)).toMatchObject({ storeId: org.b.storeId, dueOn: await inDays(200) });
    });

    it('CRM-13 who wants no messages is not reminded, and the reminder says so', async () => {
      const car = await serviced(20);
      for (const channel of ['sms', 'email']) {
        const path = `/stores/${org.a.storeId}/customers/${car.customerId}`;
        await service.http(`POST ${path}/consent`, { as: org.a.staff.advisor, body: { purpose: 'service', channel, allowed: false }, ifMatch: (await service.http(`GET ${path}`, { as: org.a.staff.advisor })).etag! });
      }
      const { reminderId } = await open(car);
      await jumpTo((await promisesOf(reminderId))['remind'].dueAt);
      expect([await states(car), await sent(car)]).toEqual([['opted-out'], []]);
      expect((await promisesOf(reminderId))['remind-again']).toMatchObject({ outcome: 'void', cause: 'opted-out' });
    });

    it('CRM-13 two files of one car become one: one reminder, of the newer service', async () => {
      const kept = await serviced(60);
      const again = new Told(service, org.b.storeId);
      await service.jump(1_000);
      await again.delivered({ nextServiceOn: await inDays(120), mileage: 20_002 });
      await again.introduced({ vin: kept.vin }, { phones: [kept.phone] });
      expect((await remindersOf(again)).length).toBe(0);
      expect((await states(kept)).sort()).toEqual(['merged', 'planned', 'serviced']);
      expect(await open(kept)).toMatchObject({ dueOn: await inDays(120), customerId: kept.customerId, storeId: org.b.storeId });
    });
  });

  describe('is re-planned', () => {
    it('CRM-13 each mileage reading moves it: who drives more is due sooner', async () => {
      const car = await serviced(180, { nextServiceAtKm: 30_001, mileage: 20_001 });
      const first = await open(car);
      expect(first.because).toBe('date');
      await service.jump(40 * day);
      await car.opened({ visitId: uuidv7(), mileage: 28_001, kind: 'repair' });
      const second = await open(car);
      expect(second).toMatchObject({ because: 'mileage', dueOn: await inDays(10) });
      expect([await states(car), await voids(car)]).toEqual([['replanned', 'planned'], ['replanned']]);
      expect(Date.parse(second.firstAt) - (await service.now()).getTime()).toBeLessThanOrEqual(day); // two weeks before is over: the next morning
      await car.opened({ visitId: uuidv7(), mileage: 28_001, kind: 'repair' });
      expect((await open(car)).reminderId).toBe(second.reminderId);
    });

    it('TIM-6 a policy that says keep changes the next reminder and not the running one; one that says re-plan moves it', async () => {
      const running = await serviced(100);
      const { reminderId, firstAt } = await open(running);
      await org.policy('maintenance.remind', { calendarDaysBefore: 21, localTime: '10:00' }, { onOpen: 'keep' });
      await service.fireDue();
      const next = await serviced(100);
      expect(await open(running)).toMatchObject({ reminderId, firstAt });
      expect((await open(next)).firstAt).toBe(atLocal(zone, await inDays(79), '10:00').toISOString());
      await org.policy('maintenance.remind', { calendarDaysBefore: 28, localTime: '10:00' }, { onOpen: 're-plan' });
      await service.fireDue();
      for (const car of [running, next]) expect((await open(car)).firstAt).toBe(atLocal(zone, await inDays(72), '10:00').toISOString());
      expect(await states(running)).toEqual(['replanned', 'planned']);
      await org.policy('maintenance.remind', { calendarDaysBefore: 14, localTime: '09:00' }, { onOpen: 're-plan' });
      await service.fireDue();
      await org.policy('maintenance.remind-again', { calendarDaysBefore: 3, localTime: '09:00' }, { onOpen: 'keep' });
      expect((await open(await serviced(100))).againAt).toBe(atLocal(zone, await inDays(97), '09:00').toISOString());
      await org.policy('maintenance.remind-again', { calendarDaysBefore: 2, localTime: '09:00' }, { onOpen: 'keep' });
    });

    it('CRM-13 how fast a car drives that was read once is policy', async () => {
      const running = await serviced(null, { nextServiceAtKm: 23_651, mileage: 20_001 });
      await org.policy('maintenance.prediction', { kilometresPerYear: 36_500 }, { onOpen: 'keep' });
      const next = await serviced(null, { nextServiceAtKm: 23_651, mileage: 20_001 });
      expect([(await open(running)).dueOn, (await open(next)).dueOn]).toEqual([await inDays(88), await inDays(36)]);
      await org.policy('maintenance.prediction', { kilometresPerYear: 15_000 }, { onOpen: 'keep' });
    });
  });

  describe('after an outage', () => {
    it('TIM-4 both stages missed: one message, in the next call window, and the promises say outage', async () => {
      const car = await serviced(40);
      const { reminderId } = await open(car);
      await jumpTo(atLocal(zone, await inDays(45), '02:00'));
      expect(await sent(car)).toEqual([]);
      await service.jump(3 * 3600_000);
      expect(await sent(car)).toEqual([]);
      const [{ due_at: window }] = (await service.rows(`select due_at from timer where subject = $1`, [reminderId])) as [{ due_at: Date }];
      expect(['09:00', '14:00']).toContain(localTime(zone, window));
      await jumpTo(window);
      expect((await sent(car)).map(({ data }) => data.stage)).toEqual(['again']);
      expect(await promisesOf(reminderId)).toMatchObject({ remind: { outcome: 'late', cause: 'outage' }, 'remind-again': { outcome: 'late', cause: 'outage', doneAt: expect.any(String) } });
      expect(await far.arrived('mail', car.address)).toHaveLength(1);
    });
  });

  it('CRM-13 the store sees its reminders by due day; a technician does not', async () => {
    const list = await get('reminders?state=planned&limit=2');
    expect(list.body.reminders.length).toBe(2);
    expect(list.body.reminders[0].dueOn <= list.body.reminders[1].dueOn).toBe(true);
    expect((await get(`reminders?state=planned&limit=2&cursor=${list.body.next}`)).status).toBe(200);
    expect(await get('reminders', org.a.staff.technician)).toMatchObject({ status: 403 });
    expect(await get('reminders', org.a.staff.advisor, org.b)).toMatchObject({ status: 404 });
  });
});
