import { MessageFailed } from '@aftersales/contracts/crm/message';
import { EtaChanged, EtaSlipped, ReservationMade } from '@aftersales/contracts/parts/reservation';
import { AlternativesOffered, AppointmentConfirmed, AppointmentReleased } from '@aftersales/contracts/reception/appointment';
import { ConfirmationDue } from '@aftersales/contracts/reception/asked-by-link';
import { SlotLost } from '@aftersales/contracts/workshop/slot';
import { v7 as uuidv7 } from 'uuid';
import { hour, TestDesk, type Appt } from './testing/desk';

describe('what the store can not keep', () => {
  let desk: TestDesk;
  beforeAll(async () => {
    desk = await TestDesk.open();
    await desk.until('tue', '09:00');
  });
  afterAll(() => desk?.service.stop());

  const of = (id: string) => (fact: { data: { appointmentId: string } }) => fact.data.appointmentId === id;
  const lose = (appointmentId: string, round: number, startsAt: string, id?: string) =>
    desk.service.hear(SlotLost, { appointmentId, round, slot: desk.slotOf(startsAt), cause: 'bay-down', alternatives: [] }, { storeId: desk.storeId, id });
  const slip = ({ appointmentId, newest }: Appt, eta: Date | null, id?: string) =>
    desk.service.hear(EtaSlipped, { holderKind: 'appointment', holderId: appointmentId, round: newest.round, lines: newest.parts.map(({ lineId, partNumber }) => ({ lineId, partNumber, before: null, eta: eta?.toISOString() ?? null })), cause: 'carrier' }, { storeId: desk.storeId, id });

  it('REC-7 a lost slot: the desk tells the customer before it, offers times, and moves', async () => {
    const slot = await desk.at(1, '10:00');
    const { appointmentId } = await desk.booked(slot);
    await lose(appointmentId, 1, slot.toISOString(), 'lost-1');
    await lose(appointmentId, 1, slot.toISOString(), 'lost-1');
    await lose(appointmentId, 1, slot.toISOString());
    expect(await desk.get(appointmentId)).toMatchObject({ state: 'booked', trouble: { with: 'slot', cause: 'bay-down', told: null }, tasks: [{ kind: 'tell-customer', reason: 'bay-down', dueAt: slot.toISOString() }], allowed: expect.arrayContaining(['told', 'move', 'store-cannot']) });
    expect((await desk.move(appointmentId, 'confirm', { how: 'phone' })).body.code).toBe('reception.slot-in-trouble');
    expect((await desk.move(appointmentId, 'told', { how: 'phone', keeps: true })).body.code).toBe('reception.slot-lost');
    expect((await desk.move(appointmentId, 'told', { how: 'phone', keeps: false })).body.code).toBe('reception.proposals');
    const other = await desk.at(1, '15:00');
    expect((await desk.move(appointmentId, 'told', { how: 'phone', keeps: false, proposals: [other.toISOString()] })).body).toMatchObject({ trouble: { told: { by: desk.advisor, how: 'phone' } }, tasks: [] });
    expect((await desk.move(appointmentId, 'told', { how: 'phone', keeps: false, proposals: [other.toISOString()] })).body.code).toBe('reception.told-already');
    const moved = (await desk.move(appointmentId, 'move', { startsAt: other.toISOString() })).body as Appt;
    expect(await desk.book(moved)).toMatchObject({ state: 'booked', trouble: null, slot: desk.slotOf(other.toISOString()) });
    await lose(appointmentId, 1, slot.toISOString());
    expect((await desk.get(appointmentId))['trouble']).toBeNull();
  });

  it('REC-7 the store gives up: the cause goes with the fact, and who was not told yet is called', async () => {
    const slot = await desk.at(1, '10:00');
    const [untold, told] = [await desk.booked(slot), await desk.booked(slot)];
    await lose(told.appointmentId, 1, slot.toISOString());
    await desk.move(told.appointmentId, 'told', { how: 'phone', keeps: false, proposals: [slot.toISOString()] });
    for (const { appointmentId } of [untold, told]) expect((await desk.move(appointmentId, 'store-cannot', { cause: 'technician-absent' })).body).toMatchObject({ state: 'released', cause: 'store-cannot', detail: 'technician-absent' });
    expect((await desk.service.said(AppointmentReleased)).filter(of(untold.appointmentId)).map(({ data }) => data)).toMatchObject([{ cause: 'store-cannot', detail: 'technician-absent', wasBooked: true }]);
    expect([await desk.tasks(untold.appointmentId), await desk.tasks(told.appointmentId)]).toMatchObject([[{ kind: 'tell-customer' }], [{ kind: 'rebook' }]]);
    expect((await desk.move(untold.appointmentId, 'store-cannot', { cause: 'x' })).body.code).toBe('reception.store-cannot-too-late');
  });

  it('REC-7 nobody is asked whether he comes to a lost slot, and not coming to it is no no-show', async () => {
    const slot = await desk.at(1, '15:00');
    const { appointmentId } = await desk.booked(slot);
    await lose(appointmentId, 1, slot.toISOString());
    await desk.service.jump(new Date(slot.getTime() + hour));
    expect((await desk.service.said(ConfirmationDue)).filter(of(appointmentId))).toEqual([]);
    expect((await desk.service.said(AppointmentReleased)).filter(of(appointmentId)).map(({ data }) => data)).toMatchObject([{ cause: 'store-cannot', detail: 'bay-down' }]);
  });

  it('REC-7 a hold that is lost before it was booked is a refusal', async () => {
    const made = await desk.request(await desk.at(1, '10:00'));
    await desk.holdSlot(made);
    await desk.holdParts(made);
    await lose(made.appointmentId, 1, made.newest.startsAt);
    expect((await desk.get(made.appointmentId))['newest']).toMatchObject({ state: 'refused' });
    expect((await desk.service.said(AlternativesOffered)).filter(of(made.appointmentId)).map(({ data }) => data.refusedBy)).toEqual([['workshop']]);
  });

  it('REC-7 a slipped ETA is told when it is later than the customer took, and he may put up with it', async () => {
    const slot = await desk.at(2, '15:00');
    const booked = await desk.booked(slot);
    await slip(booked, slot);
    expect((await desk.get(booked.appointmentId))['trouble']).toBeNull();
    await slip(booked, new Date(slot.getTime() + 1), 'slip-1');
    await slip(booked, new Date(slot.getTime() + 1), 'slip-1');
    expect(await desk.get(booked.appointmentId)).toMatchObject({ trouble: { with: 'parts', cause: 'carrier' }, newest: { partsAnswer: { lines: [{ eta: new Date(slot.getTime() + 1).toISOString() }] } }, tasks: [{ kind: 'tell-customer' }] });
    expect((await desk.move(booked.appointmentId, 'told', { how: 'phone', keeps: true })).body).toMatchObject({ state: 'confirmed', trouble: null, tasks: [] });
    expect((await desk.service.said(AppointmentConfirmed)).filter(of(booked.appointmentId)).map(({ data }) => data.how)).toEqual(['phone']);
    expect((await desk.move(booked.appointmentId, 'told', { how: 'phone', keeps: true })).body.code).toBe('reception.no-trouble');
  });

  it('REC-7 REC-6 who is not told yet can not say by link that he is coming; the trouble stays, and nobody is called about his silence', async () => {
    await desk.until('tue', '09:00');
    const slot = await desk.at(0, '15:00');
    const { appointmentId } = await desk.booked(slot);
    await desk.service.jump(await desk.at(0, '14:00'));
    const { link } = (await desk.service.said(ConfirmationDue)).filter(of(appointmentId)).at(-1)!.sealed!;
    const open = (method: 'GET' | 'POST') => desk.service.http(`${method} ${new URL(link).pathname}`, { ...(method === 'POST' && { body: 'answer=coming' }), headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': '10.7.7.1' } });
    expect((await open('GET')).status).toBe(200);
    await lose(appointmentId, 1, slot.toISOString());
    expect([(await open('GET')).status, (await open('POST')).status]).toEqual([404, 404]);
    await desk.service.jump(await desk.at(0, '14:40'));
    expect(await desk.get(appointmentId)).toMatchObject({ state: 'booked', trouble: { with: 'slot', cause: 'bay-down' }, tasks: [{ kind: 'tell-customer', reason: 'bay-down' }] });
    expect((await desk.service.said(AppointmentConfirmed)).filter(of(appointmentId))).toEqual([]);
    expect(await desk.promise(appointmentId, 'appointment.call-if-silent')).toMatchObject({ outcome: 'void', cause: 'the store can not keep it' });
  });

  it('REC-7 REC-6 what is in time again is asked again: the link opens', async () => {
    await desk.until('tue', '09:00');
    const slot = await desk.at(0, '15:00');
    const booked = await desk.booked(slot);
    await desk.service.jump(await desk.at(0, '14:00'));
    const { link } = (await desk.service.said(ConfirmationDue)).filter(of(booked.appointmentId)).at(-1)!.sealed!;
    const page = () => desk.service.http(`GET ${new URL(link).pathname}`, { headers: { 'x-forwarded-for': '10.7.7.2' } });
    await slip(booked, new Date(slot.getTime() + hour));
    expect((await page()).status).toBe(404);
    await desk.service.hear(EtaChanged, { holderKind: 'appointment', holderId: booked.appointmentId, round: 1, lines: booked.newest.parts.map(({ lineId, partNumber }) => ({ lineId, partNumber, before: null, eta: slot.toISOString() })) }, { storeId: desk.storeId });
    expect((await page()).status).toBe(200);
  });

  it('REC-7 what is in time again is no trouble any more', async () => {
    const slot = await desk.at(2, '15:00');
    const made = await desk.request(slot);
    const lines = made.newest.parts.map((part) => ({ ...part, from: 'order' as const, eta: slot.toISOString() }));
    await desk.service.hear(ReservationMade, { holderKind: 'appointment', holderId: made.appointmentId, round: 1, lines, expiresAt: null }, { storeId: desk.storeId });
    const booked = await desk.book(made) as Appt;
    await slip(booked, null);
    expect((await desk.get(booked.appointmentId))['tasks']).toHaveLength(1);
    const changed = (eta: Date) => desk.service.hear(EtaChanged, { holderKind: 'appointment', holderId: booked.appointmentId, round: 1, lines: booked.newest.parts.map(({ lineId, partNumber }) => ({ lineId, partNumber, before: null, eta: eta.toISOString() })) }, { storeId: desk.storeId });
    await changed(new Date(slot.getTime() + hour));
    expect((await desk.get(booked.appointmentId))['trouble']).not.toBeNull();
    await changed(new Date(slot.getTime() - hour));
    expect(await desk.get(booked.appointmentId)).toMatchObject({ trouble: null, tasks: [] });
  });

  it('REC-7 another store’s desk and another role do not give it up', async () => {
    const { appointmentId, version } = await desk.booked(await desk.at(1, '10:00'));
    const other = desk.org.b;
    const body = { cause: 'bay-down' };
    expect((await desk.service.http(`POST /stores/${other.storeId}/appointments/${appointmentId}/store-cannot`, { as: other.staff.advisor, body, ifMatch: version })).status).toBe(404);
    expect((await desk.service.http(`POST ${desk.path}/${appointmentId}/store-cannot`, { as: desk.org.a.staff['parts-keeper'], body, ifMatch: version })).status).toBe(403);
    expect((await desk.service.http(`POST ${desk.path}/${appointmentId}/store-cannot`, { as: desk.advisor, body, ifMatch: version - 1 })).status).toBe(412);
  });

  it('REC-7 an apology that crm can not send is a call, once', async () => {
    const { appointmentId } = await desk.booked(await desk.at(1, '10:00'));
    await desk.move(appointmentId, 'cancel');
    const fail = (id: string) => desk.service.hear(MessageFailed, { messageId: uuidv7(), about: { thing: 'apology', id, askId: null }, customerId: uuidv7(), channel: 'none', template: 'apology', class: 'service', reason: 'no-channel', failedAt: new Date(0).toISOString() }, { storeId: desk.storeId });
    await fail(appointmentId);
    await fail(appointmentId);
    await fail(uuidv7());
    expect(await desk.tasks(appointmentId)).toMatchObject([{ kind: 'tell-customer', reason: 'no-channel' }]);
  });
});
