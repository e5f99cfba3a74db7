import { Database } from '@aftersales/platform/database/database';
import { v7 as uuidv7 } from 'uuid';
import { MessageDesk } from '../testing/message-desk';
import { Claiming } from './claiming.service';
import { Outcomes } from './outcomes.service';

describe('a gateway in trouble', () => {
  let desk: MessageDesk;

  beforeAll(async () => {
    desk = await MessageDesk.start();
  });
  afterAll(() => desk?.stop());
  afterEach(async () => {
    await desk.noFaults();
    await desk.org.policy('message.retry', { attempts: 5, firstWaitSeconds: 30 });
  });

  it('CRM-24 refused for now, it is tried again after the policy’s wait, doubled, and sent once', async () => {
    await desk.far.fault('sms', { mode: 'reject', count: 2 });
    const car = await desk.customer();
    const { appointmentId, askId } = await desk.confirmation(car);
    await desk.sender.look();
    const wait = async () => (await desk.service.rows(`select extract(epoch from try_at - now()) as seconds, link from message where about_id = $1`, [appointmentId]))[0]!;
    expect(await desk.messageAbout(appointmentId)).toMatchObject({ state: 'queued', attempts: 1 });
    expect(Number((await wait()).seconds)).toBeGreaterThan(20);
    expect((await wait()).link).toContain(askId);
    await desk.waited(appointmentId);
    expect(Number((await wait()).seconds)).toBeGreaterThan(50);
    await desk.waited(appointmentId);
    expect(await desk.far.hits('sms')).toBe(2);
    expect(await desk.far.arrived('sms', car.phone)).toMatchObject([{ duplicates: 0 }]);
    expect((await desk.saidAbout(appointmentId)).sent).toHaveLength(1);
  });

  it('CRM-24 while a gateway takes its time the claim is committed and no transaction is open', async () => {
    await desk.far.fault('sms', { mode: 'slow', ms: 4_000 });
    const { appointmentId } = await desk.confirmation(await desk.customer());
    const sent = desk.sender.look();
    while ((await desk.far.hits('sms')) === 0);
    const look = async () => (await desk.service.rows(`select (select state from message where about_id = $1), (select count(*)::int from pg_stat_activity where datname = current_database() and state like 'idle in transaction%') as open`, [appointmentId]))[0]!;
    const { state } = await look();
    let { open } = await look();
    for (const end = Date.now() + 1_000; open > 0 && Date.now() < end; ) ({ open } = await look()); // others come and go; one that waits for the gateway stays
    await sent;
    expect(['sending', 'delivered']).toContain(state); // the phone's report may be quicker than the gateway's answer
    expect(open).toBe(0);
  });

  it('CRM-24 the gateway fails after sending: sent again under the same id, so once', async () => {
    await desk.far.fault('sms', { mode: 'fail-after-accept', count: 1 });
    const car = await desk.customer();
    const { appointmentId } = await desk.confirmation(car);
    await desk.sender.look();
    await desk.waited(appointmentId);
    expect(await desk.far.hits('sms')).toBe(1);
    expect((await desk.far.arrived('sms', car.phone)).length).toBe(1);
    expect((await desk.saidAbout(appointmentId)).sent).toHaveLength(1);
  });

  it('CRM-24 the mail server fails after taking a letter: not before the lease is over, and the same letter by its Message-ID', async () => {
    await desk.far.fault('mail', { mode: 'fail-after-accept', count: 1 });
    const address = `${uuidv7()}@example.org`;
    const car = await desk.customer({ email: address, phones: [] });
    const { appointmentId, link } = await desk.confirmation(car);
    await desk.sender.look();
    const [{ seconds }] = (await desk.service.rows(`select extract(epoch from try_at - now()) as seconds from message where about_id = $1`, [appointmentId])) as [{ seconds: string }];
    expect(Number(seconds)).toBeGreaterThan(50);
    await desk.waited(appointmentId);
    const letters = await desk.far.arrived('mail', address, 2);
    expect(letters).toHaveLength(2);
    expect(new Set(letters.map(({ headers }) => headers['message-id'])).size).toBe(1);
    expect(letters[0]).toMatchObject({ subject: '預約確認', from: 'service@aftersales.example', text: expect.stringContaining(link) });
    expect((await desk.saidAbout(appointmentId)).sent).toMatchObject([{ data: { channel: 'email' } }]);
  });

  it('CRM-24 given up after the policy’s tries; the policy changes the next message, not the running one', async () => {
    await desk.org.policy('message.retry', { attempts: 2, firstWaitSeconds: 1 });
    await desk.far.fault('sms', { mode: 'reject' });
    const running = await desk.confirmation(await desk.customer());
    await desk.org.policy('message.retry', { attempts: 1, firstWaitSeconds: 1 });
    const later = await desk.confirmation(await desk.customer());
    await desk.sender.look();
    expect([await desk.messageAbout(running.appointmentId), await desk.messageAbout(later.appointmentId)]).toMatchObject([{ state: 'queued', attempts: 1 }, { state: 'failed', why: 'given-up', attempts: 1 }]);
    await desk.waited(running.appointmentId);
    expect(await desk.messageAbout(running.appointmentId)).toMatchObject({ state: 'failed', why: 'given-up', attempts: 2 });
    expect((await desk.saidAbout(running.appointmentId)).failed).toMatchObject([{ data: { reason: 'given-up', channel: 'sms' } }]);
    expect(await desk.service.rows(`select 1 from message where about_id = $1 and link is not null`, [running.appointmentId])).toEqual([]);
  });

  it('CRM-24 what the gateway refuses for good is not tried again', async () => {
    await desk.far.fault('sms', { mode: 'reject', status: 422 });
    const { appointmentId } = await desk.confirmation(await desk.customer());
    await desk.sender.look();
    expect(await desk.messageAbout(appointmentId)).toMatchObject({ state: 'failed', why: 'gateway-refused', attempts: 1 });
    expect((await desk.saidAbout(appointmentId)).failed).toMatchObject([{ data: { reason: 'gateway-refused', about: { thing: 'confirmation' } } }]);
  });

  it('TIM-3 a sender that dies between its claim and the gateway: claimed again after the lease, sent once; its late word changes nothing', async () => {
    const car = await desk.customer();
    await desk.far.fault('sms', { mode: 'reject', count: 1 });
    const { appointmentId } = await desk.confirmation(car);
    await desk.sender.look();
    const { messageId } = await desk.messageAbout(appointmentId);
    const database = desk.service.get(Database);
    const dead = (await database.acrossStores('a sender that dies', async (tx) => {
      await tx.query(`update message set try_at = now() - interval '1 second' where id = $1`, [messageId]); // here, so that the poll of the living one is not faster
      return desk.service.get(Claiming).claim(tx, messageId);
    }))!;
    await desk.sender.look();
    expect(await desk.messageAbout(appointmentId)).toMatchObject({ state: 'sending', attempts: 2 });
    await desk.waited(appointmentId);
    expect(await desk.far.arrived('sms', car.phone)).toMatchObject([{ duplicates: 0 }]);
    await database.acrossStores('thawed', (tx) => desk.service.get(Outcomes).tried(tx, messageId, dead.attempt, 'failed'));
    await database.acrossStores('thawed', (tx) => desk.service.get(Outcomes).tried(tx, messageId, dead.attempt, 'taken'));
    expect(['sent', 'delivered']).toContain((await desk.messageAbout(appointmentId)).state);
    expect((await desk.saidAbout(appointmentId)).sent).toHaveLength(1);
  });
});
