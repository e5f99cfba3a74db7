import { FollowUpAttempted, FollowUpClosed, FollowUpFailed } from '@aftersales/contracts/crm/follow-up';
import type { Told } from '../testing/told';
import { CallDesk } from './testing/call-desk';

describe('calls of a follow-up', () => {
  let desk: CallDesk;
  beforeAll(async () => void (desk = await CallDesk.start()));
  beforeEach(() => desk.newWeek());
  afterAll(() => desk?.service.stop());

  const attempted = async (visitId: string) => (await desk.service.said(FollowUpAttempted)).map(({ data }) => data).filter((data) => data.visitId === visitId);
  const failed = async (visitId: string) => (await desk.service.said(FollowUpFailed)).map(({ data }) => data).filter((data) => data.visitId === visitId);
  const promiseOf = async (visitId: string) => (await desk.get(`promises?subject=${(await desk.planned(visitId))[0]!.followUpId}`)).body.promises[0];
  const correctNumber = async (told: Told) => {
    const path = `stores/${told.storeId}/customers/${told.customerId}`;
    const { body } = await desk.service.http(`GET /${path}`, { as: desk.store.staff.advisor });
    expect(await desk.service.http(`POST /${path}/change-contact`, { as: desk.store.staff.advisor, body: { phones: [`0912${Math.floor(100000 + Math.random() * 899999)}`] }, ifMatch: body.version })).toMatchObject({ status: 200 });
  };
  const check = async (visitId: string, corrected: boolean, as: 'advisor' | 'crm-agent' = 'advisor') => {
    const followUp = await desk.followUp(visitId);
    return desk.move(`follow-ups/${followUp.followUpId}/data-check`, followUp, { corrected }, as);
  };

  it('CRM-5 a call outside the windows, on a closed day or before the task opens is refused', async () => {
    const { visitId } = await desk.delivers();
    expect(await desk.call(visitId, 'busy')).toMatchObject({ status: 409, body: { code: 'follow-up.move', from: 'waiting', allowed: [] } });
    await desk.jump(1, '11:00');
    await desk.jump(1, '11:30');
    expect(await desk.call(visitId, 'busy')).toMatchObject({ status: 409, body: { code: 'follow-up.outside-window' } });
    expect((await desk.get('follow-ups/call-list', 'crm-agent')).body).toMatchObject({ items: [], window: null, opensAt: desk.at(1, '14:00').toISOString() });
    await desk.jump(6, '10:00');
    expect(await desk.call(visitId, 'busy')).toMatchObject({ status: 409, body: { code: 'follow-up.outside-window' } });
    expect(await attempted(visitId)).toEqual([]);
  });

  it('CRM-5 a first call in the last minute of the last window keeps the promise, whatever its outcome', async () => {
    const { visitId } = await desk.delivers();
    await desk.jump(3, '18:59');
    expect(await desk.call(visitId, 'no-answer')).toMatchObject({ status: 200 });
    expect(await promiseOf(visitId)).toMatchObject({ outcome: 'kept' });
    await desk.jump(3, '19:00');
    expect(await promiseOf(visitId)).toMatchObject({ outcome: 'kept' });
  });

  it('CRM-5 late after the last window of day 3, and to be called all the same: the call is noted as done after', async () => {
    const { visitId } = await desk.delivers();
    await desk.jump(3, '18:59');
    expect(await promiseOf(visitId)).toMatchObject({ outcome: 'open' });
    await desk.jump(3, '19:00');
    expect(await promiseOf(visitId)).toMatchObject({ outcome: 'late', cause: null, doneAt: null });
    await desk.jump(4, '09:30');
    expect(await desk.call(visitId, 'busy')).toMatchObject({ status: 200 });
    expect(await promiseOf(visitId)).toMatchObject({ outcome: 'late', doneAt: expect.any(String) });
  });

  it('CRM-5 another policy or calendar holds for the next promise, the running one keeps its own', async () => {
    const before = await desk.delivers();
    await desk.org.policy('follow-up.due', { days: 1, count: 'working' });
    const after = await desk.delivers();
    await desk.org.policy('follow-up.due', { days: 3, count: 'calendar' });
    expect(await desk.planned(before.visitId)).toMatchObject([{ dueAt: desk.at(3, '19:00').toISOString() }]);
    // One day has two windows only: the plan begins in the last one before it, today 14:00, so that three fit.
    expect(await desk.planned(after.visitId)).toMatchObject([{ opensAt: desk.at(0, '14:00').toISOString(), dueAt: desk.at(1, '19:00').toISOString() }]);
    const [first, second] = [await promiseOf(before.visitId), await promiseOf(after.visitId)];
    expect(second.policyVersion).toBe(first.policyVersion + 1);
  });

  it('CRM-6 a second call in the same window is refused; the next different one takes it', async () => {
    const { visitId } = await desk.delivers();
    await desk.jump(1, '09:00');
    await desk.call(visitId, 'another-person');
    await desk.jump(1, '11:29');
    expect(await desk.call(visitId, 'busy')).toMatchObject({ status: 409, body: { code: 'follow-up.move', from: 'waiting' } });
    await desk.jump(1, '14:00');
    expect(await desk.call(visitId, 'message-left')).toMatchObject({ status: 200, body: { attempts: 2, lastOutcome: 'message-left' } });
  });

  it('CRM-6 two agents at once make one call; the other sees that it changed', async () => {
    const { visitId } = await desk.delivers();
    await desk.jump(1, '09:10');
    const followUp = await desk.followUp(visitId);
    const answers = await Promise.all([1, 2, 3].map(() => desk.move(`follow-ups/${followUp.followUpId}/attempt`, followUp, { outcome: 'busy' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    expect(await attempted(visitId)).toHaveLength(1);
  });

  it('CRM-6 the same request again is the same call', async () => {
    const { visitId } = await desk.delivers();
    await desk.jump(1, '09:10');
    const followUp = await desk.followUp(visitId);
    const once = () => desk.move(`follow-ups/${followUp.followUpId}/attempt`, followUp, { outcome: 'off' }, 'crm-agent', `off-${visitId}`);
    const [first, again] = [await once(), await once()];
    expect(again).toMatchObject({ status: 200, body: first.body, headers: { 'idempotency-replayed': 'true' } });
    expect(await attempted(visitId)).toHaveLength(1);
  });

  it('CRM-6 asked another time: on the list at that time and not before', async () => {
    const { visitId } = await desk.delivers();
    await desk.jump(1, '09:10');
    expect(await desk.call(visitId, 'asked-another-time', { askedFor: desk.at(1, '12:30').toISOString() })).toMatchObject({ status: 409, body: { code: 'follow-up.asked-outside-window' } });
    expect(await desk.call(visitId, 'asked-another-time', { askedFor: desk.at(2, '15:30').toISOString() })).toMatchObject({ status: 200, body: { nextAt: desk.at(2, '15:30').toISOString() } });
    const listed = async () => (await desk.get('follow-ups/call-list?limit=100', 'crm-agent')).body.items.some((item: { visitId: string }) => item.visitId === visitId);
    await desk.jump(2, '15:29');
    expect(await listed()).toBe(false);
    await desk.jump(2, '15:30');
    expect(await listed()).toBe(true);
  });

  it('CRM-6 driving ends the call and retries; how many attempts is policy, as it was when planned', async () => {
    const before = await desk.delivers();
    await desk.org.policy('follow-up.attempts', { attempts: 1 });
    const after = await desk.delivers();
    await desk.org.policy('follow-up.attempts', { attempts: 3 });
    await desk.jump(1, '09:10');
    expect(await desk.call(before.visitId, 'driving')).toMatchObject({ status: 200, body: { state: 'waiting' } });
    expect(await desk.call(after.visitId, 'no-answer')).toMatchObject({ status: 200, body: { state: 'failed', failedBecause: 'no-answer' } });
  });

  it('CRM-7 no answer the third time fails it and opens the advisor’s data check', async () => {
    const { visitId, customerId, vehicleId, advisorId } = await desk.delivers();
    for (const [day, time, outcome] of [[1, '09:10', 'unreachable'], [1, '15:00', 'rejected'], [2, '10:00', 'not-beside-the-phone']] as const) {
      await desk.jump(day, time);
      await desk.call(visitId, outcome);
    }
    expect(await failed(visitId)).toMatchObject([{ reason: 'no-answer', attempts: 3, reopens: true, customerId, vehicleId }]);
    const tasks = async (id: string) => (await desk.get(`follow-ups?state=failed&advisorId=${id}`, 'advisor')).body.items;
    expect(await tasks(advisorId)).toMatchObject([{ visitId, advisorId, allowed: ['data-check'] }]);
    expect(await tasks(customerId)).toEqual([]);
    expect(await desk.call(visitId, 'busy')).toMatchObject({ status: 409, body: { code: 'follow-up.move' } });
    expect(await check(visitId, false)).toMatchObject({ status: 200, body: { state: 'closed', outcome: 'failed' } });
    expect(await desk.planned(visitId)).toHaveLength(1);
  });

  it('CRM-7 corrected data reopens it once, with all that was to be asked; the second failure is the end', async () => {
    const told = await desk.delivers();
    const { visitId } = told;
    await desk.jump(1, '09:10');
    await desk.call(visitId, 'wrong-number');
    expect(await check(visitId, true, 'crm-agent')).toMatchObject({ status: 403 });
    expect(await check(visitId, true)).toMatchObject({ status: 409, body: { code: 'follow-up.data-unchanged' } });
    await correctNumber(told);
    const twice = await Promise.all([check(visitId, true), check(visitId, true)]);
    expect(twice.map(({ status }) => status === 200).sort()).toEqual([false, true]);
    const planned = await desk.planned(visitId);
    expect(planned).toMatchObject([{ because: 'delivered' }, { because: 'data-corrected', after: planned[0]!.followUpId, opensAt: desk.at(2, '09:00').toISOString(), dueAt: desk.at(4, '19:00').toISOString() }]);
    await desk.jump(2, '09:10');
    expect((await desk.followUp(visitId)).callSheet.visits).toHaveLength(1);
    await desk.call(visitId, 'data-mismatch');
    expect((await failed(visitId)).map(({ reopens }) => reopens)).toEqual([true, false]);
    await correctNumber(told);
    expect(await check(visitId, true)).toMatchObject({ status: 200, body: { outcome: 'failed' } });
    expect(await desk.planned(visitId)).toHaveLength(2);
  });

  it('CRM-7 who refuses is not called again, nor who breaks off; how often data reopens is policy', async () => {
    const [refusing, breaking] = [await desk.delivers(), await desk.delivers()];
    await desk.org.policy('follow-up.data-check', { reopens: 0 });
    const wrong = await desk.delivers();
    await desk.org.policy('follow-up.data-check', { reopens: 1 });
    await desk.jump(1, '09:10');
    await desk.call(refusing.visitId, 'refuses');
    await desk.call(wrong.visitId, 'wrong-number');
    await desk.call(breaking.visitId, 'reached');
    const talk = await desk.followUp(breaking.visitId);
    expect(await desk.move(`follow-ups/${talk.followUpId}/break-off`, talk, undefined)).toMatchObject({ status: 200, body: { state: 'failed', failedBecause: 'refuses' } });
    for (const told of [refusing, breaking, wrong]) {
      expect(await failed(told.visitId)).toMatchObject([{ reopens: false }]);
      await correctNumber(told);
      expect(await check(told.visitId, true)).toMatchObject({ status: 200 });
      expect(await desk.planned(told.visitId)).toHaveLength(1);
    }
  });

  it('CRM-6 another store sees nothing, another role may not, an old version is refused', async () => {
    const { visitId } = await desk.delivers();
    await desk.jump(1, '09:10');
    const followUp = await desk.followUp(visitId);
    const { a, b } = desk.org;
    const attempt = (storeId: string, as: string, ifMatch: number) => desk.service.http(`POST /stores/${storeId}/follow-ups/${followUp.followUpId}/attempt`, { as, body: { outcome: 'busy' }, ifMatch });
    expect(await attempt(b.storeId, b.staff['crm-agent'], followUp.version)).toMatchObject({ status: 404 });
    expect(await attempt(a.storeId, b.staff['crm-agent'], followUp.version)).toMatchObject({ status: 404 });
    expect(await attempt(a.storeId, a.staff.advisor, followUp.version)).toMatchObject({ status: 403 });
    expect(await attempt(a.storeId, a.staff['crm-agent'], followUp.version - 1)).toMatchObject({ status: 412 });
    expect((await desk.get('follow-ups/call-list', 'crm-agent', { store: b, ofStore: b })).body.items).toEqual([]);
    expect(await desk.service.http(`POST /stores/${a.storeId}/follow-ups/${followUp.followUpId}/attempt`, { as: a.staff['crm-agent'], body: { outcome: 'busy', window: 1 }, ifMatch: followUp.version })).toMatchObject({ status: 422 });
    expect(await attempted(visitId)).toEqual([]);
  });

  it('CRM-6 the list is by due and comes in pages', async () => {
    const [first, second] = [await desk.delivers(), await desk.delivers()];
    await desk.jump(1, '09:10');
    const page = async (cursor?: string) => (await desk.get(`follow-ups/call-list?limit=1${cursor ? `&cursor=${cursor}` : ''}`, 'crm-agent')).body;
    const seen: string[] = [];
    for (let at = await page(); ; at = await page(at.next)) {
      seen.push(...at.items.map((item: { visitId: string }) => item.visitId));
      if (!at.next) break;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => [first.visitId, second.visitId].includes(id)).sort()).toEqual([first.visitId, second.visitId].sort());
    expect(await desk.get('follow-ups/call-list?cursor=nonsense', 'crm-agent')).toMatchObject({ status: 400 });
    expect((await desk.service.said(FollowUpClosed)).some(({ data }) => [first.visitId, second.visitId].includes(data.visitId))).toBe(false);
  });
});
