import { MessageDesk } from '../testing/message-desk';

describe('a survey’s link on its way', () => {
  let desk: MessageDesk;
  beforeAll(async () => void (desk = await MessageDesk.start()));
  afterAll(() => desk?.stop());

  it('CRM-16 the customer gets it from his store, and what he gets opens the questionnaire in his language', async () => {
    const agent = desk.org.a.staff['crm-agent'];
    const car = await desk.customer({ language: 'zh-CN' });
    await car.delivered();
    const followUp = (await desk.get('follow-ups', agent)).body.items.find((item: { visitId: string }) => item.visitId === car.visitId);
    expect(await desk.service.http(`POST /stores/${desk.org.a.storeId}/follow-ups/${followUp.followUpId}/send-link`, { as: agent, ifMatch: followUp.version })).toMatchObject({ status: 200 });
    const [{ text }] = await desk.far.arrived('sms', car.phone);
    expect(text).toContain('【Store A-01】感谢您的光临');
    const page = await desk.service.http(`GET ${new URL(text.match(/http\S+/)[0]).pathname as '/l/'}`);
    expect(page.status).toBe(200);
    expect(page.body).toContain('您对维修质量的满意程度?');
    expect(page.body).toContain('非常不满意');
  });
});
