import { CaseOpened } from '@aftersales/contracts/crm/case';
import { AnswerCorrected, SurveyAnswered, SurveyLocked } from '@aftersales/contracts/crm/survey';
import { CallDesk } from '../follow-up/testing/call-desk';
import { Told } from '../testing/told';

describe('survey', () => {
  let desk: CallDesk;
  beforeAll(async () => void (desk = await CallDesk.start()));
  beforeEach(() => desk.newWeek());
  afterAll(() => desk?.service.stop());

  const answeredVisit = async (levels: Record<string, number> = {}, more: object = {}) => {
    const { visitId } = await desk.delivers();
    await desk.jump(1, '09:10');
    expect(await desk.talk(visitId, levels, more)).toMatchObject({ status: 200 });
    return (await desk.service.said(SurveyAnswered)).map(({ data }) => data).find((data) => data.visitId === visitId)!;
  };
  const survey = async (surveyId: string) => (await desk.get(`surveys/${surveyId}`)).body;
  const correct = async (surveyId: string, body: object, as: 'crm-supervisor' | 'crm-agent' = 'crm-supervisor') => desk.move(`surveys/${surveyId}/corrections`, await survey(surveyId), body, as);
  const corrected = async (surveyId: string) => (await desk.service.said(AnswerCorrected)).map(({ data }) => data).filter((data) => data.surveyId === surveyId);
  const sample = async (day: number, as = desk.store) => (await desk.get(`samples?day=${desk.date(day)}`, 'store-manager', { store: as, ofStore: as })).body;
  const publish = (body: object, as = desk.org.hqAdmin) => desk.service.http('POST /questionnaires/csi-service/versions', { as, body });
  const text = { en: 'How was it?' };

  it('CRM-16 a correction is a new answer with a reason in place of the first, and counts where that one did', async () => {
    const first = await answeredVisit({ welcome: 2 });
    const body = { answers: [{ question: 'welcome', level: 1 }], recommend: 10, reason: 'mistyped', note: 'the agent hit the wrong key' };
    await desk.jump(1, '10:00');
    expect(await correct(first.surveyId, body)).toMatchObject({ status: 200, body: { state: 'answered', allowed: ['correct'], answers: [{ replaces: first.answerId, reason: 'mistyped' }, { answerId: first.answerId, replaces: null }] } });
    expect(await corrected(first.surveyId)).toMatchObject([{ replaces: first.answerId, answeredAt: first.answeredAt, answers: [{ question: 'welcome', factor: 'reception', weight: 200, level: 1 }], correctedBy: desk.store.staff['crm-supervisor'] }]);
    expect(await correct(first.surveyId, body)).toMatchObject({ status: 200 });
    const [one, two] = await corrected(first.surveyId);
    expect(two!.replaces).toBe(one!.answerId);
    expect((await desk.service.said(SurveyAnswered)).filter(({ data }) => data.surveyId === first.surveyId)).toHaveLength(1);
    expect(JSON.stringify((await desk.service.said(AnswerCorrected)).map(({ envelope }) => envelope))).not.toContain('wrong key');
  });

  it('CRM-16 no answer is ever edited, not even by a hand in the database', async () => {
    const { answerId } = await answeredVisit();
    await expect(desk.service.rows(`update survey_answer set recommend = 10 where id = $1`, [answerId])).rejects.toThrow('written once');
    await expect(desk.service.rows(`delete from survey_answer where id = $1`, [answerId])).rejects.toThrow('written once');
    await expect(desk.service.rows(`update questionnaire set questions = '[]'`)).rejects.toThrow('written once');
  });

  it('CRM-16 a correction needs a reason, an answer, the supervisor and the version last seen; two at once are one', async () => {
    const { surveyId } = await answeredVisit();
    const body = { answers: [{ question: 'welcome', level: 2 }], recommend: null, reason: 'mistyped' };
    expect(await correct(surveyId, { ...body, reason: undefined })).toMatchObject({ status: 422 });
    expect(await correct(surveyId, body, 'crm-agent')).toMatchObject({ status: 403 });
    expect(await correct(surveyId, { ...body, answers: [{ question: 'weather', level: 2 }] })).toMatchObject({ status: 409, body: { code: 'survey.unknown-question' } });
    const { a, b } = desk.org;
    expect(await desk.service.http(`POST /stores/${b.storeId}/surveys/${surveyId}/corrections`, { as: b.staff['crm-supervisor'], body, ifMatch: 2 })).toMatchObject({ status: 404 });
    expect(await desk.service.http(`POST /stores/${a.storeId}/surveys/${surveyId}/corrections`, { as: a.staff['crm-supervisor'], body, ifMatch: 1 })).toMatchObject({ status: 412 });
    const seen = await survey(surveyId);
    const answers = await Promise.all([1, 2, 3].map(() => desk.move(`surveys/${surveyId}/corrections`, seen, body, 'crm-supervisor')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
    expect(await corrected(surveyId)).toHaveLength(1);
  });

  it('CRM-16 what was not answered yet is not corrected', async () => {
    const { visitId } = await desk.delivers();
    const { surveyId } = (await desk.service.said(SurveyLocked)).map(({ data }) => data).find((data) => data.visitId === visitId)!;
    expect(await correct(surveyId, { answers: [{ question: 'welcome', level: 1 }], recommend: null, reason: 'mistyped' })).toMatchObject({ status: 409, body: { code: 'survey.not-answered' } });
  });

  it('CRM-10 an answer corrected to a dissatisfied one opens its case, once; corrected the other way it changes no case', async () => {
    const opened = async (visitId: string) => (await desk.service.said(CaseOpened)).filter(({ data }) => data.visitId === visitId).length;
    const good = await answeredVisit();
    const bad = { answers: [{ question: 'fixed-right', level: 5 }], recommend: 0, reason: 'mistyped' };
    await correct(good.surveyId, bad);
    await correct(good.surveyId, bad);
    expect(await opened(good.visitId)).toBe(1);
    await desk.newWeek();
    const poor = await answeredVisit({ welcome: 4 }, { apologised: true });
    await correct(poor.surveyId, { answers: [{ question: 'welcome', level: 1 }], recommend: 10, reason: 'mistyped' });
    expect(await opened(poor.visitId)).toBe(1);
    expect((await desk.get('cases?state=open&limit=100', 'store-manager')).body.items.some((item: { visitId: string }) => item.visitId === poor.visitId)).toBe(true);
  });

  it('CRM-16 the next version is asked at the next delivery; what is locked keeps its own', async () => {
    const before = await desk.delivers();
    const questions = [{ question: 'overall', factor: 'quality', department: 'workshop', weight: 1000, text }];
    const script = [{ step: 'greeting', text }];
    expect(await publish({ questions: [{ ...questions[0], weight: 999 }], script })).toMatchObject({ status: 409, body: { code: 'questionnaire.weights' } });
    expect(await publish({ questions, script }, desk.store.staff['crm-supervisor'])).toMatchObject({ status: 403 });
    const twice = await Promise.all([publish({ questions, script }), publish({ questions, script })]);
    expect(twice.map(({ body }) => body.questionnaireVersion).sort()).toEqual([2, 3]);
    const after = await desk.delivers();
    await desk.jump(1, '09:10');
    expect(await desk.talk(before.visitId)).toMatchObject({ status: 200 });
    expect(await desk.talk(after.visitId)).toMatchObject({ status: 200 });
    const versions = (await desk.service.said(SurveyAnswered)).map(({ data }) => data).filter(({ visitId }) => [before.visitId, after.visitId].includes(visitId));
    expect(versions).toMatchObject([{ questionnaireVersion: 1, answers: { length: 5 } }, { questionnaireVersion: 3, answers: [{ question: 'overall', weight: 1000 }] }]);
    expect((await desk.service.http('GET /questionnaires', { as: desk.org.hqAdmin })).body.items.map((item: { questionnaireVersion: number }) => item.questionnaireVersion)).toEqual([3, 2, 1]);
    expect(await desk.service.http('POST /questionnaires/unknown/versions', { as: desk.org.hqAdmin, body: { questions, script } })).toMatchObject({ status: 409, body: { code: 'questionnaire.unknown' } });
  });

  it('CRM-17 a store-day’s deliveries are one chain without gaps, also when they come at once; excluded ones stand in it', async () => {
    await desk.delivers();
    const cars = Array.from({ length: 8 }, () => new Told(desk.service, desk.store.storeId));
    await Promise.all([...cars.map((car, i) => car.delivered({ kind: i === 0 ? 'internal' : 'repair' })), desk.delivers({}, desk.org.b.storeId)]);
    const list = await sample(0);
    expect(list).toMatchObject({ length: 9, brokenAt: null });
    expect(list.entries.map(({ position }: { position: number }) => position)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(list.entries[0].previousHash).toBe('0'.repeat(64));
    for (let i = 1; i < 9; i++) expect(list.entries[i].previousHash).toBe(list.entries[i - 1].hash);
    const said = (await desk.service.said(SurveyLocked)).filter(({ storeId, data }) => storeId === desk.store.storeId && data.day === desk.date(0));
    expect(said.map(({ data, version }) => [data.position, data.hash, version])).toEqual(list.entries.map(({ position, hash }: { position: number; hash: string }) => [position, hash, position]));
    expect(said.filter(({ data }) => data.excludedBy === 'kind-internal')).toHaveLength(1);
    expect(await sample(0, desk.org.b)).toMatchObject({ length: 1, brokenAt: null });
    expect(await sample(3)).toMatchObject({ length: 0, brokenAt: null, entries: [] });
  });

  it('CRM-17 a removed customer is visible, even when the guard of the table was taken off', async () => {
    const [first] = [await desk.delivers(), await desk.delivers(), await desk.delivers()];
    await desk.service.rows(`alter table sample_entry disable trigger written_once`);
    await desk.service.rows(`delete from sample_entry where visit_id = $1`, [first.visitId]);
    await desk.service.rows(`alter table sample_entry enable trigger written_once`);
    expect(await sample(0)).toMatchObject({ length: 3, brokenAt: 1 });
    expect((await desk.get('samples?day=yesterday', 'store-manager'))).toMatchObject({ status: 422 });
    expect((await desk.get(`samples?day=${desk.date(0)}`, 'advisor'))).toMatchObject({ status: 403 });
  });

  it('CRM-17 the day is the store’s: a car handed over at one in the morning in Taipei belongs to the new day', async () => {
    const { visitId } = await desk.delivers({ deliveredAt: desk.at(0, '00:30').toISOString() });
    const other = await desk.delivers({ deliveredAt: new Date(desk.at(0, '00:00').getTime() - 1).toISOString() });
    const days = Object.fromEntries((await desk.service.said(SurveyLocked)).map(({ data }) => [data.visitId, data.day]));
    expect(days[visitId]).toBe(desk.date(0));
    expect(days[other.visitId]).toBe(desk.date(-1));
  });
});
