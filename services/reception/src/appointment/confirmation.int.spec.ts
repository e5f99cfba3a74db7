import { MessageFailed, MessageSent } from '@aftersales/contracts/crm/message';
import { FilesMerged } from '@aftersales/contracts/crm/files';
import { AppointmentConfirmed, AppointmentReleased } from '@aftersales/contracts/reception/appointment';
import { ConfirmationDue } from '@aftersales/contracts/reception/asked-by-link';
import { v7 as uuidv7 } from 'uuid';
import { hour, minute, TestDesk, type Appt } from './testing/desk';

describe('confirmation', () => {
  let desk: TestDesk;
  let caller = 0; // each customer from an address of his own: the door is rate-limited
  beforeAll(async () => {
    desk = await TestDesk.open();
  });
  afterAll(() => desk?.service.stop());

  const of = (id: string) => (fact: { data: { appointmentId: string } }) => fact.data.appointmentId === id;
  const asked = async (id: string) => (await desk.service.said(ConfirmationDue)).filter(of(id));
  const released = async (id: string) => (await desk.service.said(AppointmentReleased)).filter(of(id)).map(({ data }) => data);
  const answer = async (id: string, form: string) => {
    const { link } = (await asked(id)).at(-1)!.sealed!;
    return desk.service.http(`POST ${new URL(link).pathname}`, { body: form, headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': `10.1.${++caller}.1` } });
  };
  /** Booked for 15:00 of the day, and the hour before has come. */
  async function askedFor(day: 'mon' | 'tue' | 'wed' = 'tue') {
    await desk.until(day, '09:00');
    const { appointmentId } = await desk.booked(await desk.at(0, '15:00'));
    await desk.service.jump(await desk.at(0, '14:00'));
    return appointmentId;
  }
  const failed = (appointmentId: string, askId: string | null, id?: string) => desk.service.hear(MessageFailed, {
    messageId: uuidv7(), about: { thing: 'confirmation', id: appointmentId, askId }, customerId: uuidv7(), channel: 'sms', template: 'confirmation', class: 'service', reason: 'gateway-refused', failedAt: new Date(0).toISOString(),
  }, { storeId: desk.storeId, id });

  it('REC-6 an hour before the slot one message is due, its link sealed, and not a moment earlier', async () => {
    await desk.until('tue', '09:00');
    const slot = await desk.at(0, '15:00');
    const { appointmentId } = await desk.booked(slot);
    expect(await desk.promise(appointmentId, 'appointment.confirm')).toMatchObject({ dueAt: (await desk.at(0, '14:00')).toISOString(), policyVersion: 1, explanation: [{ rule: 'policy' }, { rule: 'before-slot', wallMinutesBefore: 60 }] });
    await desk.service.jump(new Date(slot.getTime() - hour - 2_000));
    expect(await asked(appointmentId)).toHaveLength(0);
    await desk.service.jump(2_000);
    await desk.service.fireDue();
    const said = await asked(appointmentId);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatchObject({ storeId: desk.storeId, data: { round: 1, kind: 'maintenance', startsAt: slot.toISOString(), expiresAt: slot.toISOString() }, sealed: { link: expect.stringMatching(/^https:\/\/desk\.example\/l\//) } });
    expect(said[0]!.envelope).not.toContain('desk.example');
    expect(await desk.promise(appointmentId, 'appointment.confirm')).toMatchObject({ outcome: 'kept' });
    expect(await desk.promise(appointmentId, 'appointment.call-if-silent')).toMatchObject({ outcome: 'open', dueAt: (await desk.at(0, '14:40')).toISOString() });
  });

  it('REC-6 a slot in the first hour of the day is asked about at the close of the open day before', async () => {
    await desk.until('sat', '10:00');
    const [first, second] = [await desk.booked(await desk.at(2, '09:29')), await desk.booked(await desk.at(2, '09:30'))];
    expect(await desk.promise(first.appointmentId, 'appointment.confirm')).toMatchObject({ dueAt: (await desk.at(0, '18:00')).toISOString(), explanation: [{ rule: 'policy' }, { rule: 'first-hour' }, { rule: 'closed-days', days: 1 }, expect.anything()] });
    expect(await desk.promise(second.appointmentId, 'appointment.confirm')).toMatchObject({ dueAt: (await desk.at(2, '08:30')).toISOString() });
    await desk.service.jump(await desk.at(0, '18:00'));
    expect([await asked(first.appointmentId), await asked(second.appointmentId)].map(({ length }) => length)).toEqual([1, 0]);
    const late = await desk.booked(await desk.at(2, '08:45'));
    expect(await desk.promise(late.appointmentId, 'appointment.confirm')).toMatchObject({ dueAt: (await desk.at(2, '07:45')).toISOString() });
  });

  it('REC-6 booked less than an hour ahead: no message, and nobody is called', async () => {
    await desk.until('tue', '09:00');
    const now = await desk.service.now();
    const { appointmentId } = await desk.booked(new Date(now.getTime() + 59 * minute));
    expect(await desk.promise(appointmentId, 'appointment.confirm')).toBeUndefined();
    await desk.service.jump(45 * minute);
    expect(await asked(appointmentId)).toHaveLength(0);
    expect(await desk.tasks(appointmentId)).toEqual([]);
  });

  it('REC-6 coming, by link: confirmed once, however often it is sent, and nobody is called', async () => {
    const id = await askedFor();
    const page = await desk.service.http(`GET ${new URL((await asked(id))[0]!.sealed!.link).pathname}`);
    expect(page.body).toContain('15:00');
    expect(await desk.get(id)).toMatchObject({ state: 'booked' });
    const answers = await Promise.all(Array.from({ length: 5 }, () => answer(id, 'answer=coming')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404, 404, 404]);
    expect((await desk.service.said(AppointmentConfirmed)).filter(of(id)).map(({ data }) => data)).toEqual([{ appointmentId: id, round: 1, how: 'link' }]);
    expect(await desk.promise(id, 'appointment.call-if-silent')).toMatchObject({ outcome: 'void', cause: 'answered' });
    await desk.service.jump(await desk.at(0, '14:50'));
    expect(await desk.tasks(id)).toEqual([]);
    expect(await desk.get(id)).toMatchObject({ state: 'confirmed', confirmation: { confirmedAt: expect.any(String) } });
  });

  it('REC-6 not coming, by link: everything is given up in one saga, rebooking is offered, and the timers find nothing to do', async () => {
    const id = await askedFor();
    expect((await answer(id, 'answer=not-coming')).status).toBe(200);
    expect(await released(id)).toMatchObject([{ round: 1, cause: 'declined', detail: 'not-coming', wasBooked: true }]);
    expect(await desk.tasks(id)).toMatchObject([{ kind: 'rebook', reason: 'not-coming' }]);
    expect(await desk.promise(id, 'appointment.no-show')).toMatchObject({ outcome: 'void', cause: 'declined' });
    expect((await answer(id, 'answer=coming')).status).toBe(404);
    await desk.service.jump(3 * hour);
    expect(await released(id)).toHaveLength(1);
  });

  it('REC-6 another time, by link: given up too, and the desk has the wish to call about', async () => {
    const id = await askedFor();
    expect((await answer(id, `answer=other-time&wish=${encodeURIComponent('週四下午 <好>')}`)).status).toBe(200);
    expect(await released(id)).toMatchObject([{ cause: 'declined', detail: 'other-time' }]);
    const [task] = await desk.tasks(id);
    expect(task).toMatchObject({ kind: 'rebook', reason: 'other-time', note: '週四下午 <好>', allowed: ['done'] });
    expect((await desk.service.said(AppointmentReleased)).map((fact) => fact.envelope).join()).not.toContain('週四');
    const path = `POST /stores/${desk.storeId}/desk-tasks/${task!['taskId']}/done` as const;
    expect((await desk.service.http(path, { as: desk.org.a.staff.technician, body: { outcome: 'x' }, ifMatch: 1 })).status).toBe(403);
    expect((await desk.service.http(path, { as: desk.advisor, body: { outcome: 'x' }, ifMatch: 9 })).status).toBe(412);
    expect((await desk.service.http(path, { as: desk.advisor, body: { outcome: 'booked again' }, ifMatch: 1 })).body).toMatchObject({ state: 'done', doneBy: desk.advisor, allowed: [] });
    expect((await desk.service.http(path, { as: desk.advisor, body: { outcome: 'again' }, ifMatch: 2 })).body.code).toBe('reception.task-done');
  });

  it('REC-6 no answer with 20 min left: one call task, which the answer settles', async () => {
    const id = await askedFor();
    await desk.service.jump(await desk.at(0, '14:40'));
    expect(await desk.tasks(id)).toMatchObject([{ kind: 'call-customer', reason: 'no-answer', dueAt: (await desk.at(0, '15:00')).toISOString() }]);
    expect(await desk.promise(id, 'appointment.call-if-silent')).toMatchObject({ outcome: 'kept' });
    expect((await desk.move(id, 'confirm', { how: 'phone' })).body).toMatchObject({ state: 'confirmed', tasks: [] });
    expect((await answer(id, 'answer=not-coming')).status).toBe(404);
    expect((await desk.move(id, 'confirm', { how: 'phone' })).body).toMatchObject({ status: 409, code: 'reception.confirm-too-late', from: 'confirmed' });
  });

  it('REC-6 a message that fails is a call task at once, once; that of an older question is none', async () => {
    const id = await askedFor();
    const { data } = (await asked(id))[0]!;
    await failed(id, uuidv7());
    expect(await desk.tasks(id)).toEqual([]);
    await failed(id, data.askId, 'failed-1');
    await failed(id, data.askId, 'failed-1');
    await failed(id, data.askId);
    await desk.service.jump(await desk.at(0, '14:45'));
    expect(await desk.tasks(id)).toMatchObject([{ kind: 'call-customer', reason: 'gateway-refused' }]);
    expect(await desk.get(id)).toMatchObject({ confirmation: { message: 'failed' } });
    expect((await answer(id, 'answer=coming')).status).toBe(200);
    await failed(id, data.askId);
    expect(await desk.tasks(id)).toEqual([]);
  });

  it('REC-6 a message that went out is shown on the board', async () => {
    const id = await askedFor();
    const { data } = (await asked(id))[0]!;
    await desk.service.hear(MessageSent, { messageId: uuidv7(), about: { thing: 'confirmation', id, askId: data.askId }, customerId: uuidv7(), channel: 'sms', template: 'confirmation', class: 'service', sentAt: new Date(0).toISOString() }, { storeId: desk.storeId });
    expect(await desk.get(id)).toMatchObject({ confirmation: { message: 'sent' } });
  });

  it('REC-6 TIM-2 a cancelled booking rings nothing; its link is dead', async () => {
    const id = await askedFor();
    const other = await desk.booked(await desk.at(1, '15:00'));
    for (const one of [id, other.appointmentId]) expect((await desk.move(one, 'cancel')).body).toMatchObject({ state: 'released', cause: 'cancelled', allowed: [] });
    expect((await answer(id, 'answer=coming')).status).toBe(404);
    await desk.service.jump(30 * hour);
    expect(await asked(other.appointmentId)).toHaveLength(0);
    expect(await desk.promise(other.appointmentId, 'appointment.confirm')).toMatchObject({ outcome: 'void', cause: 'cancelled' });
    expect((await released(id)).length + (await released(other.appointmentId)).length).toBe(2);
    expect(await desk.service.rows(`select 1 from timer where subject = any($1)`, [[id, other.appointmentId]])).toEqual([]);
    expect((await desk.move(id, 'cancel')).body).toMatchObject({ code: 'reception.cancel-too-late', from: 'released', allowed: [] });
  });

  it('REC-6 TIM-2 a moved booking rings once, at the new time, and only the new link opens', async () => {
    const id = await askedFor();
    const old = (await asked(id))[0]!.sealed!.link;
    const round2 = (await desk.move(id, 'move', { startsAt: (await desk.at(1, '15:00')).toISOString() })).body as Appt;
    await desk.book(round2);
    expect((await desk.service.http(`GET ${new URL(old).pathname}`)).status).toBe(404);
    await desk.service.jump(await desk.at(0, '18:00'));
    expect(await released(id)).toEqual([]);
    expect(await asked(id)).toHaveLength(1);
    await desk.service.jump(await desk.at(1, '14:00'));
    expect((await asked(id)).map(({ data }) => data.round)).toEqual([1, 2]);
    expect((await answer(id, 'answer=coming')).status).toBe(200);
  });

  it('REC-6 TIM-6 other figures hold for the next booking; a running one keeps its own', async () => {
    await desk.until('tue', '09:00');
    const slot = await desk.at(0, '15:00');
    const before = await desk.booked(slot);
    await desk.org.policy('appointment.confirm', { wallMinutesBefore: 90, callIfSilentMinutes: 45, firstHourMinutes: 0 });
    await desk.org.policy('appointment.link-expiry', { wallMinutesBeforeSlot: 10 });
    const [after, early] = [await desk.booked(slot), await desk.booked(await desk.at(1, '08:45'))];
    await desk.org.policy('appointment.confirm', { wallMinutesBefore: 60, callIfSilentMinutes: 20, firstHourMinutes: 60 });
    await desk.org.policy('appointment.link-expiry', { wallMinutesBeforeSlot: 0 });
    expect(await desk.promise(early.appointmentId, 'appointment.confirm')).toMatchObject({ dueAt: (await desk.at(1, '07:15')).toISOString(), policyVersion: 2 });
    await desk.service.jump(await desk.at(0, '14:00'));
    const at = async ({ appointmentId }: Appt) => [await desk.promise(appointmentId, 'appointment.confirm'), await desk.promise(appointmentId, 'appointment.call-if-silent')].map((promise) => promise!['dueAt']);
    expect(await at(before)).toEqual([(await desk.at(0, '14:00')).toISOString(), (await desk.at(0, '14:40')).toISOString()]);
    expect(await at(after)).toEqual([(await desk.at(0, '13:30')).toISOString(), (await desk.at(0, '14:15')).toISOString()]);
    expect((await asked(after.appointmentId))[0]!.data.expiresAt).toBe((await desk.at(0, '14:50')).toISOString());
  });

  it('REC-6 TIM-4 rung after an outage: a slot that began is asked about no more; under 20 min before it somebody calls', async () => {
    await desk.until('tue', '09:00');
    const [gone, soon] = [await desk.booked(await desk.at(0, '15:00')), await desk.booked(await desk.at(0, '15:15'))];
    await desk.service.jump(await desk.at(0, '15:00'));
    expect([await asked(gone.appointmentId), await asked(soon.appointmentId)]).toEqual([[], []]);
    expect(await desk.tasks(gone.appointmentId)).toEqual([]);
    expect(await desk.tasks(soon.appointmentId)).toMatchObject([{ kind: 'call-customer', reason: 'confirmation-too-late' }]);
    for (const { appointmentId } of [gone, soon]) expect(await desk.promise(appointmentId, 'appointment.confirm')).toMatchObject({ outcome: 'late', cause: 'outage' });
  });

  it('REC-6 the customer’s answer and the desk’s cancelling at the same moment: one of them', async () => {
    const id = await askedFor();
    const { version } = await desk.get(id);
    const [link, cancel] = await Promise.all([answer(id, 'answer=not-coming'), desk.service.http(`POST ${desk.path}/${id}/cancel`, { as: desk.advisor, ifMatch: version })]);
    expect([[200, 412], [404, 200]]).toContainEqual([link.status, cancel.status]);
    expect(await released(id)).toMatchObject([{ cause: link.status === 200 ? 'declined' : 'cancelled' }]);
  });

  it('REC-6 after files were merged, customer and car go out under the ids they have now', async () => {
    await desk.until('tue', '09:00');
    const { appointmentId, customerId, vehicleId } = await desk.booked(await desk.at(0, '15:00'));
    const [person, car] = [uuidv7(), uuidv7()];
    for (const [of, fromId, toId] of [['customer', customerId, person], ['vehicle', vehicleId, car]] as const) await desk.service.hear(FilesMerged, { of, fromId, toId, mergedAt: new Date(0).toISOString() });
    await desk.service.jump(await desk.at(0, '14:00'));
    expect((await asked(appointmentId))[0]!.data).toMatchObject({ customerId: person, vehicleId: car });
    expect(await desk.get(appointmentId)).toMatchObject({ customerId: person, vehicleId: car });
  });
});
