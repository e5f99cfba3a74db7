import { createServer } from 'node:net';
import { once } from 'node:events';
import { MessageFailed, MessageSent } from '@aftersales/contracts/crm/message';
import { AppointmentReleased } from '@aftersales/contracts/reception/appointment';
import { ConfirmationDue, ConsentAsked } from '@aftersales/contracts/reception/asked-by-link';
import { PromiseMoved, VisitReady } from '@aftersales/contracts/reception/visit';
import { TestOrganisation } from '@aftersales/directory/testing/organisation';
import { Database } from '@aftersales/platform/database/database';
import { readSettings } from '@aftersales/platform/config/config';
import { TestService } from '@aftersales/platform/testing/test-service';
import { v7 as uuidv7 } from 'uuid';
import { CrmModule } from '../crm.module';
import { crmSettings } from '../crm.settings';
import { FarEnds } from '../testing/far-ends';
import { Told } from '../testing/told';
import { Claiming } from './claiming.service';
import { MailGateway } from './mail.gateway';
import { Sender } from './message.sender';
import { Outcomes } from './outcomes.service';
import { SmsGateway } from './sms.gateway';
import { signed } from './webhook.signature';

const hour = 3_600_000;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}

describe('message', () => {
  let far: FarEnds;
  let service: TestService;
  let org: TestOrganisation;
  let sender: Sender;

  beforeAll(async () => {
    const port = await freePort();
    far = await FarEnds.start(`http://127.0.0.1:${port}/callbacks/sms`);
    service = await TestService.start({ name: 'crm', module: CrmModule, settings: crmSettings }, far.settings);
    org = await TestOrganisation.publish(service);
    await service.built.app.listen(port, '127.0.0.1');
    sender = service.get(Sender);
  });
  afterAll(async () => {
    await service?.stop();
    await far?.stop();
  });
  afterEach(async () => {
    await far.fault('sms', { mode: 'none' });
    await far.fault('mail', { mode: 'none' });
    await org.policy('message.retry', { attempts: 5, firstWaitSeconds: 30 });
  });

  const get = (path: string, as = org.a.staff.advisor, store = org.a) => service.http(`GET /stores/${store.storeId}/${path}`, { as });
  const messageAbout = async (id: string) => (await get(`messages?aboutId=${id}`)).body.messages[0];
  const saidAbout = async (id: string) => ({
    sent: (await service.said(MessageSent)).filter(({ data }) => data.about.id === id),
    failed: (await service.said(MessageFailed)).filter(({ data }) => data.about.id === id),
  });
  /** As if its wait, or the lease of a sender that died, were over. */
  const waited = async (aboutId: string) => {
    await service.rows(`update message set try_at = now() - interval '1 second' where about_id = $1`, [aboutId]);
    await sender.look();
  };
  const customer = async (sealed: object = {}) => {
    const car = new Told(service, org.a.storeId);
    await car.introduced({}, sealed);
    return car;
  };
  const due = async (car: Told, { appointmentId = uuidv7(), askId = uuidv7(), id = uuidv7() } = {}) => {
    const link = `https://desk.example/l/${askId}`;
    const at = new Date((await service.now()).getTime() + hour).toISOString();
    const data = { appointmentId, round: 1, askId, customerId: car.customerId, vehicleId: car.vehicleId, kind: 'maintenance' as const, startsAt: at, expiresAt: at };
    const tell = () => service.hear(ConfirmationDue, data, { storeId: org.a.storeId, id, sealed: { link } });
    return { appointmentId, askId, link, at, tell };
  };
  const confirmation = async (car: Told, options: Parameters<typeof due>[1] = {}) => {
    const asked = await due(car, options);
    await asked.tell();
    return asked;
  };

  describe('goes out', () => {
    it('CRM-24 a confirmation goes by SMS in the customer’s language with the store’s name, phone and link; its receipt makes it delivered; the link is forgotten', async () => {
      const car = await customer({ language: 'zh-CN', email: 'a1@example.org', preferredChannel: 'email' });
      const { appointmentId, askId, link } = await confirmation(car);
      const [sms] = await far.arrived('sms', car.phone);
      expect(sms.text).toMatch(/^【Store A-01】您预约于 \d{4}-\d\d-\d\d \d\d:\d\d 进厂。/);
      expect(sms.text).toContain(link);
      expect(sms.text).toContain('+886255501001');
      for (let i = 0; i < 50 && (await messageAbout(appointmentId)).state !== 'delivered'; i++) await new Promise((go) => setTimeout(go, 100)); // the receipt comes over the wire
      const row = await messageAbout(appointmentId);
      expect(row).toMatchObject({ state: 'delivered', channel: 'sms', address: `•••${car.phone.slice(-3)}`, template: 'confirmation.zh-CN.1', reason: 'confirmation-due', attempts: 1, why: null });
      const { sent, failed } = await saidAbout(appointmentId);
      expect(sent).toMatchObject([{ storeId: org.a.storeId, data: { messageId: row.messageId, about: { thing: 'confirmation', id: appointmentId, askId }, channel: 'sms', customerId: car.customerId } }]);
      expect(failed).toEqual([]);
      const [kept] = await service.rows(`select link, words from message where id = $1`, [row.messageId]);
      expect(JSON.stringify([kept, row])).not.toContain(link);
      expect(kept).toMatchObject({ link: null, words: expect.stringContaining('{link}') });
      expect(sms.text).not.toContain('王');
    });

    it('CRM-24 heard twice, also at once and under another id: sent once', async () => {
      const car = await customer();
      const { tell, appointmentId, askId } = await due(car);
      await Promise.all([tell(), tell()]);
      await confirmation(car, { appointmentId, askId });
      await sender.look();
      expect(await far.arrived('sms', car.phone)).toMatchObject([{ duplicates: 0 }]);
      expect((await saidAbout(appointmentId)).sent).toHaveLength(1);
      expect(await service.rows(`select reason from dead_letter`)).toEqual([]);
    });

    it('CRM-24 two senders at once send twenty messages once each', async () => {
      const cars = await Promise.all(Array.from({ length: 20 }, () => customer()));
      const parts = [Database, Claiming, Outcomes, SmsGateway, MailGateway].map((part) => service.get(part as never)) as ConstructorParameters<typeof Sender>;
      const twin = new Sender(...parts);
      await far.fault('sms', { mode: 'slow', ms: 20 });
      const asked = await Promise.all(cars.map((car) => confirmation(car)));
      await Promise.all([sender.look(), twin.look(), sender.look(), twin.look()]);
      for (const car of cars) expect(await far.arrived('sms', car.phone)).toMatchObject([{ duplicates: 0 }]);
      for (const { appointmentId } of asked) expect((await saidAbout(appointmentId)).sent).toHaveLength(1);
    });

    it('CRM-24 ready, a moved promise (only when the desk leaves it to crm) and an apology (only for a booked slot that the store can not keep)', async () => {
      const car = await customer({ language: 'en' });
      const soon = new Date((await service.now()).getTime() + 5 * hour).toISOString();
      const [visitId, moved, phoned, sorry, cancelled] = [uuidv7(), uuidv7(), uuidv7(), uuidv7(), uuidv7()];
      const who = { customerId: car.customerId, vehicleId: car.vehicleId };
      const about = { storeId: org.a.storeId, version: 4 };
      await service.hear(VisitReady, { visitId, ...who, readyAt: (await service.now()).toISOString() }, about);
      for (const [id, how] of [[moved, 'message'], [phoned, 'phone']] as const) await service.hear(PromiseMoved, { visitId: id, ...who, promisedAt: soon, before: soon, cause: 'parts-late', toldAt: soon, how }, about);
      for (const [id, cause] of [[sorry, 'store-cannot'], [cancelled, 'cancelled']] as const) await service.hear(AppointmentReleased, { appointmentId: id, round: 1, ...who, kind: 'repair', cause, detail: null, wasBooked: true, startsAt: soon }, about);
      await sender.look();
      const texts = (await far.arrived('sms', car.phone, 3)).map(({ text }) => text);
      expect(texts).toHaveLength(3);
      for (const words of ['we are very sorry', 'your car is done', 'your car will now']) expect(texts).toEqual(expect.arrayContaining([expect.stringContaining(words)]));
      expect(await Promise.all([visitId, moved, sorry].map(async (id) => (await saidAbout(id)).sent.length))).toEqual([1, 1, 1]);
      expect(await Promise.all([phoned, cancelled].map(async (id) => (await get(`messages?aboutId=${id}`)).body.messages.length))).toEqual([0, 0]);
    });

    it('REC-18 a consent link goes out with the time until which it can be answered', async () => {
      const car = await customer({ language: 'en' });
      const [visitId, askId] = [uuidv7(), uuidv7()];
      const expiresAt = new Date((await service.now()).getTime() + 4 * hour).toISOString();
      await service.hear(ConsentAsked, { visitId, version: 2, askId, customerId: car.customerId, vehicleId: car.vehicleId, expiresAt }, { storeId: org.a.storeId, sealed: { link: 'https://desk.example/l/c1' } });
      expect((await far.arrived('sms', car.phone))[0].text).toMatch(/^Store A-01: there is work on your car that needs your yes or no by \d{4}-.*https:\/\/desk\.example\/l\/c1 /);
      await sender.look();
      expect((await saidAbout(visitId)).sent).toMatchObject([{ data: { about: { thing: 'consent', askId } } }]);
    });
  });

  describe('meets a gateway in trouble', () => {
    it('CRM-24 refused for now, it is tried again after the policy’s wait, doubled, and sent once', async () => {
      await far.fault('sms', { mode: 'reject', count: 2 });
      const car = await customer();
      const { appointmentId, askId } = await confirmation(car);
      await sender.look();
      const wait = async () => (await service.rows(`select extract(epoch from try_at - now()) as seconds, link from message where about_id = $1`, [appointmentId]))[0]!;
      expect(await messageAbout(appointmentId)).toMatchObject({ state: 'queued', attempts: 1 });
      expect(Number((await wait()).seconds)).toBeGreaterThan(20);
      expect((await wait()).link).toContain(askId);
      await waited(appointmentId);
      expect(Number((await wait()).seconds)).toBeGreaterThan(50);
      await waited(appointmentId);
      expect(await far.hits('sms')).toBe(2);
      expect(await far.arrived('sms', car.phone)).toMatchObject([{ duplicates: 0 }]);
      expect((await saidAbout(appointmentId)).sent).toHaveLength(1);
    });

    it('CRM-24 the gateway fails after sending: sent again under the same id, so once', async () => {
      await far.fault('sms', { mode: 'fail-after-accept', count: 1 });
      const car = await customer();
      const { appointmentId } = await confirmation(car);
      await sender.look();
      await waited(appointmentId);
      expect(await far.hits('sms')).toBe(1);
      expect((await far.arrived('sms', car.phone)).length).toBe(1);
      expect((await saidAbout(appointmentId)).sent).toHaveLength(1);
    });

    it('CRM-24 the mail server fails after taking a letter: not before the lease is over, and the same letter by its Message-ID', async () => {
      await far.fault('mail', { mode: 'fail-after-accept', count: 1 });
      const address = `${uuidv7()}@example.org`;
      const car = await customer({ email: address, phones: [] });
      const { appointmentId, link } = await confirmation(car);
      await sender.look();
      const [{ seconds }] = (await service.rows(`select extract(epoch from try_at - now()) as seconds from message where about_id = $1`, [appointmentId])) as [{ seconds: string }];
      expect(Number(seconds)).toBeGreaterThan(50);
      await waited(appointmentId);
      const letters = await far.arrived('mail', address, 2);
      expect(letters).toHaveLength(2);
      expect(new Set(letters.map(({ headers }) => headers['message-id'])).size).toBe(1);
      expect(letters[0]).toMatchObject({ subject: '預約確認', from: 'service@aftersales.example', text: expect.stringContaining(link) });
      expect((await saidAbout(appointmentId)).sent).toMatchObject([{ data: { channel: 'email' } }]);
    });

    it('CRM-24 given up after the policy’s tries; the policy changes the next message, not the running one', async () => {
      await org.policy('message.retry', { attempts: 2, firstWaitSeconds: 1 });
      await far.fault('sms', { mode: 'reject' });
      const running = await confirmation(await customer());
      await org.policy('message.retry', { attempts: 1, firstWaitSeconds: 1 });
      const later = await confirmation(await customer());
      await sender.look();
      expect([await messageAbout(running.appointmentId), await messageAbout(later.appointmentId)]).toMatchObject([{ state: 'queued', attempts: 1 }, { state: 'failed', why: 'given-up', attempts: 1 }]);
      await waited(running.appointmentId);
      expect(await messageAbout(running.appointmentId)).toMatchObject({ state: 'failed', why: 'given-up', attempts: 2 });
      expect((await saidAbout(running.appointmentId)).failed).toMatchObject([{ data: { reason: 'given-up', channel: 'sms' } }]);
      expect(await service.rows(`select 1 from message where about_id = $1 and link is not null`, [running.appointmentId])).toEqual([]);
    });

    it('CRM-24 what the gateway refuses for good is not tried again', async () => {
      await far.fault('sms', { mode: 'reject', status: 422 });
      const { appointmentId } = await confirmation(await customer());
      await sender.look();
      expect(await messageAbout(appointmentId)).toMatchObject({ state: 'failed', why: 'gateway-refused', attempts: 1 });
      expect((await saidAbout(appointmentId)).failed).toMatchObject([{ data: { reason: 'gateway-refused', about: { thing: 'confirmation' } } }]);
    });

    it('TIM-3 a sender that dies between its claim and the gateway: claimed again after the lease, sent once; its late word changes nothing', async () => {
      const car = await customer();
      await far.fault('sms', { mode: 'reject', count: 1 });
      const { appointmentId } = await confirmation(car);
      await sender.look();
      const { messageId } = await messageAbout(appointmentId);
      await service.rows(`update message set try_at = now() - interval '1 second' where id = $1`, [messageId]);
      const database = service.get(Database);
      const dead = await database.acrossStores('a sender that dies', (tx) => service.get(Claiming).claim(tx, messageId));
      if (!dead) return; // the poll of the living one was faster: it is sent all the same
      await sender.look();
      expect(await messageAbout(appointmentId)).toMatchObject({ state: 'sending', attempts: 2 });
      await waited(appointmentId);
      expect(await far.arrived('sms', car.phone)).toMatchObject([{ duplicates: 0 }]);
      await database.acrossStores('thawed', (tx) => service.get(Outcomes).tried(tx, messageId, dead.attempt, 'failed'));
      await database.acrossStores('thawed', (tx) => service.get(Outcomes).tried(tx, messageId, dead.attempt, 'taken'));
      expect(['sent', 'delivered']).toContain((await messageAbout(appointmentId)).state);
      expect((await saidAbout(appointmentId)).sent).toHaveLength(1);
    });
  });

  describe('does not go out', () => {
    const consent = async (car: Told, body: object) => {
      const path = `customers/${car.customerId}`;
      expect((await service.http(`POST /stores/${org.a.storeId}/${path}/consent`, { as: org.a.staff.advisor, body, ifMatch: (await get(path)).etag! })).status).toBe(200);
    };

    it('CRM-2 a channel that the customer refused is not used; the other one is; without any it says why', async () => {
      const address = `${uuidv7()}@example.org`;
      const car = await customer({ email: address });
      await consent(car, { purpose: 'service', channel: 'sms', allowed: false });
      await confirmation(car);
      expect(await far.arrived('mail', address)).toHaveLength(1);
      await consent(car, { purpose: 'service', channel: 'email', allowed: false });
      const { appointmentId, askId } = await confirmation(car);
      await sender.look();
      expect(await messageAbout(appointmentId)).toMatchObject({ state: 'not-sent', why: 'no-consent', channel: null, words: null });
      expect((await saidAbout(appointmentId)).failed).toMatchObject([{ data: { reason: 'no-consent', channel: 'none', about: { askId } } }]);
      expect(await far.arrived('sms', car.phone, 0)).toEqual([]);
    });

    it('CRM-2 do-not-call and refused marketing stop no service message', async () => {
      const car = await customer();
      await consent(car, { purpose: 'marketing', channel: 'sms', allowed: false });
      const path = `/stores/${org.a.storeId}/customers/${car.customerId}`;
      await service.http(`POST ${path}/change-contact`, { as: org.a.staff.advisor, body: { doNotCall: true }, ifMatch: (await service.http(`GET ${path}`, { as: org.a.staff.advisor })).etag! });
      await confirmation(car);
      expect(await far.arrived('sms', car.phone)).toHaveLength(1);
    });

    it('CRM-24 no mobile number and no e-mail: the desk is told at once', async () => {
      const { appointmentId } = await confirmation(await customer({ phones: ['02-5550-1001'] }));
      await sender.look();
      expect((await saidAbout(appointmentId)).failed).toMatchObject([{ data: { reason: 'no-channel' } }]);
    });

    it('CRM-24 a customer not known here yet: it waits for the introduction on the other topic, but not for long', async () => {
      const [car, never] = [new Told(service, org.a.storeId), new Told(service, org.a.storeId)];
      const [{ appointmentId }, lost] = [await confirmation(car), await confirmation(never)];
      await sender.look();
      expect(await messageAbout(appointmentId)).toMatchObject({ state: 'queued', attempts: 0 });
      await car.introduced();
      await waited(appointmentId);
      expect(await far.arrived('sms', car.phone)).toHaveLength(1);
      await service.rows(`update message set written_at = now() - interval '3 minutes' where about_id = $1`, [lost.appointmentId]);
      await waited(lost.appointmentId);
      expect((await saidAbout(lost.appointmentId)).failed).toMatchObject([{ data: { reason: 'no-channel' } }]);
    });

    it('CRM-24 a merged customer is reached by the file that is kept', async () => {
      const [kept, other] = [await customer(), new Told(service, org.a.storeId)];
      await other.introduced({ vin: kept.vin }, { phones: [kept.phone] });
      await confirmation(other);
      expect(await far.arrived('sms', kept.phone)).toHaveLength(1);
      expect((await get(`messages?customerId=${kept.customerId}`)).body.messages).toHaveLength(1);
    });

    it('TIM-4 after an outage longer than the message’s life it is not sent late', async () => {
      await far.fault('sms', { mode: 'reject' });
      const [tried, untried] = [await confirmation(await customer()), await due(new Told(service, org.a.storeId))];
      await untried.tell();
      await sender.look();
      await service.jump(2 * hour);
      await far.fault('sms', { mode: 'none' });
      for (const { appointmentId } of [tried, untried]) await waited(appointmentId);
      expect([await messageAbout(tried.appointmentId), await messageAbout(untried.appointmentId)]).toMatchObject([{ state: 'failed', why: 'expired' }, { state: 'not-sent', why: 'expired' }]);
      expect((await saidAbout(tried.appointmentId)).failed).toHaveLength(1);
    });
  });

  describe('hears receipts', () => {
    const receipt = (body: string, headers: Record<string, string>) =>
      service.built.app.inject({ method: 'POST', url: '/callbacks/sms', payload: body, headers: { 'content-type': 'application/json', ...headers } });
    const genuine = (data: object, at = Date.now()) => {
      const body = JSON.stringify(data);
      return receipt(body, signed(far.settings['AFTERSALES_SMS_SECRET']!, uuidv7(), body, at));
    };

    it('CRM-24 unsigned, altered, old: 401 and nothing changed; no receipt: 400; unknown: taken', async () => {
      const body = JSON.stringify({ id: uuidv7(), state: 'delivered' });
      const secret = far.settings['AFTERSALES_SMS_SECRET']!;
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
      const car = await customer();
      const { appointmentId } = await due(car).then(async (asked) => (await far.fault('sms', { mode: 'reject', count: 1 }), await asked.tell(), asked));
      await sender.look();
      const { messageId } = await messageAbout(appointmentId);
      await service.rows(`update message set state = 'sending' where id = $1`, [messageId]);
      const codes = await Promise.all([genuine({ id: messageId, state: 'delivered' }), genuine({ id: messageId, state: 'delivered' })]);
      expect(codes.map(({ statusCode }) => statusCode)).toEqual([204, 204]);
      await service.get(Database).acrossStores('late answer', (tx) => service.get(Outcomes).tried(tx, messageId, 1, 'taken'));
      await genuine({ id: messageId, state: 'failed' });
      expect(await messageAbout(appointmentId)).toMatchObject({ state: 'delivered' });
      expect(await saidAbout(appointmentId)).toMatchObject({ sent: [{}], failed: [] });
    });

    it('CRM-24 what the gateway could not deliver has failed: the desk is told', async () => {
      await far.fault('sms', { mode: 'undelivered', count: 1 });
      const { appointmentId } = await confirmation(await customer());
      for (let i = 0; i < 50 && (await saidAbout(appointmentId)).failed.length === 0; i++) await new Promise((go) => setTimeout(go, 100));
      expect(await messageAbout(appointmentId)).toMatchObject({ state: 'failed', why: 'undelivered' });
      expect((await saidAbout(appointmentId)).failed).toMatchObject([{ data: { reason: 'undelivered' } }]);
    });
  });

  it('CRM-24 another store sees none of it, a technician neither', async () => {
    const { appointmentId } = await confirmation(await customer());
    const { messageId } = await messageAbout(appointmentId);
    expect(await get(`messages/${messageId}`)).toMatchObject({ status: 200 });
    expect(await get(`messages/${messageId}`, org.b.staff.advisor, org.b)).toMatchObject({ status: 404 });
    expect(await get(`messages/${messageId}`, org.a.staff.technician)).toMatchObject({ status: 403 });
    expect((await get(`messages?aboutId=${appointmentId}`, org.b.staff.advisor, org.b)).body.messages).toEqual([]);
  });

  it('CRM-24 a secret too short or an address of another protocol is refused before the start', () => {
    const read = readSettings({ ...far.settings, AFTERSALES_SMS_SECRET: 'secret', AFTERSALES_SMTP_URL: 'http://x' }, crmSettings);
    expect('faults' in read && read.faults.filter((fault) => /SMS_SECRET|SMTP_URL/.test(fault))).toHaveLength(2);
  });
});
