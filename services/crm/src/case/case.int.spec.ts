import { CaseAnswered, CaseClosed, CaseOpened, CaseSatisfied } from '@aftersales/contracts/crm/case';
import { FollowUpClosed, FollowUpReached } from '@aftersales/contracts/crm/follow-up';
import { SurveyAnswered } from '@aftersales/contracts/crm/survey';
import type { AnyContract } from '@aftersales/contracts/kernel/event';
import type { Role } from '@aftersales/contracts/roles';
import { CallDesk } from '../follow-up/testing/call-desk';

describe('case', () => {
  let desk: CallDesk;
  beforeAll(async () => void (desk = await CallDesk.start()));
  beforeEach(() => desk.newWeek());
  afterAll(() => desk?.service.stop());

  const of = async <C extends AnyContract>(contract: C, visitId: string) => (await desk.service.said(contract)).map(({ data }) => data).filter((data) => data.visitId === visitId);
  const caseOf = async (visitId: string) => (await desk.get(`cases/${(await of(CaseOpened, visitId))[0]!.caseId}`, 'store-manager')).body;
  const answer = async (visitId: string, as: Role = 'workshop-manager') => {
    const one = await caseOf(visitId);
    return desk.move(`cases/${one.caseId}/answer`, one, { measure: 'rework-free', words: 'We fitted a new one.' }, as);
  };
  const close = async (visitId: string, as: Role = 'store-manager', body: object = { reason: 'abroad', note: 'moved away' }) => {
    const one = await caseOf(visitId);
    return desk.move(`cases/${one.caseId}/close`, one, body, as);
  };
  const satisfaction = async (visitId: string, satisfied: boolean, more: object = {}) => {
    const followUp = await desk.followUp(visitId);
    return desk.move(`follow-ups/${followUp.followUpId}/satisfaction`, followUp, { satisfied, ...more });
  };
  /** A delivered visit whose customer is called on day 1 and is dissatisfied with the repair. */
  const dissatisfied = async () => {
    const { visitId } = await desk.delivers();
    await desk.jump(1, '09:10');
    expect(await desk.talk(visitId, { 'fixed-right': 4 }, { apologised: true })).toMatchObject({ status: 200, body: { outcome: 'case' } });
    return visitId;
  };

  it('CRM-10 dissatisfied → apology, case to the department, its answer, a second call, satisfied', async () => {
    const { visitId } = await desk.delivers();
    await desk.jump(1, '09:10');
    await desk.call(visitId, 'reached');
    expect(await desk.handIn(visitId, { 'fixed-right': 4 })).toMatchObject({ status: 409, body: { code: 'follow-up.apology-first' } });
    expect(await of(SurveyAnswered, visitId)).toEqual([]);
    await desk.handIn(visitId, { 'fixed-right': 4 }, { apologised: true });
    const [first] = await desk.planned(visitId);
    expect(await of(CaseOpened, visitId)).toMatchObject([{ department: 'workshop', cause: 'fixed-right', followUpId: first!.followUpId }]);
    expect(await of(FollowUpReached, visitId)).toMatchObject([{ dissatisfied: true }]);

    const board = async (as: Role) => (await desk.get('cases?state=open&department=workshop', as)).body.items.find((item: { visitId: string }) => item.visitId === visitId);
    expect(await board('workshop-manager')).toMatchObject({ state: 'open', round: 1, allowed: ['answer'] });
    expect(await board('store-manager')).toMatchObject({ allowed: ['close'] });
    expect(await answer(visitId)).toMatchObject({ status: 200, body: { state: 'answered', answers: [{ round: 1, measure: 'rework-free' }] } });
    expect(await desk.planned(visitId)).toMatchObject([{}, { because: 'case-answered', after: first!.followUpId, opensAt: desk.at(2, '09:00').toISOString(), dueAt: desk.at(4, '19:00').toISOString() }]);

    await desk.jump(2, '09:30');
    expect(await desk.call(visitId, 'reached')).toMatchObject({ body: { allowed: ['satisfaction', 'break-off'] } });
    expect(await desk.handIn(visitId)).toMatchObject({ status: 409, body: { code: 'follow-up.move' } });
    expect(await satisfaction(visitId, true)).toMatchObject({ status: 200, body: { state: 'closed', outcome: 'satisfied' } });
    expect(await of(CaseSatisfied, visitId)).toHaveLength(1);
    expect(await of(CaseClosed, visitId)).toMatchObject([{ outcome: 'satisfied', reason: null, closedBy: null }]);
    expect((await of(FollowUpClosed, visitId)).map(({ outcome }) => outcome)).toEqual(['case', 'satisfied']);
    expect(await of(SurveyAnswered, visitId)).toHaveLength(1);
    expect(await caseOf(visitId)).toMatchObject({ state: 'closed', outcome: 'satisfied', allowed: [] });
  });

  it('CRM-10 one level better opens nothing; the level is policy, as it was when the sample was locked', async () => {
    const before = await desk.delivers();
    await desk.org.policy('follow-up.dissatisfied', { fromLevel: 3 });
    const after = await desk.delivers();
    await desk.org.policy('follow-up.dissatisfied', { fromLevel: 4 });
    await desk.jump(1, '09:10');
    expect(await desk.talk(before.visitId, { welcome: 3 })).toMatchObject({ status: 200, body: { outcome: 'satisfied' } });
    expect(await desk.talk(after.visitId, { welcome: 3 }, { apologised: true })).toMatchObject({ status: 200, body: { outcome: 'case' } });
    expect(await of(CaseOpened, after.visitId)).toMatchObject([{ department: 'desk', cause: 'welcome' }]);
  });

  it('CRM-10 any complaint is a case, also what was only heard in the voice; the levels at HQ stay as they were said', async () => {
    const { visitId } = await desk.delivers();
    await desk.jump(1, '09:10');
    await desk.call(visitId, 'reached');
    const followUp = await desk.followUp(visitId);
    const sheet = { visitId, answers: [{ question: 'welcome', level: 1 }], heard: 'sighs when asked about the price', complaint: { department: 'parts', cause: 'price-of-parts', words: 'the filter is dear' } };
    expect(await desk.move(`follow-ups/${followUp.followUpId}/sheets`, followUp, { sheets: [sheet], apologised: true })).toMatchObject({ status: 200, body: { outcome: 'case', sheets: [{ heard: 'sighs when asked about the price', satisfied: false }] } });
    expect(await of(CaseOpened, visitId)).toMatchObject([{ department: 'parts', cause: 'price-of-parts' }]);
    expect((await of(SurveyAnswered, visitId))[0]!.answers.map(({ level }) => level)).toEqual([1]);
    const everything = await desk.service.rows<{ envelope: string }>(`select envelope from outbox`);
    expect(everything.some(({ envelope }) => /sighs|filter is dear/.test(envelope))).toBe(false);
  });

  it('CRM-8 an empty sheet is none, and a question that was not asked is refused', async () => {
    const { visitId } = await desk.delivers();
    await desk.jump(1, '09:10');
    await desk.call(visitId, 'reached');
    const followUp = await desk.followUp(visitId);
    expect(followUp.callSheet.script.map(({ step }: { step: string }) => step)).toEqual(['greeting', 'purpose', 'ok-to-talk', 'use-of-car', 'questionnaire', 'remarks', 'thanks', 'next-service']);
    expect(followUp.callSheet.visits[0]).toMatchObject({ visitId, questionnaire: 'csi-service', questionnaireVersion: 1 });
    const hand = (answers: object[]) => desk.move(`follow-ups/${followUp.followUpId}/sheets`, followUp, { sheets: [{ visitId, answers }] });
    expect(await hand([])).toMatchObject({ status: 409, body: { code: 'follow-up.sheet-empty' } });
    expect(await hand([{ question: 'weather', level: 1 }])).toMatchObject({ status: 409, body: { code: 'survey.unknown-question' } });
    expect(await hand([{ question: 'welcome', level: 6 }])).toMatchObject({ status: 422 });
    expect(await satisfaction(visitId, true)).toMatchObject({ status: 409, body: { code: 'follow-up.move' } });
  });

  it('CRM-8 the sheets handed in twice, or by two at once, are one survey and one case', async () => {
    const { visitId } = await desk.delivers();
    await desk.jump(1, '09:10');
    await desk.call(visitId, 'reached');
    const hand = (key?: string) => desk.handIn(visitId, { welcome: 5 }, { apologised: true }, key);
    const answers = await Promise.all([hand(), hand(), hand()]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await of(SurveyAnswered, visitId)).toHaveLength(1);
    expect(await of(CaseOpened, visitId)).toHaveLength(1);
  });

  it('CRM-10 dissatisfied again is the same case once more, with a call after each answer', async () => {
    const visitId = await dissatisfied();
    await answer(visitId);
    await desk.jump(2, '09:30');
    await desk.call(visitId, 'reached');
    expect(await satisfaction(visitId, false)).toMatchObject({ status: 409, body: { code: 'follow-up.apology-first' } });
    expect(await satisfaction(visitId, false, { apologised: true, remarks: 'still rattles' })).toMatchObject({ status: 200, body: { outcome: 'case' } });
    expect(await caseOf(visitId)).toMatchObject({ state: 'open', round: 2, words: 'still rattles' });
    expect(new Set((await of(CaseOpened, visitId)).map(({ caseId }) => caseId)).size).toBe(1);
    await answer(visitId);
    await desk.jump(3, '09:30');
    await desk.call(visitId, 'reached');
    await satisfaction(visitId, true);
    expect(await of(CaseAnswered, visitId)).toMatchObject([{ round: 1 }, { round: 2 }]);
    const planned = await desk.planned(visitId);
    expect(planned.map(({ because, after }) => [because, after])).toEqual([['delivered', null], ['case-answered', planned[0]!.followUpId], ['case-answered', planned[1]!.followUpId]]);
    expect(await caseOf(visitId)).toMatchObject({ state: 'closed', outcome: 'satisfied', followUps: [{}, {}, {}] });
  });

  it('CRM-10 the store manager alone closes, with a reason; the call about it is not made any more', async () => {
    const visitId = await dissatisfied();
    await answer(visitId);
    expect(await close(visitId, 'service-manager')).toMatchObject({ status: 403 });
    expect(await close(visitId, 'store-manager', {})).toMatchObject({ status: 422 });
    expect(await close(visitId)).toMatchObject({ status: 200, body: { state: 'closed', outcome: 'closed-by-manager', closeReason: 'abroad', closeNote: 'moved away' } });
    expect(await of(CaseClosed, visitId)).toMatchObject([{ outcome: 'closed-by-manager', reason: 'abroad', closedBy: desk.store.staff['store-manager'] }]);
    const again = await desk.followUp(visitId);
    expect(again).toMatchObject({ state: 'closed', outcome: 'closed-by-manager' });
    expect((await desk.get(`promises?subject=${again.followUpId}`)).body.promises).toMatchObject([{ outcome: 'void', cause: 'closed-by-manager' }]);
    expect(await close(visitId)).toMatchObject({ status: 409, body: { code: 'case.move', from: 'closed', allowed: [] } });
  });

  it('CRM-10 its own department answers, once; two at once are one answer and one call', async () => {
    const visitId = await dissatisfied();
    expect(await answer(visitId, 'parts-manager')).toMatchObject({ status: 403, body: { code: 'case.other-department' } });
    expect(await answer(visitId, 'cashier')).toMatchObject({ status: 403, body: { code: 'auth.role' } });
    const one = await caseOf(visitId);
    const answers = await Promise.all((['workshop-manager', 'technical-director'] as const).map((as) => desk.move(`cases/${one.caseId}/answer`, one, { measure: 'rework-free', words: 'Done.' }, as)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect(await answer(visitId)).toMatchObject({ status: 409, body: { code: 'case.move', from: 'answered', allowed: ['hear-satisfied', 'hear-again', 'close'] } });
    expect(await desk.planned(visitId)).toHaveLength(2);
  });

  it('CRM-10 closed by the manager while the customer is on the phone: one of both, no half of either', async () => {
    const visitId = await dissatisfied();
    await answer(visitId);
    await desk.jump(2, '09:30');
    await desk.call(visitId, 'reached');
    const [closed, heard] = await Promise.all([close(visitId), satisfaction(visitId, true)]);
    expect([closed.status, heard.status].filter((status) => status === 200)).toHaveLength(1);
    expect([closed.status, heard.status]).not.toContain(500);
    expect(await of(CaseClosed, visitId)).toHaveLength(1);
    expect(await caseOf(visitId)).toMatchObject({ state: 'closed', outcome: closed.status === 200 ? 'closed-by-manager' : 'satisfied' });
  });

  it('CRM-10 a call about a case that fails is checked and reopened as such; the case waits', async () => {
    const visitId = await dissatisfied();
    await answer(visitId);
    await desk.jump(2, '09:30');
    await desk.call(visitId, 'wrong-number');
    const failed = await desk.followUp(visitId);
    expect(await desk.move(`follow-ups/${failed.followUpId}/data-check`, failed, { corrected: false }, 'advisor')).toMatchObject({ status: 200, body: { outcome: 'failed' } });
    expect(await caseOf(visitId)).toMatchObject({ state: 'answered', outcome: null });
    expect(await close(visitId)).toMatchObject({ status: 200 });
  });

  it('CRM-10 another store sees no case; an old version is refused', async () => {
    const visitId = await dissatisfied();
    const one = await caseOf(visitId);
    const { a, b } = desk.org;
    const post = (storeId: string, as: string, ifMatch: number) => desk.service.http(`POST /stores/${storeId}/cases/${one.caseId}/answer`, { as, body: { measure: 'x', words: 'y' }, ifMatch });
    expect(await post(b.storeId, b.staff['workshop-manager'], one.version)).toMatchObject({ status: 404 });
    expect(await desk.get(`cases/${one.caseId}`, 'store-manager', { store: b, ofStore: b })).toMatchObject({ status: 404 });
    expect(await post(a.storeId, a.staff['workshop-manager'], one.version + 1)).toMatchObject({ status: 412 });
    expect((await desk.get('cases', 'store-manager', { store: b, ofStore: b })).body).toMatchObject({ items: [], next: null });
  });
});
