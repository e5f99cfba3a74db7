import { AlternativesOffered, AppointmentBooked, AppointmentMoved, AppointmentRequested } from '@aftersales/contracts/reception/appointment';
import { CustomerIntroduced } from '@aftersales/contracts/reception/customer';
import { hours } from '@aftersales/directory/testing/organisation';
import { v7 as uuidv7 } from 'uuid';
import { hour, minute, TestDesk, type Appt } from './testing/desk';

describe('booking', () => {
  let desk: TestDesk;
  beforeAll(async () => {
    desk = await TestDesk.open();
    await desk.until('tue', '09:00');
  });
  afterAll(() => desk?.service.stop());

  const of = (id: string) => (fact: { data: { appointmentId: string } }) => fact.data.appointmentId === id;

  it('REC-1 TIM-1 a request asks workshop and parts at once and owes a reply within an hour of working time', async () => {
    await desk.until('tue', '11:30');
    const startsAt = await desk.at(1, '10:00');
    const made = await desk.request(startsAt);
    expect(made).toMatchObject({ state: 'requested', concern: '保養，順便看一下煞車聲音', newest: { round: 1, state: 'asked', startsAt: startsAt.toISOString() }, allowed: expect.arrayContaining(['reply', 'wish', 'cancel', 'refuse']) });
    const [said] = (await desk.service.said(AppointmentRequested)).filter(of(made.appointmentId));
    expect(said).toMatchObject({ storeId: desk.storeId, data: { round: 1, brand: 'nova', partsBy: startsAt.toISOString(), operations: [{ skill: 'maintenance' }], parts: [{ quantity: 1_000 }], replaces: null } });
    expect(JSON.stringify(said)).not.toContain('煞車');
    // 11:30 + 1 h with 12:00–13:30 closed
    expect(await desk.promise(made.appointmentId, 'appointment.reply')).toMatchObject({ dueAt: expect.stringContaining((await desk.at(0, '14:00')).toISOString().slice(0, 16)), outcome: 'open', policyVersion: 1, calendarVersion: 1 });
  });

  it('REC-1 TIM-5 the reply is kept at its due instant, late a moment after, and says why it was due then', async () => {
    await desk.until('wed', '09:00');
    const [inTime, late] = [await desk.request(await desk.at(2, '10:00')), await desk.request(await desk.at(2, '11:00'))];
    await desk.service.jump(40 * minute);
    expect((await desk.move(inTime.appointmentId, 'reply')).body.repliedAt).not.toBeNull();
    await desk.service.jump(21 * minute);
    expect(await desk.promise(inTime.appointmentId, 'appointment.reply')).toMatchObject({ outcome: 'kept', explanation: [{ rule: 'policy', workingMinutes: 60 }, { rule: 'interval', counted: hour }] });
    expect(await desk.promise(late.appointmentId, 'appointment.reply')).toMatchObject({ outcome: 'late', doneAt: null });
    expect((await desk.move(late.appointmentId, 'reply')).status).toBe(200);
    expect(await desk.promise(late.appointmentId, 'appointment.reply')).toMatchObject({ outcome: 'late', doneAt: expect.any(String) });
    expect((await desk.move(late.appointmentId, 'reply')).body.code).toBe('reception.replied-already');
  });

  it('REC-1 TIM-6 another reply policy holds for the next request; a running promise keeps its own', async () => {
    await desk.until('wed', '09:00');
    const before = await desk.request(await desk.at(2, '10:00'));
    await desk.org.policy('appointment.reply', { workingMinutes: 30 });
    const after = await desk.request(await desk.at(2, '11:00'));
    await desk.org.policy('appointment.reply', { workingMinutes: 60 });
    const due = async ({ appointmentId }: Appt) => Date.parse((await desk.promise(appointmentId, 'appointment.reply'))!['dueAt']) - (await desk.at(0, '09:00')).getTime();
    expect((await due(after)) - (await due(before))).toBeLessThan(-29 * minute);
    expect(await desk.promise(before.appointmentId, 'appointment.reply')).toMatchObject({ policyVersion: 1 });
    expect(await desk.promise(after.appointmentId, 'appointment.reply')).toMatchObject({ policyVersion: 2 });
  });

  it('REC-1 the same request sent twice is one; another store sees nothing of it; a technician may not', async () => {
    const body = desk.body(await desk.at(1, '10:00'));
    const [one, two] = await Promise.all([1, 2].map(() => desk.service.http(`POST ${desk.path}`, { as: desk.advisor, body, key: 'phone-call-1' })));
    expect([one!.status, two!.status]).toEqual([201, 201]);
    expect(one!.body.appointmentId).toBe(two!.body.appointmentId);
    const id = one!.body.appointmentId;
    expect((await desk.service.said(AppointmentRequested)).filter(of(id))).toHaveLength(1);
    const other = desk.org.b;
    expect((await desk.service.http(`GET /stores/${other.storeId}/appointments/${id}`, { as: other.staff.advisor })).status).toBe(404);
    expect((await desk.service.http(`POST /stores/${other.storeId}/appointments/${id}/cancel`, { as: other.staff.advisor, ifMatch: 2 })).status).toBe(404);
    expect((await desk.service.http(`GET ${desk.path}/${id}`, { as: other.staff.advisor })).status).toBe(404);
    expect((await desk.service.http(`POST ${desk.path}`, { as: desk.org.a.staff.technician, body })).status).toBe(403);
    expect((await desk.service.http(`POST ${desk.path}/${id}/cancel`, { as: desk.advisor, ifMatch: 1 })).status).toBe(412);
    expect((await desk.service.http(`POST ${desk.path}/${id}/cancel`, { as: desk.advisor })).status).toBe(428);
  });

  it('REC-1 an unknown car goes to crm sealed, under ids minted here; nothing personal stays', async () => {
    const car = { known: false, brand: 'nova', plate: 'ABC-1234', name: '王小明', phones: ['+886912345678'] };
    const made = await desk.request(await desk.at(1, '10:00'), { car });
    const [said] = (await desk.service.said(CustomerIntroduced)).slice(-1);
    expect(said).toMatchObject({ storeId: null, data: { customerId: made.customerId, vehicleId: made.vehicleId, appointmentId: made.appointmentId, market: 'TW', use: 'unknown' }, sealed: { name: '王小明', plate: 'ABC-1234' } });
    for (const text of [JSON.stringify(await desk.service.rows(`select * from appointment`)), said!.envelope]) expect(text).not.toMatch(/王小明|912345678|ABC-1234/);
    const { plate, ...neither } = car;
    for (const wrong of [neither, { ...car, saleDate: '9998-05-01' }]) {
      expect((await desk.service.http(`POST ${desk.path}`, { as: desk.advisor, body: desk.body(await desk.at(1, '10:00'), { car: wrong }) })).status).toBe(422);
    }
  });

  it('REC-3 both halves held, read back and booked: one fact, the reply is kept, and doubled answers change nothing', async () => {
    const startsAt = await desk.at(1, '10:00');
    const made = await desk.request(startsAt);
    const id = made.appointmentId;
    await desk.holdSlot(made, 'slot-1');
    expect((await desk.move(id, 'book', {})).body.code).toBe('reception.not-held');
    await desk.holdParts(made, 'parts-1');
    const { version } = await desk.get(id);
    await desk.holdSlot(made, 'slot-1');
    await desk.holdParts(made, 'parts-1');
    expect(await desk.get(id)).toMatchObject({ version, newest: { state: 'held', silent: [] } });
    expect(await desk.promise(id, 'appointment.answers')).toMatchObject({ outcome: 'kept' });
    expect((await desk.move(id, 'book', {})).body.code).toBe('reception.read-back-first');
    await desk.move(id, 'read-back', desk.estimate);
    const held = await desk.get(id);
    expect(held['allowed']).toContain('book');
    const tries = await Promise.all([1, 2].map(() => desk.service.http(`POST ${desk.path}/${id}/book`, { as: desk.advisor, body: { advisorId: desk.advisor }, ifMatch: held['version'] })));
    expect(tries.map(({ status }) => status).sort()).toEqual([200, 412]);
    const said = (await desk.service.said(AppointmentBooked)).filter(of(id));
    expect(said).toHaveLength(1);
    expect(said[0]!.data).toMatchObject({ round: 1, slot: desk.slotOf(startsAt.toISOString()), advisorId: desk.advisor, operations: made.newest.operations, parts: made.newest.parts });
    expect(await desk.promise(id, 'appointment.reply')).toMatchObject({ outcome: 'kept' });
  });

  it('REC-3 answers come in any order, and an answer to an older round is none', async () => {
    const first = await desk.request(await desk.at(1, '10:00'));
    const second = (await desk.move(first.appointmentId, 'wish', { startsAt: (await desk.at(1, '15:00')).toISOString() })).body as Appt;
    expect(second.newest).toMatchObject({ round: 2, operations: first.newest.operations });
    expect((await desk.service.said(AlternativesOffered)).filter(of(first.appointmentId)).map(({ data }) => data)).toMatchObject([{ round: 1, refusedBy: [], silent: [] }]);
    await desk.holdParts(second);
    await desk.holdSlot(first);
    await desk.holdParts(first);
    expect((await desk.get(first.appointmentId))['newest']).toMatchObject({ round: 2, state: 'asked', workshopAnswer: null });
    await desk.holdSlot(second);
    expect((await desk.get(first.appointmentId))['newest']).toMatchObject({ state: 'held' });
  });

  it('REC-3 a refusal offers alternatives and frees the other half, once both have spoken', async () => {
    const made = await desk.request(await desk.at(1, '10:00'));
    const alternatives = [desk.slotOf((await desk.at(1, '14:00')).toISOString())];
    await desk.refuseSlot(made, alternatives);
    expect((await desk.service.said(AlternativesOffered)).filter(of(made.appointmentId))).toHaveLength(0);
    await desk.holdParts(made);
    expect((await desk.service.said(AlternativesOffered)).filter(of(made.appointmentId)).map(({ data }) => data)).toEqual([{ appointmentId: made.appointmentId, round: 1, refusedBy: ['workshop'], silent: [], alternatives }]);
    expect(await desk.get(made.appointmentId)).toMatchObject({ state: 'requested', newest: { state: 'refused', workshopAnswer: { alternatives } } });
    expect((await desk.move(made.appointmentId, 'book', {})).body.code).toBe('reception.not-held');
    expect((await desk.move(made.appointmentId, 'read-back', desk.estimate)).body.code).toBe('reception.no-wish');
  });

  it('REC-3 after 10 s the desk sees who is silent, after 2 min silence is an answer; a later one changes nothing', async () => {
    const made = await desk.request(await desk.at(1, '10:00'));
    await desk.holdParts(made);
    expect((await desk.get(made.appointmentId))['newest'].silent).toEqual([]);
    await desk.service.jump(11_000);
    expect((await desk.get(made.appointmentId))['newest'].silent).toEqual(['workshop']);
    await desk.service.jump(110_000);
    expect((await desk.service.said(AlternativesOffered)).filter(of(made.appointmentId)).map(({ data }) => data)).toMatchObject([{ refusedBy: [], silent: ['workshop'] }]);
    expect(await desk.promise(made.appointmentId, 'appointment.answers')).toMatchObject({ outcome: 'late' });
    await desk.holdSlot(made);
    expect((await desk.get(made.appointmentId))['newest']).toMatchObject({ state: 'refused', workshopAnswer: null, silent: [] });
  });

  it('REC-3 TIM-6 another waiting time holds for the next round, not for the running one', async () => {
    const running = await desk.request(await desk.at(1, '10:00'));
    await desk.org.policy('appointment.answers', { showSilentAfterSeconds: 5, seconds: 30 });
    const next = await desk.request(await desk.at(1, '11:00'));
    await desk.service.jump(31_000);
    expect((await desk.get(next.appointmentId))['newest'].state).toBe('refused');
    expect((await desk.get(running.appointmentId))['newest'].state).toBe('asked');
    await desk.org.policy('appointment.answers', { showSilentAfterSeconds: 10, seconds: 120 });
  });

  it('REC-3 a short part is no refusal when the customer takes its ETA; unknown, it can not be taken', async () => {
    const startsAt = await desk.at(1, '10:00');
    const made = await desk.request(startsAt);
    await desk.holdSlot(made);
    await desk.shortParts(made, null);
    expect((await desk.move(made.appointmentId, 'accept-eta')).body.code).toBe('reception.eta-unknown');
    const again = (await desk.move(made.appointmentId, 'wish', { startsAt: startsAt.toISOString() })).body as Appt;
    expect((await desk.move(made.appointmentId, 'accept-eta')).body.code).toBe('reception.nothing-short');
    await desk.holdSlot(again);
    const eta = await desk.at(3, '09:00');
    await desk.shortParts(again, eta);
    const taken = (await desk.move(made.appointmentId, 'accept-eta')).body as Appt;
    expect(taken.newest).toMatchObject({ round: 3, startsAt: startsAt.toISOString(), partsBy: eta.toISOString(), state: 'asked' });
    await desk.book(taken);
    expect((await desk.service.said(AppointmentBooked)).filter(of(made.appointmentId)).map(({ data }) => data)).toMatchObject([{ round: 3, partsBy: eta.toISOString() }]);
  });

  it('REC-3 the least lead time is policy, at the wish and again at the booking', async () => {
    const now = await desk.service.now();
    const near = await desk.service.http(`POST ${desk.path}`, { as: desk.advisor, body: desk.body(new Date(now.getTime() + 29 * minute)) });
    expect(near).toMatchObject({ status: 409, body: { code: 'reception.lead-time' } });
    const made = await desk.request(new Date(now.getTime() + 32 * minute));
    await desk.holdSlot(made);
    await desk.holdParts(made);
    await desk.move(made.appointmentId, 'read-back', desk.estimate);
    await desk.service.jump(3 * minute);
    expect((await desk.move(made.appointmentId, 'book', {})).body.code).toBe('reception.lead-time');
    await desk.org.policy('appointment.lead-time', { wallMinutes: 5 });
    expect((await desk.move(made.appointmentId, 'book', {})).status).toBe(200);
    await desk.org.policy('appointment.lead-time', { wallMinutes: 30 });
  });

  it('REC-4 the read-back is kept with the booking, lists papers, and is asked for anew when the work changes', async () => {
    const made = await desk.request(await desk.at(1, '10:00'));
    const path = `POST ${desk.path}/${made.appointmentId}/read-back` as const;
    expect((await desk.service.http(path, { as: desk.advisor, ifMatch: made.version, body: { ...desk.estimate, papers: [] } })).status).toBe(422);
    expect((await desk.move(made.appointmentId, 'read-back', { ...desk.estimate, cost: { amount: 1, currency: 'CNY' } })).body.code).toBe('reception.currency');
    await desk.move(made.appointmentId, 'read-back', desk.estimate);
    const sameWork = (await desk.move(made.appointmentId, 'wish', { startsAt: (await desk.at(1, '14:00')).toISOString() })).body;
    expect(sameWork.newest.estimate).toMatchObject({ ...desk.estimate, readBackBy: desk.advisor });
    const moreWork = (await desk.move(made.appointmentId, 'wish', { startsAt: (await desk.at(1, '14:00')).toISOString(), parts: [] })).body as Appt;
    expect(moreWork.newest['estimate']).toBeNull();
    await desk.holdSlot(moreWork);
    await desk.holdParts(moreWork);
    expect((await desk.move(made.appointmentId, 'book', {})).body.code).toBe('reception.read-back-first');
  });

  it('REC-4 two read back at once: one is told that the request has changed; the same read-back sent twice is one', async () => {
    const { appointmentId, version } = await desk.request(await desk.at(1, '10:00'));
    const readBack = (papers: string[], ifMatch: number, key?: string) => desk.service.http(`POST ${desk.path}/${appointmentId}/read-back`, { as: desk.advisor, ifMatch, key, body: { ...desk.estimate, papers } });
    const both = await Promise.all([['driving-licence'], ['maintenance-book']].map((papers) => readBack(papers, version)));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    const stands = both.find(({ status }) => status === 200)!.body;
    expect(await desk.get(appointmentId)).toMatchObject({ version: stands.version, newest: { estimate: stands.newest.estimate } });
    const again = await Promise.all([1, 2].map(() => readBack(['driving-licence'], stands.version, 'read-back-1')));
    expect(again.map(({ status }) => status)).toEqual([200, 200]);
    expect(again[0]!.body).toEqual(again[1]!.body);
    expect((await desk.get(appointmentId))['version']).toBe(again[0]!.body.version);
  });

  it('REC-6 a move holds the new slot first; booked, the old one ends; refused, the old one stays', async () => {
    const [old, other] = [await desk.at(2, '10:00'), await desk.at(2, '15:00')];
    const { appointmentId } = await desk.booked(old);
    const first = (await desk.move(appointmentId, 'move', { startsAt: other.toISOString() })).body as Appt;
    const moved = (await desk.service.said(AppointmentMoved)).filter(of(appointmentId));
    expect(moved.map(({ data }) => data)).toMatchObject([{ round: 2, startsAt: other.toISOString(), from: desk.slotOf(old.toISOString()) }]);
    expect(first).toMatchObject({ state: 'booked', bookedRound: 1, slot: desk.slotOf(old.toISOString()) });
    await desk.refuseSlot(first);
    await desk.holdParts(first);
    expect(await desk.get(appointmentId)).toMatchObject({ state: 'booked', bookedRound: 1, newest: { state: 'refused' } });
    const second = (await desk.move(appointmentId, 'move', { startsAt: other.toISOString() })).body as Appt;
    expect(await desk.book(second)).toMatchObject({ state: 'booked', bookedRound: 3, slot: desk.slotOf(other.toISOString()) });
    const rounds = await desk.service.rows(`select round, state from appointment_round where appointment_id = $1 order by round`, [appointmentId]);
    expect(rounds.map(({ state }) => state)).toEqual(['freed', 'refused', 'booked']);
    expect((await desk.service.said(AppointmentBooked)).filter(of(appointmentId)).map(({ data }) => data.round)).toEqual([1, 3]);
  });

  it('REC-3 a new appointment may replace one that was given up, and only such', async () => {
    const live = await desk.request(await desk.at(1, '10:00'));
    const startsAt = await desk.at(2, '10:00');
    const again = () => desk.service.http(`POST ${desk.path}`, { as: desk.advisor, body: desk.body(startsAt, { replaces: live.appointmentId }) });
    expect((await again()).body.code).toBe('reception.replaces-live');
    expect((await desk.move(live.appointmentId, 'refuse')).body).toMatchObject({ state: 'released', cause: 'refused', allowed: [] });
    expect((await again()).body).toMatchObject({ replaces: live.appointmentId });
    expect((await desk.service.http(`POST ${desk.path}`, { as: desk.advisor, body: desk.body(startsAt, { replaces: uuidv7() }) })).status).toBe(404);
  });

  it('REC-3 answers about appointments that nobody knows here change nothing', async () => {
    const unknown: Appt = { appointmentId: uuidv7(), customerId: uuidv7(), vehicleId: uuidv7(), version: 1, newest: { round: 1, operations: [], parts: [], startsAt: (await desk.at(1, '10:00')).toISOString(), partsBy: '' } };
    await desk.holdSlot(unknown);
    await desk.refuseSlot(unknown);
    await desk.holdParts(unknown);
    expect(await desk.service.rows(`select * from dead_letter`)).toEqual([]);
  });

  it('REC-1 what can not be a request is refused by field, and changes nothing', async () => {
    const startsAt = await desk.at(1, '10:00');
    const before = await desk.service.rows(`select count(*) from appointment`);
    const line = desk.body(startsAt).operations[0]!;
    const lineId = uuidv7();
    for (const [changes, status] of [
      [{ startsAt: '9999-12-31T23:00:00Z' }, 422], [{ startsAt: 'tomorrow' }, 422], [{ concern: ' ' }, 422], [{ concern: 'x'.repeat(2_001) }, 422], [{ operations: Array(51).fill(line) }, 422],
      [{ parts: [{ partNumber: 'A', quantity: 0 }] }, 422], [{ more: 1 }, 422], [{ kind: 'wash' }, 422], [{ advisorId: desk.org.b.staff.advisor }, 409], [{ operations: [{ ...line, lineId }, { ...line, lineId }] }, 409], [{ concern: 'a\u0000b' }, 422],
    ] as const) {
      const answer = await desk.service.http(`POST ${desk.path}`, { as: desk.advisor, body: { ...desk.body(startsAt), ...changes } });
      expect([JSON.stringify(changes).slice(0, 60), answer.status]).toEqual([JSON.stringify(changes).slice(0, 60), status]);
    }
    expect(await desk.service.rows(`select count(*) from appointment`)).toEqual(before);
  });

  it('REC-3 booking and cancelling at the same moment: one of them', async () => {
    const made = await desk.request(await desk.at(1, '10:00'));
    await desk.holdSlot(made);
    await desk.holdParts(made);
    const { version } = (await desk.move(made.appointmentId, 'read-back', desk.estimate)).body;
    const both = await Promise.all(['book', 'cancel'].map((verb) => desk.service.http(`POST ${desk.path}/${made.appointmentId}/${verb}`, { as: desk.advisor, ifMatch: version, ...(verb === 'book' && { body: {} }) })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it('TIM-1 REC-1 where the desk never opens nobody can be promised a reply: the request is refused, and nothing is kept of it', async () => {
    const { storeId, staff } = desk.org.b;
    await desk.org.calendar(storeId, 'service', hours([]));
    const before = (await desk.service.rows('select from appointment')).length;
    const { status, body } = await desk.service.http(`POST /stores/${storeId}/appointments`, { as: staff.advisor, body: desk.body(await desk.at(1, '10:00')) });
    expect([status, body.code]).toEqual([409, 'calendar.no-opening']);
    expect(await desk.service.rows('select from appointment')).toHaveLength(before);
  });
});
