import { Database } from '@aftersales/platform/database/database';
import { v7 as uuidv7 } from 'uuid';
import { MessageDesk } from '../testing/message-desk';
import { Outcomes } from './outcomes.service';
import { signed } from './webhook.signature';

describe('a receipt', () => {
  let desk: MessageDesk;

  beforeAll(async () => {
    desk = await MessageDesk.start();
  });
  afterAll(() => desk?.stop());
  afterEach(() => desk.noFaults());

  const receipt = (body: string, headers: Record<string, string>) =>
    desk.service.built.app.inject({ method: 'POST', url: '/callbacks/sms', payload: body, headers: { 'content-type': 'application/json', ...headers } });
  const genuine = (data: object, at = Date.now()) => {
    const body = JSON.stringify(data);
    return receipt(body, signed(desk.far.settings['AFTERSALES_SMS_SECRET']!, uuidv7(), body, at));
  };

  it('CRM-24 unsigned, altered, old: 401 and nothing changed; no receipt: 400; unknown: taken', async () => {
    const body = JSON.stringify({ id: uuidv7(), state: 'delivered' });
    const secret = desk.far.settings['AFTERSALES_SMS_SECRET']!;
    expect((await receipt(body, {})).statusCode).toBe(401);
    expect((await receipt(`${body} `, signed(secret, 'r-1', body, Date.now()))).statusCode).toBe(401);
    expect((await receipt(body, signed('whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=', 'r-1', body, Date.now()))).statusCode).toBe(401);
    expect((await receipt(body, signed(secret, 'r-1', body, Date.now() - 301_000))).statusCode).toBe(401);
    const problem = await receipt('{', signed(secret, 'r-1', '{', Date.now()));
    expect([problem.statusCode, problem.headers['content-type']]).toEqual([400, expect.stringContaining('application/problem+json')]);
    expect((await genuine({ id: 'x' })).statusCode).toBe(400);
    expect((await receipt(body, signed(secret, 'r-1', body, Date.now()))).statusCode).toBe(204);
    expect((await receipt('x'.repeat(20_000), {})).statusCode).toBe(413);
  });

  it('CRM-24 earlier than the gateway’s answer, doubled and late: said sent once', async () => {
    const car = await desk.customer();
    const { appointmentId } = await desk.due(car).then(async (asked) => (await desk.far.fault('sms', { mode: 'reject', count: 1 }), await asked.tell(), asked));
    await desk.sender.look();
    const { messageId } = await desk.messageAbout(appointmentId);
    await desk.service.rows(`update message set state = 'sending' where id = $1`, [messageId]);
    const codes = await Promise.all([genuine({ id: messageId, state: 'delivered' }), genuine({ id: messageId, state: 'delivered' })]);
    expect(codes.map(({ statusCode }) => statusCode)).toEqual([204, 204]);
    await desk.service.get(Database).acrossStores('late answer', (tx) => desk.service.get(Outcomes).tried(tx, messageId, 1, 'taken'));
    await genuine({ id: messageId, state: 'failed' });
    expect(await desk.messageAbout(appointmentId)).toMatchObject({ state: 'delivered' });
    expect(await desk.saidAbout(appointmentId)).toMatchObject({ sent: [{}], failed: [] });
  });

  it('CRM-24 what the gateway could not deliver has failed: the desk is told', async () => {
    await desk.far.fault('sms', { mode: 'undelivered', count: 1 });
    const { appointmentId } = await desk.confirmation(await desk.customer());
    await desk.reached(appointmentId, 'failed');
    expect(await desk.messageAbout(appointmentId)).toMatchObject({ state: 'failed', why: 'undelivered' });
    expect((await desk.saidAbout(appointmentId)).failed).toMatchObject([{ data: { reason: 'undelivered' } }]);
  });
});
