import { AppointmentReleased } from '@aftersales/contracts/reception/appointment';
import { AppointmentService } from './appointment.service';
import { hour, minute, TestDesk, type Appt } from './testing/desk';

describe('no-show and arrival', () => {
  let desk: TestDesk;
  beforeAll(async () => {
    desk = await TestDesk.open();
  });
  afterAll(() => desk?.service.stop());

  const released = async (id: string) => (await desk.service.said(AppointmentReleased)).filter(({ data }) => data.appointmentId === id).map(({ data }) => data);
  const arrive = async (id: string) => desk.service.transaction([desk.storeId], (tx) => desk.service.get(AppointmentService).arrived(tx, id, tx.now));
  async function bookedFor(time = '15:00') {
    await desk.until('tue', '09:00');
    const slot = await desk.at(0, time);
    return { slot, id: (await desk.booked(slot)).appointmentId };
  }

  it('REC-9 not arrived 30 min after the slot: given up once, bay and hours at once, picked parts at close of day', async () => {
    const { id, slot } = await bookedFor();
    await desk.service.jump(new Date(slot.getTime() + 30 * minute - 2_000));
    expect(await released(id)).toEqual([]);
    await desk.service.jump(2_000);
    await Promise.all([desk.service.fireDue(), desk.service.fireDue()]);
    expect(await released(id)).toMatchObject([{ cause: 'no-show', wasBooked: true, round: 1, startsAt: slot.toISOString() }]);
    expect(await desk.get(id)).toMatchObject({ state: 'released', cause: 'no-show', partsHeldUntil: (await desk.at(0, '18:00')).toISOString(), tasks: [] });
    expect(await desk.promise(id, 'appointment.no-show')).toMatchObject({ outcome: 'kept' });
  });

  it('REC-9 who comes later is a walk-in with what is still held, recorded late, and comes once', async () => {
    const { id, slot } = await bookedFor();
    await desk.service.jump(new Date(slot.getTime() + 45 * minute));
    const tries = await Promise.allSettled([arrive(id), arrive(id)]);
    expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await desk.get(id)).toMatchObject({ state: 'released', cause: 'no-show', late: true, arrivedAt: expect.any(String) });
    await expect(arrive(id)).rejects.toMatchObject({ code: 'reception.already-arrived' });
  });

  it('REC-12 arrival ends no-show, confirmation and calls; the gate gets what was booked', async () => {
    const { id } = await bookedFor();
    for (const time of ['14:00', '14:45']) await desk.service.jump(await desk.at(0, time));
    expect(await desk.tasks(id)).toHaveLength(1);
    const { newest, customerId } = await desk.get(id);
    expect(await arrive(id)).toMatchObject({ late: false, kind: 'maintenance', brand: 'nova', customerId, operations: newest.operations, parts: newest.parts });
    expect(await desk.get(id)).toMatchObject({ state: 'arrived', tasks: [], allowed: [] });
    for (const kind of ['appointment.no-show', 'appointment.call-if-silent', 'appointment.confirm'])
      expect((await desk.promise(id, kind))!['outcome']).not.toBe('open');
    await desk.service.jump(2 * hour);
    expect(await released(id)).toEqual([]);
    expect((await desk.move(id, 'cancel')).body).toMatchObject({ code: 'reception.cancel-too-late', from: 'arrived', allowed: [] });
  });

  it('REC-12 what was cancelled does not arrive; another store’s is not there', async () => {
    const { id } = await bookedFor();
    await expect(desk.service.transaction([desk.org.b.storeId], (tx) => desk.service.get(AppointmentService).arrived(tx, id, tx.now))).rejects.toMatchObject({ name: 'NotFound' });
    await desk.move(id, 'cancel');
    await expect(arrive(id)).rejects.toMatchObject({ code: 'reception.appointment-released' });
  });

  it('REC-12 arrival and no-show at the same moment: one of them', async () => {
    const { id, slot } = await bookedFor();
    await desk.service.rows(`insert into clock_shift (shift) values ($1 * interval '1 ms') on conflict (only_row) do update set shift = clock_shift.shift + excluded.shift`, [slot.getTime() + 30 * minute - (await desk.service.now()).getTime()]);
    const [arrival] = await Promise.all([arrive(id), desk.service.fireDue()]);
    expect((await released(id)).length).toBe(arrival.late ? 1 : 0);
    expect((await desk.get(id))['state']).toBe(arrival.late ? 'released' : 'arrived');
  });

  it('REC-9 TIM-6 other figures hold for the next booking; a running one keeps its own; parts go by the policy of the day', async () => {
    const before = await bookedFor();
    await desk.org.policy('appointment.no-show', { wallMinutes: 10 });
    await desk.org.policy('appointment.release', { noShowFreesParts: 'at-once', cancelFreesParts: 'close-of-day' });
    const { appointmentId: after } = await desk.booked(before.slot);
    const { appointmentId: cancelled } = await desk.booked(before.slot);
    await desk.move(cancelled, 'cancel');
    expect((await desk.get(cancelled))['partsHeldUntil']).toBe((await desk.at(0, '18:00')).toISOString());
    await desk.service.jump(new Date(before.slot.getTime() + 11 * minute));
    expect([(await released(before.id)).length, (await released(after)).length]).toEqual([0, 1]);
    const { partsHeldUntil, releasedAt } = await desk.get(after);
    expect(partsHeldUntil).toBe(releasedAt);
    await desk.service.jump(20 * minute);
    expect(await released(before.id)).toHaveLength(1);
    await desk.org.policy('appointment.no-show', { wallMinutes: 30 });
    await desk.org.policy('appointment.release', { noShowFreesParts: 'close-of-day', cancelFreesParts: 'at-once' });
  });

  it('REC-9 TIM-4 rung hours late it still gives the slot up, and the ledger says outage', async () => {
    const { id, slot } = await bookedFor();
    await desk.service.jump(new Date(slot.getTime() + 4 * hour));
    expect(await released(id)).toMatchObject([{ cause: 'no-show' }]);
    expect(await desk.promise(id, 'appointment.no-show')).toMatchObject({ outcome: 'late', cause: 'outage' });
    expect(await desk.get(id)).toMatchObject({ partsHeldUntil: expect.stringContaining((await desk.get(id))['releasedAt']) });
  });

  it('REC-9 who is about to move is no no-show: the old slot ends, and the desk calls about another time', async () => {
    const { id, slot } = await bookedFor();
    await desk.move(id, 'move', { startsAt: (await desk.at(2, '10:00')).toISOString() });
    await desk.service.jump(new Date(slot.getTime() + 30 * minute - 90_000));
    await desk.holdSlot((await desk.get(id)) as Appt);
    await desk.service.jump(90_000);
    // Parts stayed silent, so the wish had died by then: the booked slot stands alone.
    expect(await released(id)).toMatchObject([{ cause: 'no-show' }]);
    const other = await bookedFor();
    await desk.service.jump(other.slot);
    const moving = (await desk.move(other.id, 'move', { startsAt: (await desk.at(2, '10:00')).toISOString() })).body as Appt;
    await desk.holdSlot(moving);
    await desk.holdParts(moving);
    await desk.service.jump(30 * minute);
    expect(await released(other.id)).toMatchObject([{ cause: 'declined', detail: 'other-time', wasBooked: true, round: 1 }]);
    expect(await desk.tasks(other.id)).toMatchObject([{ kind: 'rebook', reason: 'other-time' }]);
  });
});
