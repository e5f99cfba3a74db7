import { v7 as uuidv7 } from 'uuid';
import { Told } from '../testing/told';
import { ReminderDesk } from './testing/reminder-desk';

const day = 86_400_000;

/** What ends a reminder, and what has it live again. */
describe('reminder and booking', () => {
  let desk: ReminderDesk;
  beforeAll(async () => void (desk = await ReminderDesk.start()));
  afterAll(() => desk?.stop());

  it('CRM-13 booked at any store it is void; released it lives again as a new one, and what was sent is not sent again', async () => {
    const car = await desk.serviced(30);
    const first = await desk.open(car);
    await desk.jumpTo((await desk.promisesOf(first.reminderId))['remind'].dueAt);
    const { booked, released } = desk.appointment(car);
    await Promise.all([booked(), booked()]);
    expect([await desk.states(car), await desk.voids(car)]).toEqual([['booked'], ['booked']]);
    expect((await desk.promisesOf(first.reminderId))['remind-again']).toMatchObject({ outcome: 'void', cause: 'booked' });
    await desk.service.jump(5 * day);
    await Promise.all([released(3, 'no-show'), released(3, 'no-show')]);
    const second = await desk.open(car);
    expect(second).toMatchObject({ state: 'reminded', firstAt: null, dueOn: first.dueOn });
    expect(second.reminderId).not.toBe(first.reminderId);
    await desk.jumpTo((await desk.promisesOf(second.reminderId))['remind-again'].dueAt);
    expect((await desk.sent(car)).map(({ data }) => [data.stage, data.reminderId])).toEqual([['first', first.reminderId], ['again', second.reminderId]]);
    const late = desk.appointment(car);
    await late.booked();
    await late.released();
    expect(await desk.open(car)).toBeUndefined(); // both stages of this service went out
  });

  it('CRM-13 booked before the delivery is heard, and released before booked: the order of the topics does not matter', async () => {
    const car = new Told(desk.service, desk.org.a.storeId);
    const live = desk.appointment(car);
    await live.booked();
    await car.delivered({ nextServiceOn: await desk.inDays(60) });
    expect(await desk.states(car)).toEqual([]);
    await live.released();
    expect(await desk.states(car)).toEqual(['planned']);
    await live.booked(2);
    expect(await desk.states(car)).toEqual(['planned']);
    const moved = desk.appointment(car);
    await moved.booked(2);
    await moved.booked(5, 2);
    expect(await desk.states(car)).toEqual(['booked']);
  });

  it('CRM-13 a booking of another kind changes nothing; a visit that came of a booking ends it, also when it is heard first', async () => {
    const car = await desk.serviced(60);
    await desk.appointment(car, { kind: 'repair' }).booked();
    expect(await desk.states(car)).toEqual(['planned']);
    const { booked, appointmentId } = desk.appointment(car);
    await car.delivered({ appointmentId, visitId: uuidv7(), maintenanceDone: false, kind: 'repair' }, { version: 12 });
    await booked();
    expect(await desk.states(car)).toEqual(['planned']);
  });

  it('CRM-13 serviced at another store: void, and planned anew from there; an older delivery heard later changes nothing', async () => {
    const car = await desk.serviced(60);
    const before = (await desk.service.now()).toISOString();
    await desk.service.jump(1_000);
    await car.delivered({ visitId: uuidv7(), nextServiceOn: await desk.inDays(200) }, { storeId: desk.org.b.storeId });
    expect([await desk.states(car), await desk.voids(car)]).toEqual([['serviced', 'planned'], ['serviced']]);
    await car.delivered({ visitId: uuidv7(), deliveredAt: before, nextServiceOn: await desk.inDays(10) }, { version: 20 });
    expect(await desk.open(car)).toMatchObject({ storeId: desk.org.b.storeId, dueOn: await desk.inDays(200) });
  });

  it('CRM-13 who wants no messages is not reminded, and the reminder says so', async () => {
    const car = await desk.serviced(20);
    for (const channel of ['sms', 'email']) {
      const path = `/stores/${desk.org.a.storeId}/customers/${car.customerId}`;
      await desk.service.http(`POST ${path}/consent`, { as: desk.org.a.staff.advisor, body: { purpose: 'service', channel, allowed: false }, ifMatch: (await desk.service.http(`GET ${path}`, { as: desk.org.a.staff.advisor })).etag! });
    }
    const { reminderId } = await desk.open(car);
    await desk.jumpTo((await desk.promisesOf(reminderId))['remind'].dueAt);
    expect([await desk.states(car), await desk.sent(car)]).toEqual([['opted-out'], []]);
    expect((await desk.promisesOf(reminderId))['remind-again']).toMatchObject({ outcome: 'void', cause: 'opted-out' });
  });

  it('CRM-13 two files of one car become one: one reminder, of the newer service', async () => {
    const kept = await desk.serviced(60);
    const again = new Told(desk.service, desk.org.b.storeId);
    await desk.service.jump(1_000);
    await again.delivered({ nextServiceOn: await desk.inDays(120), mileage: 20_002 });
    await again.introduced({ vin: kept.vin }, { phones: [kept.phone] });
    expect((await desk.remindersOf(again)).length).toBe(0);
    expect((await desk.states(kept)).sort()).toEqual(['merged', 'planned', 'serviced']);
    expect(await desk.open(kept)).toMatchObject({ dueOn: await desk.inDays(120), customerId: kept.customerId, storeId: desk.org.b.storeId });
  });

  it('CRM-13 a car that leaves before its check-in is reminded again, also when its booking is heard after', async () => {
    const car = await desk.serviced(60);
    const gone = desk.appointment(car);
    await gone.booked();
    await Promise.all([gone.left(), gone.left()]);
    expect(await desk.states(car)).toEqual(['booked', 'planned']);
    const early = desk.appointment(car);
    await early.left();
    await early.booked();
    expect(await desk.states(car)).toEqual(['booked', 'planned']);
  });

  it('CRM-13 booked under an id that turns out to be a known car: that car is not reminded', async () => {
    const known = await desk.serviced(60);
    const again = new Told(desk.service, desk.org.b.storeId);
    const { booked, released } = desk.appointment(again);
    await booked();
    await again.introduced({ vin: known.vin }, { phones: [known.phone] });
    expect(await desk.states(known)).toEqual(['booked']);
    const { happenings } = (await desk.get(`vehicles/${known.vehicleId}/history`)).body;
    expect(happenings).toContainEqual(expect.objectContaining({ what: 'appointment-booked', customerId: known.customerId }));
    await released();
    expect(await desk.states(known)).toEqual(['booked', 'planned']);
  });

  it('CRM-13 CRM-1 what is heard of a car while its file is merged goes to the file that is kept', async () => {
    const kept = await desk.serviced(60);
    const gone = new Told(desk.service, desk.org.a.storeId);
    await gone.introduced({ vin: null }, { plate: 'XYZ-77' });
    await gone.opened();
    let release = (): void => undefined;
    const holding = desk.service.transaction([], async (tx) => {
      await tx.query(`select 1 from reminder where vehicle_id = $1 for update`, [kept.vehicleId]);
      await new Promise<void>((resolve) => (release = resolve));
    });
    const file = await desk.get(`vehicles/${gone.vehicleId}`);
    const merged = desk.service.http(`POST /stores/${gone.storeId}/vehicles/${gone.vehicleId}/merge`, { as: desk.org.a.staff['crm-supervisor'], body: { intoId: kept.vehicleId }, ifMatch: file.etag! });
    await desk.waiting(1);
    const heard = [gone.delivered({ kind: 'repair', maintenanceDone: false, mileage: 30_000 }), desk.appointment(gone).booked()];
    await desk.waiting(3);
    release();
    await Promise.all([holding, ...heard]);
    expect(await merged).toMatchObject({ status: 200 });
    for (const table of ['vehicle_history', 'mileage_reading', 'maintenance_booking']) expect(await desk.service.rows(`select * from ${table} where vehicle_id = $1`, [gone.vehicleId])).toEqual([]);
    expect(await desk.states(kept)).toEqual(['booked']);
  });

  it('CRM-13 a maintenance is the plan, though a later repair was heard before it; a repair tells the next service only while no maintenance does', async () => {
    const [repair, maintenance] = [{ kind: 'repair', maintenanceDone: false } as const, { kind: 'maintenance', maintenanceDone: true } as const];
    const [monday, on] = [(await desk.service.now()).toISOString(), await desk.inDays(90)];
    await desk.service.jump(day);
    for (const told of [null, await desk.inDays(30)]) {
      const car = new Told(desk.service, desk.org.a.storeId);
      await car.delivered({ ...repair, nextServiceOn: told, visitId: uuidv7() }, { version: 12 });
      expect((await desk.open(car))?.dueOn ?? null).toBe(told);
      await car.delivered({ ...maintenance, deliveredAt: monday, nextServiceOn: on });
      expect(await desk.open(car)).toMatchObject({ dueOn: on });
      await car.delivered({ ...repair, nextServiceOn: await desk.inDays(20), visitId: uuidv7() }, { version: 13 });
      expect(await desk.open(car)).toMatchObject({ dueOn: on });
    }
  });
});
