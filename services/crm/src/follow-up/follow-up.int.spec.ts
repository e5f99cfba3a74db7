import { FollowUpAttempted, FollowUpClosed, FollowUpReached } from '@aftersales/contracts/crm/follow-up';
import { SurveyAnswered, SurveyLocked } from '@aftersales/contracts/crm/survey';
import type { AnyContract } from '@aftersales/contracts/kernel/event';
import { promiseFacts } from '@aftersales/contracts/kernel/promise-facts';
import { CallDesk } from './testing/call-desk';

const promise = promiseFacts('crm');

describe('follow-up', () => {
  let desk: CallDesk;
  beforeAll(async () => void (desk = await CallDesk.start()));
  beforeEach(() => desk.newWeek());
  afterAll(() => desk?.service.stop());

  const of = async <C extends AnyContract>(contract: C, visitId: string) => (await desk.service.said(contract)).map(({ data }) => data).filter((data) => data.visitId === visitId);
  const promisesOf = async (followUpId: string) => (await desk.get(`promises?subject=${followUpId}`)).body.promises;

  it('CRM-4 a delivered visit gets its follow-up, its place in the sample and its promise; heard twice it stays one', async () => {
    const { visitId, service, storeId } = await desk.delivers();
    const [planned, ...more] = await desk.planned(visitId);
    expect(more).toEqual([]);
    expect(planned).toMatchObject({ because: 'delivered', after: null, doNotCall: false, opensAt: desk.at(1, '09:00').toISOString(), dueAt: desk.at(3, '19:00').toISOString() });
    expect(await of(SurveyLocked, visitId)).toMatchObject([{ storeId, day: desk.date(0), excludedBy: null }]);
    const [owed] = await promisesOf(planned!.followUpId);
    expect(owed).toMatchObject({ kind: 'follow-up.due', policy: 'follow-up.due', outcome: 'open', dueAt: planned!.dueAt, ownerRole: 'crm-agent' });
    expect(owed.explanation.map(({ rule }: { rule: string }) => rule)).toEqual(['delivered', 'day', 'day', 'opens', 'late-after']);
    expect((await service.said(promise.opened)).filter(({ data }) => data.subject === planned!.followUpId)).toHaveLength(1);
  });

  it('CRM-4 the same delivery as another fact, or redelivered, or twice at once, is one follow-up', async () => {
    const told = await desk.delivers();
    await told.delivered({}, { id: 'again', version: 10 });
    await told.delivered({}, { id: 'again', version: 10 });
    await Promise.all([told.delivered({}, { id: 'c1' }), told.delivered({}, { id: 'c2' })]);
    expect(await desk.planned(told.visitId)).toHaveLength(1);
    expect(await of(SurveyLocked, told.visitId)).toHaveLength(1);
  });

  it('CRM-5 three windows, three calls, the third reaches: promise kept by the first, sheet handed in, survey at HQ', async () => {
    const { visitId } = await desk.delivers();
    expect((await desk.get('follow-ups/call-list', 'crm-agent')).body.items.map((item: { visitId: string }) => item.visitId)).not.toContain(visitId);
    await desk.jump(1, '09:10');
    const list = (await desk.get('follow-ups/call-list', 'crm-agent')).body;
    expect(list).toMatchObject({ window: `${desk.date(1)}/09:00` });
    expect(list.items.find((item: { visitId: string }) => item.visitId === visitId)).toMatchObject({ state: 'open', allowed: ['attempt', 'send-link'], attempts: 0, contact: { name: '王••', phones: [expect.stringMatching(/^•••\d{3}$/)] } });

    expect(await desk.call(visitId, 'no-answer')).toMatchObject({ status: 200, body: { state: 'waiting', attempts: 1, nextAt: desk.at(1, '14:00').toISOString() } });
    await desk.jump(1, '14:20');
    expect(await desk.call(visitId, 'busy')).toMatchObject({ status: 200, body: { state: 'waiting', attempts: 2, nextAt: desk.at(2, '09:00').toISOString() } });
    await desk.jump(2, '09:05');
    expect(await desk.call(visitId, 'reached')).toMatchObject({ status: 200, body: { state: 'reached', allowed: ['sheets', 'break-off', 'send-link'] } });
    await desk.jump(2, '11:40');
    expect(await desk.handIn(visitId)).toMatchObject({ status: 200, body: { state: 'closed', outcome: 'satisfied', allowed: [] } });

    const { followUpId } = (await desk.planned(visitId))[0]!;
    expect((await of(FollowUpAttempted, visitId)).map(({ attempt, outcome, window, nextAt }) => [attempt, outcome, window, nextAt !== null])).toEqual([
      [1, 'no-answer', { date: desk.date(1), index: 0 }, true], [2, 'busy', { date: desk.date(1), index: 1 }, true], [3, 'reached', { date: desk.date(2), index: 0 }, false],
    ]);
    expect(await of(FollowUpReached, visitId)).toMatchObject([{ followUpId, attempt: 3, dissatisfied: false }]);
    expect(await of(FollowUpClosed, visitId)).toMatchObject([{ followUpId, outcome: 'satisfied' }]);
    const [answered] = await of(SurveyAnswered, visitId);
    expect(answered).toMatchObject({ questionnaire: 'csi-service', questionnaireVersion: 1, channel: 'call', recommend: 9 });
    expect(answered!.answers).toHaveLength(5);
    expect(await promisesOf(followUpId)).toMatchObject([{ outcome: 'kept', doneAt: expect.stringContaining(desk.at(1, '09:10').toISOString().slice(0, 16)) }]);
    expect(await desk.service.rows(`select * from timer where subject = $1`, [followUpId])).toEqual([]);
  });
});
