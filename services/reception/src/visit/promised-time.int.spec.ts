import { MessageFailed } from '@aftersales/contracts/crm/message';
import { promiseFacts } from '@aftersales/contracts/kernel/promise-facts';
import { EtaSlipped } from '@aftersales/contracts/parts/reservation';
import { PromiseMoved, VisitAuthorised } from '@aftersales/contracts/reception/visit';
import { JobBlocked, JobUnblocked } from '@aftersales/contracts/workshop/job';
import { v7 as uuidv7 } from 'uuid';
import { hour, minute, serviceLines, TestDesk } from './testing/desk';

const { opened, kept, late, void: voided } = promiseFacts('reception');
const lines = [serviceLines.labour, serviceLines.oil];

describe('the promised time', () => {
  let desk: TestDesk;
  beforeAll(async () => {
    desk = await TestDesk.open();
  });
  beforeEach(() => desk.monday());
  afterAll(() => desk?.close());

  const about = async (contract: typeof opened, visitId: string) => (await desk.service.said(contract)).filter(({ data }) => data.subject === visitId && data.kind === 'visit.promised').map(({ data }) => data);
  const warned = async (visitId: string) => (await desk.get(`/${visitId}`)).body.warnedAt as string | null;
  const tasks = async (visitId: string) => (await desk.service.http(`GET /stores/${desk.storeId}/desk-tasks?subject=${visitId}`, { as: desk.advisor })).body.tasks.map(({ kind, reason }: { kind: string; reason: string }) => `${kind}/${reason}`);
  const promisedIn = async (hours: number) => {
    const car = await desk.opened();
    const promisedAt = await desk.inHours(hours);
    await desk.signed(car.visitId, await desk.offered(car.visitId, lines, promisedAt));
    return { ...car, promisedAt, move: (body: object, options = {}) => desk.post(`/${car.visitId}/move-promise`, { cause: 'parts-late', how: 'phone', ...body }, options) };
  };

  it('REC-19 is agreed with the estimate; the warning rings 60 working minutes before, over the lunch break', async () => {
    const { visitId, promisedAt } = await promisedIn(5); // 14:00: 30 min after lunch, so the warning is at 11:30
    expect(await about(opened, visitId)).toMatchObject([{ dueAt: promisedAt, policy: 'visit.promise-warning', ownerRole: 'advisor', outcome: 'open' }]);
    await desk.service.jump(2 * hour + 29 * minute);
    expect(await warned(visitId)).toBeNull();
    await desk.service.jump(minute);
    expect(Math.abs(Date.parse((await warned(visitId))!) - (Date.parse(promisedAt) - 150 * minute))).toBeLessThan(30_000);
    expect(await tasks(visitId)).toEqual(['tell-customer/promise-near']);
    await desk.service.jump(hour);
    expect(await tasks(visitId)).toHaveLength(1);
  });

  it('REC-19 a new time needs a cause and a contact before the old one passes; it rings once, at the new time', async () => {
    const { visitId, promisedAt, move } = await promisedIn(3);
    expect((await move({ promisedAt: await desk.inHours(6), cause: undefined })).status).toBe(422);
    expect((await move({ promisedAt: await desk.inHours(-1) })).body.code).toBe('visit.promise-past');
    expect((await move({ promisedAt })).body.code).toBe('visit.promise-same');
    expect((await move({ promisedAt: await desk.inHours(6), toldAt: await desk.inHours(1) })).body.code).toBe('visit.told-later');
    const later = await desk.inHours(7);
    const key = uuidv7();
    const ifMatch = await desk.version(`/${visitId}`);
    const [one, two] = await Promise.all([move({ promisedAt: later, note: 'Wirklich' }, { key, ifMatch }), move({ promisedAt: later, note: 'Wirklich' }, { key, ifMatch })]);
    expect([one!.status, two!.status, two!.body.promisedAt]).toEqual([200, 200, later]);
    const moved = (await desk.service.said(PromiseMoved)).filter(({ data }) => data.visitId === visitId);
    expect(moved.map(({ data }) => [data.before, data.promisedAt, data.cause, data.how])).toEqual([[promisedAt, later, 'parts-late', 'phone']]);
    expect(moved[0]!.envelope).not.toContain('Wirklich');
    expect(await about(voided, visitId)).toMatchObject([{ dueAt: promisedAt, cause: 'moved' }]);
    await desk.service.jump(4 * hour);
    expect(await about(late, visitId)).toEqual([]);
    await desk.service.jump(4 * hour);
    expect(await about(late, visitId)).toMatchObject([{ dueAt: later }]);
  });

  it('REC-19 once it has passed it is late and stays so, a moment before it can still be moved', async () => {
    const { visitId, move } = await promisedIn(3);
    await desk.service.jump(3 * hour - minute);
    expect((await move({ promisedAt: await desk.inHours(1) })).status).toBe(200);
    await desk.service.jump(hour);
    expect((await move({ promisedAt: await desk.inHours(1) })).body.code).toBe('visit.promise-passed');
    expect(await about(late, visitId)).toHaveLength(1);
    expect(await tasks(visitId)).toEqual(['tell-customer/promise-late']);
  });

  it('REC-19 ready in time keeps it, and no timer rings any more', async () => {
    const visit = await desk.done(lines);
    await desk.ok(`/${visit.visitId}/pass`);
    expect(await about(kept, visit.visitId)).toHaveLength(1);
    await desk.service.jump(24 * hour);
    expect(await about(late, visit.visitId)).toEqual([]);
    expect(await warned(visit.visitId)).toBeNull();
    expect(await desk.service.rows(`select kind from timer where subject = $1`, [visit.visitId])).toEqual([]);
  });

  it('REC-19 TIM-6 the policy’s figure is followed by the next promise, not by the running one', async () => {
    const before = await promisedIn(8); // 17:00: warning at 16:00
    await desk.org.policy('visit.promise-warning', { workingMinutesBefore: 120 });
    const next = await promisedIn(8); // warning at 15:00
    await desk.service.jump(6 * hour + minute);
    expect([await warned(before.visitId), await warned(next.visitId)]).toEqual([null, expect.any(String)]);
    await desk.service.jump(hour);
    expect(await warned(before.visitId)).toEqual(expect.any(String));
    expect((await about(opened, next.visitId))[0]!.policyVersion).toBeGreaterThan((await about(opened, before.visitId))[0]!.policyVersion);
    await desk.org.policy('visit.promise-warning', { workingMinutesBefore: 60 });
  });

  it('REC-19 TIM-4 rung after an outage: a promise already late is not warned of, and the ledger says why', async () => {
    const { visitId } = await promisedIn(5);
    await desk.service.jump(9 * hour);
    expect(await warned(visitId)).toBeNull();
    expect(await about(late, visitId)).toMatchObject([{ cause: 'outage' }]);
  });

  it('REC-19 promised at shorter notice than the warning’s, nothing rings before it is due', async () => {
    const { visitId } = await promisedIn(1 - 1 / 60);
    expect(await desk.service.rows(`select kind from timer where subject = $1 order by kind`, [visitId])).toEqual([{ kind: 'visit.promised' }]);
    await desk.service.jump(hour);
    expect([await warned(visitId), await tasks(visitId)]).toEqual([null, ['tell-customer/promise-late']]);
  });

  it('REC-19 an add-on agrees on a time anew: the old promise is void, the floor hears the new one', async () => {
    const { visitId, promisedAt } = await promisedIn(3);
    const [one] = (await desk.get(`/${visitId}/estimates/1`)).body.lines;
    const later = await desk.inHours(6);
    const offer = await desk.offered(visitId, [{ keep: one.lineId }, { keep: (await desk.get(`/${visitId}/estimates/1`)).body.lines[1].lineId }, { ...serviceLines.regulator, payer: 'customer' }], later);
    await desk.signed(visitId, offer);
    expect((await about(opened, visitId)).map(({ dueAt }) => dueAt)).toEqual([promisedAt, later]);
    expect((await desk.service.said(VisitAuthorised)).filter(({ data }) => data.visitId === visitId).map(({ data }) => data.promisedAt)).toEqual([promisedAt, later]);
    await desk.service.jump(4 * hour);
    expect(await about(late, visitId)).toEqual([]);
  });

  const blocking = async (visitId: string) => {
    const job = { jobId: uuidv7(), visitId };
    let version = 0;
    const hear = (contract: typeof JobBlocked | typeof JobUnblocked, data: object) => desk.service.hear(contract, { ...job, ...data } as never, { storeId: desk.storeId, version: ++version });
    return async (reason: 'parts' | 'consent') => {
      const block = { blockId: uuidv7(), reason, since: (await desk.service.now()).toISOString() };
      await hear(JobBlocked, { ...block, lineIds: [] });
      return async () => hear(JobUnblocked, { ...block, until: (await desk.service.now()).toISOString(), blockedMs: 0 });
    };
  };
  const rounded = (paused: Record<string, number>) => Object.fromEntries(Object.entries(paused).map(([reason, ms]) => [reason, Math.round(ms / minute)]));

  it('WRK-6 REC-19 HQ-5 time in which the job stands still counts against its reasons, in each promise that it falls into; the promised time stays', async () => {
    const { visitId, promisedAt, move } = await promisedIn(5);
    const block = await blocking(visitId);
    const partsCome = await block('parts');
    await desk.service.jump(hour);
    const agreed = await block('consent');
    await desk.service.jump(hour);
    await partsCome();
    const ledger = async () => (await desk.service.http(`GET /stores/${desk.storeId}/promises?subject=${visitId}`, { as: desk.advisor })).body.promises.filter(({ kind }: { kind: string }) => kind === 'visit.promised');
    expect(await ledger()).toMatchObject([{ outcome: 'open', dueAt: promisedAt, pauses: [{ reason: 'consent', actor: 'workshop', to: null }, { reason: 'parts', actor: 'workshop', to: expect.any(String) }] }]);
    expect((await move({ promisedAt: await desk.inHours(4) })).status).toBe(200);
    expect(rounded((await about(voided, visitId))[0]!.pausedMs)).toEqual({ parts: 120, consent: 60 });
    await desk.service.jump(hour / 2);
    await agreed();
    const [, next] = await ledger();
    expect(next.pauses).toMatchObject([{ reason: 'consent', from: next.startedAt, to: expect.any(String) }]);
    await desk.completed({ visitId, vehicleId: uuidv7(), jobId: (await desk.service.rows(`select id from visit_job where visit_id = $1`, [visitId]))[0]!['id'], technicianId: uuidv7(), inspectorId: uuidv7() }, (await desk.get(`/${visitId}/estimates/1`)).body.lines);
    await desk.ok(`/${visitId}/pass`);
    expect((await about(kept, visitId)).map(({ pausedMs }) => rounded(pausedMs))).toEqual([{ consent: 30 }]);
  });

  it('WRK-6 HQ-5 a promise that the block made late says so when it is late, and how long in all when the car is ready', async () => {
    const { visitId } = await promisedIn(2);
    const partsCome = await (await blocking(visitId))('parts');
    await desk.service.jump(2 * hour);
    await desk.service.jump(hour);
    await partsCome();
    await desk.completed({ visitId, vehicleId: uuidv7(), jobId: (await desk.service.rows(`select id from visit_job where visit_id = $1`, [visitId]))[0]!['id'], technicianId: uuidv7(), inspectorId: uuidv7() }, (await desk.get(`/${visitId}/estimates/1`)).body.lines);
    await desk.ok(`/${visitId}/pass`);
    expect((await about(late, visitId)).map(({ pausedMs, doneAt }) => [rounded(pausedMs), doneAt !== null])).toEqual([[{ parts: 120 }, false], [{ parts: 180 }, true]]);
  });

  it('PRT-8 REC-19 a part that slips, or a message that could not be sent, becomes a call, once', async () => {
    const { visitId } = await promisedIn(5);
    const slipped = { holderKind: 'visit' as const, holderId: visitId, round: 1, cause: 'supplier', lines: [] };
    const failed = { messageId: uuidv7(), about: { thing: 'promise-moved' as const, id: visitId, askId: null }, customerId: uuidv7(), channel: 'none' as const, template: 'promise-moved', class: 'service' as const, reason: 'no-channel', failedAt: new Date(0).toISOString() };
    const id = uuidv7();
    for (let i = 0; i < 2; i++) await desk.service.hear(EtaSlipped, slipped, { storeId: desk.storeId, id });
    await desk.service.hear(EtaSlipped, slipped, { storeId: desk.storeId });
    await desk.service.hear(MessageFailed, failed, { storeId: desk.storeId });
    await desk.service.hear(MessageFailed, { ...failed, about: { ...failed.about, id: uuidv7() } }, { storeId: desk.storeId });
    expect((await tasks(visitId)).sort()).toEqual(['call-customer/promise-moved-not-sent', 'tell-customer/parts-late']);
  });
});
