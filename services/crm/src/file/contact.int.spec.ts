import { ConsentChanged } from '@aftersales/contracts/crm/consent';
import { TestOrganisation } from '@aftersales/directory/testing/organisation';
import { TestService } from '@aftersales/platform/testing/test-service';
import { v7 as uuidv7 } from 'uuid';
import { CrmModule } from '../crm.module';
import { crmSettings } from '../crm.settings';
import { nowhere } from '../testing/environment';

describe('contact', () => {
  let service: TestService;
  let org: TestOrganisation;

  beforeAll(async () => {
    service = await TestService.start({ name: 'crm', module: CrmModule, settings: crmSettings }, nowhere);
    org = await TestOrganisation.publish(service);
  });
  afterAll(() => service?.stop());

  const get = (path: string, as = org.a.staff.advisor, store = org.a) => service.http(`GET /stores/${store.storeId}/${path}`, { as });
  const post = (path: string, body: object, more: object = {}) => service.http(`POST /stores/${org.a.storeId}/${path}`, { as: org.a.staff.advisor, body, ...more });
  const open = async (body: object = {}) => (await post('customers', { name: '林美', phones: ['0912 000 001', '02-5550-1001'], email: 'mei@example.org', ...body })).body;

  it('CRM-2 several numbers, window, channel, language; masked in every answer', async () => {
    const made = await post('customers', { name: '林美', phones: ['0912 000 001', '02-5550-1001'], email: 'mei@example.org', address: '某路1號', language: 'zh-TW', preferredChannel: 'sms', preferredWindow: { from: '18:00', to: '20:00' } });
    expect(made).toMatchObject({ status: 201, body: { name: '林••', phones: [{ number: '•••001', kind: 'mobile' }, { number: '•••001', kind: 'landline' }], email: 'm•••@example.org', hasAddress: true, preferredWindow: { from: '18:00', to: '20:00' } } });
    expect(JSON.stringify(made.body) + JSON.stringify((await get(`customers/${made.body.customerId}`, org.b.staff.advisor, org.b)).body)).not.toMatch(/林美|912000001|某路/);
    expect((await get('customers?phone=0912000001')).body.customers.length).toBeGreaterThan(0);
    expect((await get('customers?phone=nothing')).body.customers).toEqual([]);
    expect(await post('customers', { name: '林美', phones: ['call me'] })).toMatchObject({ status: 422, body: { errors: [{ pointer: '/phones/0' }] } });
    expect(await post('customers', { name: '林美', phones: [], vip: true })).toMatchObject({ status: 422 });
  });

  it('CRM-2 consent per purpose and channel is said once per change; an old version is refused', async () => {
    const { customerId } = await open();
    const consent = (body: object, ifMatch: number) => post(`customers/${customerId}/consent`, body, { ifMatch });
    const marketing = { purpose: 'marketing', channel: 'email', allowed: true };
    const first = await Promise.all([consent(marketing, 1), consent(marketing, 1)]);
    expect(first.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect((await consent(marketing, 2)).body).toMatchObject({ version: 2 });
    expect((await consent({ ...marketing, allowed: false }, 2)).body).toMatchObject({ version: 3, consents: [{ purpose: 'marketing', channel: 'email', allowed: false }] });
    expect((await service.said(ConsentChanged)).filter(({ data }) => data.customerId === customerId).map(({ data }) => data.allowed)).toEqual([true, false]);
    await post(`customers/${customerId}/change-contact`, { doNotCall: true }, { ifMatch: 3 });
    expect((await service.said(ConsentChanged)).at(-1)!.data).toMatchObject({ customerId, purpose: 'service', channel: 'phone', allowed: false, doNotCall: true });
  });

  it('CRM-2 unmasking needs a reason, is noted once a look, limited by policy, and its answer is kept nowhere', async () => {
    const { customerId } = await open();
    const agent = org.a.staff['crm-agent'];
    const look = (id: string, body: object = { reason: 'call back' }, of = customerId) => service.http(`PUT /stores/${org.a.storeId}/customers/${of}/unmaskings/${id}`, { as: agent, body });
    const id = uuidv7();
    await org.policy('contact.unmask', { perPersonAndHour: 2 });
    expect(await look(id, {})).toMatchObject({ status: 422 });
    const twice = await Promise.all([look(id), look(id)]);
    expect(twice).toMatchObject([{ status: 200, body: { name: '林美', phones: [{ number: '+886912000001' }, {}] } }, { status: 200 }]);
    expect(await look(id, { reason: 'x' }, (await open()).customerId)).toMatchObject({ status: 409, body: { code: 'file.look-reused' } });
    expect((await look(uuidv7())).status).toBe(200);
    expect(await look(uuidv7())).toMatchObject({ status: 409, body: { code: 'file.unmask-limit' } });
    expect(await service.rows(`select reason, staff_id from unmasking where customer_id = $1`, [customerId])).toEqual([{ reason: 'call back', staff_id: agent }, { reason: 'call back', staff_id: agent }]);
    expect(await service.rows(`select 1 from idempotency where answer like '%林美%'`)).toEqual([]);
    await org.policy('contact.unmask', { perPersonAndHour: 3 });
    expect((await look(uuidv7())).status).toBe(200);
    await service.jump(3_600_001);
    expect((await look(uuidv7())).status).toBe(200);
  });

  it('CRM-2 so many names an hour are the person’s, from whatever store of theirs they look', async () => {
    const { customerId } = await open();
    const person = uuidv7();
    await org.person(person, [{ role: 'crm-agent', storeId: org.a.storeId }, { role: 'crm-agent', storeId: org.b.storeId }]);
    await org.policy('contact.unmask', { perPersonAndHour: 2 });
    const look = (store = org.a) => service.http(`PUT /stores/${store.storeId}/customers/${customerId}/unmaskings/${uuidv7()}`, { as: person, body: { reason: 'call back' } });
    expect(await look()).toMatchObject({ status: 200 });
    expect(await look(org.b)).toMatchObject({ status: 200 });
    for (const store of [org.a, org.b]) expect(await look(store)).toMatchObject({ status: 409, body: { code: 'file.unmask-limit' } });
  });
});
