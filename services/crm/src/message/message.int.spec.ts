import { AppointmentReleased } from '@aftersales/contracts/reception/appointment';
import { ConsentAsked } from '@aftersales/contracts/reception/asked-by-link';
import { PromiseMoved, VisitReady } from '@aftersales/contracts/reception/visit';
import { readSettings } from '@aftersales/platform/config/config';
import { Database } from '@aftersales/platform/database/database';
import { v7 as uuidv7 } from 'uuid';
import { crmSettings } from '../crm.settings';
import { MessageDesk } from '../testing/message-desk';
import { Claiming } from './claiming.service';
import { MailGateway } from './mail.gateway';
import { Sender } from './message.sender';
import { Outcomes } from './outcomes.service';
import { SmsGateway } from './sms.gateway';

const hour = 3_600_000;

describe('message', () => {
  let desk: MessageDesk;

  beforeAll(async () => {
    desk = await MessageDesk.start();
  });
  afterAll(() => desk?.stop());

  it('CRM-24 a confirmation goes by SMS in the customer’s language with the store’s name, phone and link; its receipt makes it delivered; the link is forgotten', async () => {
    const car = await desk.customer({ language: 'zh-CN', email: 'a1@example.org', preferredChannel: 'email' });
    const { appointmentId, askId, link } = await desk.confirmation(car);
    const [sms] = await desk.far.arrived('sms', car.phone);
    expect(sms.text).toMatch(/^【Store A-01】您预约于 \d{4}-\d\d-\d\d \d\d:\d\d 进厂。/);
    expect(sms.text).toContain(link);
    expect(sms.text).toContain('+886255501001');
    await desk.reached(appointmentId, 'delivered');
    const row = await desk.messageAbout(appointmentId);
    expect(row).toMatchObject({ state: 'delivered', channel: 'sms', address: `•••${car.phone.slice(-3)}`, template: 'confirmation.zh-CN.1', reason: 'confirmation-due', attempts: 1, why: null });
    const { sent, failed } = await desk.saidAbout(appointmentId);
    expect(sent).toMatchObject([{ storeId: desk.org.a.storeId, data: { messageId: row.messageId, about: { thing: 'confirmation', id: appointmentId, askId }, channel: 'sms', customerId: car.customerId } }]);
    expect(failed).toEqual([]);
    const [kept] = await desk.service.rows(`select link, words from message where id = $1`, [row.messageId]);
    expect(JSON.stringify([kept, row])).not.toContain(link);
    expect(kept).toMatchObject({ link: null, words: expect.stringContaining('{link}') });
    expect(sms.text).not.toContain('王');
  });

  it('CRM-24 heard twice, also at once and under another id: sent once', async () => {
    const car = await desk.customer();
    const { tell, appointmentId, askId } = await desk.due(car);
    await Promise.all([tell(), tell()]);
    await desk.confirmation(car, { appointmentId, askId });
    await desk.sender.look();
    expect(await desk.far.arrived('sms', car.phone)).toMatchObject([{ duplicates: 0 }]);
    expect((await desk.saidAbout(appointmentId)).sent).toHaveLength(1);
    expect(await desk.service.rows(`select reason from dead_letter`)).toEqual([]);
  });

  it('CRM-24 two senders at once send twenty messages once each', async () => {
    const cars = await Promise.all(Array.from({ length: 20 }, () => desk.customer()));
    const parts = [Database, Claiming, Outcomes, SmsGateway, MailGateway].map((part) => desk.service.get(part as never)) as ConstructorParameters<typeof Sender>;
    const twin = new Sender(...parts);
    await desk.far.fault('sms', { mode: 'slow', ms: 20 });
    const asked = await Promise.all(cars.map((car) => desk.confirmation(car)));
    await Promise.all([desk.sender.look(), twin.look(), desk.sender.look(), twin.look()]);
    for (const car of cars) expect(await desk.far.arrived('sms', car.phone)).toMatchObject([{ duplicates: 0 }]);
    for (const { appointmentId } of asked) expect((await desk.saidAbout(appointmentId)).sent).toHaveLength(1);
  });

  it('CRM-24 ready, a moved promise (only when the desk leaves it to crm) and an apology (only for a booked slot that the store can not keep)', async () => {
    const car = await desk.customer({ language: 'en' });
    const soon = new Date((await desk.service.now()).getTime() + 5 * hour).toISOString();
    const [visitId, moved, phoned, sorry, cancelled] = [uuidv7(), uuidv7(), uuidv7(), uuidv7(), uuidv7()];
    const who = { customerId: car.customerId, vehicleId: car.vehicleId };
    const about = { storeId: desk.org.a.storeId, version: 4 };
    await desk.service.hear(VisitReady, { visitId, ...who, readyAt: (await desk.service.now()).toISOString() }, about);
    for (const [id, how] of [[moved, 'message'], [phoned, 'phone']] as const) await desk.service.hear(PromiseMoved, { visitId: id, ...who, promisedAt: soon, before: soon, cause: 'parts-late', toldAt: soon, how }, about);
    for (const [id, cause] of [[sorry, 'store-cannot'], [cancelled, 'cancelled']] as const) await desk.service.hear(AppointmentReleased, { appointmentId: id, round: 1, ...who, kind: 'repair', cause, detail: null, wasBooked: true, startsAt: soon }, about);
    await desk.sender.look();
    const texts = (await desk.far.arrived('sms', car.phone, 3)).map(({ text }) => text);
    expect(texts).toHaveLength(3);
    for (const words of ['we are very sorry', 'your car is done', 'your car will now']) expect(texts).toEqual(expect.arrayContaining([expect.stringContaining(words)]));
    expect(await Promise.all([visitId, moved, sorry].map(async (id) => (await desk.saidAbout(id)).sent.length))).toEqual([1, 1, 1]);
    expect(await Promise.all([phoned, cancelled].map(async (id) => (await desk.get(`messages?aboutId=${id}`)).body.messages.length))).toEqual([0, 0]);
  });

  it('REC-18 a consent link goes out with the time until which it can be answered', async () => {
    const car = await desk.customer({ language: 'en' });
    const [visitId, askId] = [uuidv7(), uuidv7()];
    const expiresAt = new Date((await desk.service.now()).getTime() + 4 * hour).toISOString();
    await desk.service.hear(ConsentAsked, { visitId, version: 2, askId, customerId: car.customerId, vehicleId: car.vehicleId, expiresAt }, { storeId: desk.org.a.storeId, sealed: { link: 'https://desk.example/l/c1' } });
    expect((await desk.far.arrived('sms', car.phone))[0].text).toMatch(/^Store A-01: there is work on your car that needs your yes or no by \d{4}-.*https:\/\/desk\.example\/l\/c1 /);
    await desk.sender.look();
    expect((await desk.saidAbout(visitId)).sent).toMatchObject([{ data: { about: { thing: 'consent', askId } } }]);
  });

  it('CRM-24 another store sees none of it, a technician neither', async () => {
    const { appointmentId } = await desk.confirmation(await desk.customer());
    const { messageId } = await desk.messageAbout(appointmentId);
    expect(await desk.get(`messages/${messageId}`)).toMatchObject({ status: 200 });
    expect(await desk.get(`messages/${messageId}`, desk.org.b.staff.advisor, desk.org.b)).toMatchObject({ status: 404 });
    expect(await desk.get(`messages/${messageId}`, desk.org.a.staff.technician)).toMatchObject({ status: 403 });
    expect((await desk.get(`messages?aboutId=${appointmentId}`, desk.org.b.staff.advisor, desk.org.b)).body.messages).toEqual([]);
  });

  it('CRM-24 a secret too short or an address of another protocol is refused before the start', () => {
    const read = readSettings({ ...desk.far.settings, AFTERSALES_SMS_SECRET: 'secret', AFTERSALES_SMTP_URL: 'http://x' }, crmSettings);
    expect('faults' in read && read.faults.filter((fault) => /SMS_SECRET|SMTP_URL/.test(fault))).toHaveLength(2);
  });

  it('CRM-24 what one sender is claiming another leaves alone', async () => {
    await desk.sender.onModuleDestroy(); // the desk's own would be a third
    const { appointmentId } = await desk.confirmation(await desk.customer());
    const { messageId } = await desk.messageAbout(appointmentId);
    const [database, claiming] = [desk.service.get(Database), desk.service.get(Claiming)];
    let other: Promise<unknown> | undefined;
    const mine = await database.acrossStores('one sender', async (tx) => {
      const letter = await claiming.claim(tx, messageId);
      let over = false;
      other = database.acrossStores('another', (theirs) => claiming.claim(theirs, messageId)).finally(() => (over = true));
      while (!over && (await desk.service.rows(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).length === 0);
      return letter;
    });
    expect([mine, await other]).toEqual([expect.objectContaining({ id: messageId }), null]);
  });
});
