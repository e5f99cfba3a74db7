import { CaseOpened } from '@aftersales/contracts/crm/case';
import { FollowUpClosed, FollowUpReached } from '@aftersales/contracts/crm/follow-up';
import { SurveyAnswered } from '@aftersales/contracts/crm/survey';
import type { AnyContract } from '@aftersales/contracts/kernel/event';
import { CallDesk } from '../follow-up/testing/call-desk';
import { Told } from '../testing/told';

const questions = ['welcome', 'fixed-right', 'on-time', 'worth-it', 'handed-over'];

describe('survey by link', () => {
  let desk: CallDesk;
  let visitor = 0;
  beforeAll(async () => void (desk = await CallDesk.start()));
  beforeEach(() => desk.newWeek());
  afterAll(() => desk?.service.stop());

  const of = async <C extends AnyContract>(contract: C, visitId: string) => (await desk.service.said(contract)).map(({ data }) => data).filter((data) => data.visitId === visitId);
  const send = async (visitId: string, as: 'crm-agent' | 'crm-supervisor' | 'advisor' = 'crm-agent') => {
    const followUp = await desk.followUp(visitId);
    return desk.move(`follow-ups/${followUp.followUpId}/send-link`, followUp, undefined, as);
  };
  /** The newest link of a visit's survey, from the message that waits to be sent. */
  const linkOf = async (visitId: string): Promise<`/l/${string}`> => {
    const [row] = await desk.service.rows(`select m.link from message m join survey s on s.id = m.about_id where s.visit_id = $1 and m.about_thing = 'survey' order by m.id desc limit 1`, [visitId]);
    return new URL(row!['link']).pathname as `/l/${string}`;
  };
  const sent = async (visitId: string) => {
    expect(await send(visitId)).toMatchObject({ status: 200 });
    return linkOf(visitId);
  };
  /** Each link from an address of its own: how often one may try is a test of its own. */
  const show = (path: string) => desk.service.http(`GET ${path}`, { headers: { 'x-forwarded-for': `10.1.0.${++visitor % 250}` } });
  const post = (path: string, form: Record<string, string>) =>
    desk.service.http(`POST ${path}`, { body: new URLSearchParams(form).toString(), headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': `10.1.0.${++visitor % 250}` } });
  const levels = (some: Record<string, number> = {}) => Object.fromEntries(questions.map((question) => [`level-${question}`, String(some[question] ?? 1)]));
  const open = async () => {
    const told = await desk.delivers();
    await desk.jump(1, '09:10');
    return told;
  };

  it('CRM-16 answered by link: looked at as often as one likes, answered once, the follow-up ends and nobody is called any more', async () => {
    const { visitId } = await open();
    const path = await sent(visitId);
    expect(path).toMatch(/^\/l\/[\w-]{43}$/);
    expect(JSON.stringify(await desk.service.rows(`select * from survey_link`))).not.toContain(path.slice(3));
    for (let i = 0; i < 3; i++) {
      const page = await show(path);
      expect(page).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'content-type': 'text/html; charset=utf-8' } });
      expect(page.body).toContain('您對維修品質的滿意程度?');
      expect(page.body.match(/type="radio"/g)).toHaveLength(25);
    }
    expect((await post(path, { remarks: 'only words' })).body).toContain('only words</textarea>');
    expect(await of(SurveyAnswered, visitId)).toEqual([]);

    expect((await post(path, { ...levels({ welcome: 2 }), remarks: 'well done' })).body).toContain('非常感謝您');
    const [answered, ...more] = await of(SurveyAnswered, visitId);
    expect(more).toEqual([]);
    expect(answered).toMatchObject({ channel: 'link', questionnaireVersion: 1, recommend: null, answers: [{ question: 'welcome', level: 2, weight: 200 }, {}, {}, {}, {}] });
    const followUp = await desk.followUp(visitId);
    expect(followUp).toMatchObject({ state: 'closed', outcome: 'satisfied', allowed: [], sheets: [{ satisfied: true, remarks: 'well done', apologised: false }] });
    expect(await of(FollowUpClosed, visitId)).toMatchObject([{ outcome: 'satisfied', cause: 'answered-by-link' }]);
    expect(await of(FollowUpReached, visitId)).toEqual([]);
    expect(await of(CaseOpened, visitId)).toEqual([]);
    expect((await desk.get('follow-ups/call-list?limit=100', 'crm-agent')).body.items.map((item: { visitId: string }) => item.visitId)).not.toContain(visitId);
    expect(await desk.service.rows(`select * from timer where subject = $1`, [followUp.followUpId])).toEqual([]);

    for (const again of [await post(path, levels()), await show(path)]) {
      expect(again.status).toBe(404);
      expect(again.body).toContain('此連結已無法使用');
      expect(again.body).toContain('tel:+886255501001');
    }
    expect(await of(SurveyAnswered, visitId)).toHaveLength(1);
    expect(await send(visitId)).toMatchObject({ status: 409, body: { code: 'survey.answered' } });
  });

  it('CRM-16 ten answers at once, by two links of one survey, are one', async () => {
    const { visitId } = await open();
    const paths = [await sent(visitId), await sent(visitId)];
    expect(paths[0]).not.toBe(paths[1]);
    const statuses = (await Promise.all(Array.from({ length: 10 }, (_, i) => post(paths[i % 2]!, levels())))).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array(9).fill(404)]);
    expect(await of(SurveyAnswered, visitId)).toHaveLength(1);
    expect(await of(FollowUpClosed, visitId)).toHaveLength(1);
  });

  it('CRM-16 a link ends when the policy says; a changed policy holds for the next link, not for the running one', async () => {
    const before = await open();
    const first = await sent(before.visitId);
    await desk.org.policy('survey.link-expiry', { calendarDays: 1 });
    const after = await desk.delivers();
    const second = await sent(after.visitId);
    await desk.org.policy('survey.link-expiry', { calendarDays: 3 });
    await desk.jump(2, '09:09');
    expect((await show(second)).status).toBe(200);
    await desk.jump(2, '09:11');
    const [late, unknown] = [await post(second, levels()), await show(`/l/${'x'.repeat(43)}`)];
    for (const page of [late, unknown]) {
      expect(page.status).toBe(404);
      expect(page.body).toContain('此連結已無法使用');
      expect(page.body).toContain('Store A-01');
    }
    expect(late.body).not.toContain('Store B-01');
    expect(await of(SurveyAnswered, after.visitId)).toEqual([]);
    expect((await show(first)).status).toBe(200);
  });

  it('CRM-16 a call that comes first uses the link up; a link that comes first refuses the sheet of the call, which reached all the same', async () => {
    const [called, linked] = [await desk.delivers(), await open()];
    const path = await sent(called.visitId);
    expect(await desk.talk(called.visitId)).toMatchObject({ status: 200 });
    expect((await show(path)).status).toBe(404);
    expect((await post(path, levels())).status).toBe(404);
    expect(await of(SurveyAnswered, called.visitId)).toMatchObject([{ channel: 'call' }]);

    await desk.call(linked.visitId, 'reached');
    expect((await post(await sent(linked.visitId), levels())).status).toBe(200);
    expect(await desk.handIn(linked.visitId)).toMatchObject({ status: 409, body: { code: 'follow-up.move', from: 'closed' } });
    expect(await of(SurveyAnswered, linked.visitId)).toMatchObject([{ channel: 'link' }]);
    expect(await of(FollowUpReached, linked.visitId)).toMatchObject([{ attempt: 1, dissatisfied: false }]);
  });

  it('CRM-16 a call and a link at once: one of them answers', async () => {
    const { visitId } = await open();
    const path = await sent(visitId);
    await desk.call(visitId, 'reached');
    const [sheet, form] = await Promise.all([desk.handIn(visitId), post(path, levels())]);
    expect([sheet.status, form.status].filter((status) => status === 200)).toHaveLength(1);
    expect(await of(SurveyAnswered, visitId)).toHaveLength(1);
  });

  it('CRM-10 dissatisfied by link: an apology, one case for the department, and its words stay here', async () => {
    const { visitId } = await open();
    const path = await sent(visitId);
    const page = await post(path, { ...levels({ 'fixed-right': 4 }), remarks: 'it still rattles' });
    expect(page.body).toContain('深感抱歉');
    const [opened, ...more] = await of(CaseOpened, visitId);
    expect(more).toEqual([]);
    expect(opened).toMatchObject({ department: 'workshop', cause: 'fixed-right' });
    expect(await desk.followUp(visitId)).toMatchObject({ outcome: 'case', sheets: [{ satisfied: false, remarks: 'it still rattles', apologised: true }] });
    expect((await post(path, levels({ welcome: 5 }))).status).toBe(404);
    expect(await of(CaseOpened, visitId)).toHaveLength(1);
    expect(JSON.stringify((await desk.service.said(CaseOpened)).map(({ envelope }) => envelope))).not.toContain('rattles');
  });

  it('CRM-16 several cars of one person are a link each; what one link answered the call asks no more', async () => {
    const first = await desk.delivers();
    const second = new Told(desk.service, desk.store.storeId);
    await second.delivered({ customerId: first.customerId, contactId: first.customerId });
    await desk.jump(1, '09:10');
    await desk.call(first.visitId, 'reached');
    await sent(first.visitId);
    expect((await post(await linkOf(second.visitId), levels({ welcome: 5 }))).status).toBe(200);
    expect(await of(FollowUpClosed, first.visitId)).toEqual([]);
    const followUp = await desk.followUp(first.visitId);
    const sheets = [{ visitId: first.visitId, answers: [{ question: 'welcome', level: 1 }] }];
    expect(await desk.move(`follow-ups/${followUp.followUpId}/sheets`, followUp, { sheets })).toMatchObject({ status: 200, body: { state: 'closed', outcome: 'case' } });
    expect(await of(SurveyAnswered, first.visitId)).toMatchObject([{ channel: 'call' }]);
    expect(await of(SurveyAnswered, second.visitId)).toMatchObject([{ channel: 'link' }]);
  });

  it('CRM-16 who is never dialled may get a link; answered, the follow-up stays what it was', async () => {
    const told = new Told(desk.service, desk.store.storeId);
    await told.introduced();
    const customer = `stores/${told.storeId}/customers/${told.customerId}`;
    const { body } = await desk.service.http(`GET /${customer}`, { as: desk.store.staff.advisor });
    expect(await desk.service.http(`POST /${customer}/consent`, { as: desk.store.staff.advisor, body: { purpose: 'service', channel: 'phone', allowed: false }, ifMatch: body.version })).toMatchObject({ status: 200 });
    await told.delivered();
    expect((await desk.followUp(told.visitId))).toMatchObject({ state: 'closed', outcome: 'do-not-call', allowed: ['send-link'] });
    expect((await post(await sent(told.visitId), levels())).status).toBe(200);
    expect(await desk.followUp(told.visitId)).toMatchObject({ state: 'closed', outcome: 'do-not-call', allowed: [] });
    expect(await of(FollowUpClosed, told.visitId)).toHaveLength(1);
    expect(await of(SurveyAnswered, told.visitId)).toMatchObject([{ channel: 'link' }]);
  });

  it('CRM-16 answered after the calls had failed: the data check stays, and reopens nothing', async () => {
    const told = await open();
    const path = await sent(told.visitId);
    await desk.call(told.visitId, 'wrong-number');
    expect(await send(told.visitId)).toMatchObject({ status: 409, body: { code: 'follow-up.link' } });
    expect((await post(path, levels())).status).toBe(200);
    const customer = `stores/${told.storeId}/customers/${told.customerId}`;
    const { body } = await desk.service.http(`GET /${customer}`, { as: desk.store.staff.advisor });
    expect(await desk.service.http(`POST /${customer}/change-contact`, { as: desk.store.staff.advisor, body: { phones: ['0912345111'] }, ifMatch: body.version })).toMatchObject({ status: 200 });
    const followUp = await desk.followUp(told.visitId);
    expect(followUp).toMatchObject({ state: 'failed' });
    expect(await desk.move(`follow-ups/${followUp.followUpId}/data-check`, followUp, { corrected: true }, 'advisor')).toMatchObject({ status: 200, body: { outcome: 'failed' } });
    expect(await desk.planned(told.visitId)).toHaveLength(1);
  });

  it('CRM-16 another store sends nothing, another role may not, an old version is refused, the same request is one link', async () => {
    const { visitId } = await open();
    const followUp = await desk.followUp(visitId);
    const { a, b } = desk.org;
    const door = (storeId: string, as: string, ifMatch: number) => desk.service.http(`POST /stores/${storeId}/follow-ups/${followUp.followUpId}/send-link`, { as, ifMatch, key: `link-${visitId}` });
    expect(await door(b.storeId, b.staff['crm-agent'], followUp.version)).toMatchObject({ status: 404 });
    expect(await door(a.storeId, b.staff['crm-agent'], followUp.version)).toMatchObject({ status: 404 });
    expect(await door(a.storeId, a.staff.advisor, followUp.version)).toMatchObject({ status: 403 });
    expect(await door(a.storeId, a.staff['crm-agent'], followUp.version - 1)).toMatchObject({ status: 412 });
    const links = async () => (await desk.service.rows(`select 1 from survey_link l join survey s on s.id = l.survey_id where s.visit_id = $1`, [visitId])).length;
    expect(await links()).toBe(0);
    expect(await door(a.storeId, a.staff['crm-supervisor'], followUp.version)).toMatchObject({ status: 200 });
    expect(await door(a.storeId, a.staff['crm-supervisor'], followUp.version)).toMatchObject({ status: 200, headers: { 'idempotency-replayed': 'true' } });
    expect(await links()).toBe(1);
  });

  it('CRM-16 whoever tries tokens is slowed down, with a page', async () => {
    const tries = await Promise.all(Array.from({ length: 40 }, (_, i) => desk.service.http(`GET /l/${'y'.repeat(42)}${i % 10}`, { headers: { 'x-forwarded-for': '10.2.0.1' } })));
    const slowed = tries.filter(({ status }) => status === 429);
    expect(slowed).toHaveLength(10);
    expect(slowed[0]!.headers['content-type']).toContain('text/html');
  });
});
