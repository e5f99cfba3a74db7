import { v7 as uuidv7 } from 'uuid';
import { MessageDesk } from '../testing/message-desk';
import { Told } from '../testing/told';

const hour = 3_600_000;

describe('a message that does not go out', () => {
  let desk: MessageDesk;

  beforeAll(async () => {
    desk = await MessageDesk.start();
  });
  afterAll(() => desk?.stop());
  afterEach(() => desk.noFaults());

  const consent = async (car: Told, body: object) => {
    const path = `customers/${car.customerId}`;
    expect((await desk.service.http(`POST /stores/${desk.org.a.storeId}/${path}/consent`, { as: desk.org.a.staff.advisor, body, ifMatch: (await desk.get(path)).etag! })).status).toBe(200);
  };

  it('CRM-2 a channel that the customer refused is not used; the other one is; without any it says why', async () => {
    const address = `${uuidv7()}@example.org`;
    const car = await desk.customer({ email: address });
    await consent(car, { purpose: 'service', channel: 'sms', allowed: false });
    await desk.confirmation(car);
    expect(await desk.far.arrived('mail', address)).toHaveLength(1);
    await consent(car, { purpose: 'service', channel: 'email', allowed: false });
    const { appointmentId, askId } = await desk.confirmation(car);
    await desk.sender.look();
    expect(await desk.messageAbout(appointmentId)).toMatchObject({ state: 'not-sent', why: 'no-consent', channel: null, words: null });
    expect((await desk.saidAbout(appointmentId)).failed).toMatchObject([{ data: { reason: 'no-consent', channel: 'none', about: { askId } } }]);
    expect(await desk.far.arrived('sms', car.phone, 0)).toEqual([]);
  });

  it('CRM-2 do-not-call and refused marketing stop no service message', async () => {
    const car = await desk.customer();
    await consent(car, { purpose: 'marketing', channel: 'sms', allowed: false });
    const path = `/stores/${desk.org.a.storeId}/customers/${car.customerId}`;
    await desk.service.http(`POST ${path}/change-contact`, { as: desk.org.a.staff.advisor, body: { doNotCall: true }, ifMatch: (await desk.service.http(`GET ${path}`, { as: desk.org.a.staff.advisor })).etag! });
    await desk.confirmation(car);
    expect(await desk.far.arrived('sms', car.phone)).toHaveLength(1);
  });

  it('CRM-24 no mobile number and no e-mail: the desk is told at once', async () => {
    const { appointmentId } = await desk.confirmation(await desk.customer({ phones: ['02-5550-1001'] }));
    await desk.sender.look();
    expect((await desk.saidAbout(appointmentId)).failed).toMatchObject([{ data: { reason: 'no-channel' } }]);
  });

  it('CRM-24 a customer not known here yet: it waits for the introduction on the other topic, but not for long', async () => {
    const [car, never] = [new Told(desk.service, desk.org.a.storeId), new Told(desk.service, desk.org.a.storeId)];
    const [{ appointmentId }, lost] = [await desk.confirmation(car), await desk.confirmation(never)];
    await desk.sender.look();
    expect(await desk.messageAbout(appointmentId)).toMatchObject({ state: 'queued', attempts: 0 });
    await car.introduced();
    await desk.waited(appointmentId);
    expect(await desk.far.arrived('sms', car.phone)).toHaveLength(1);
    await desk.service.rows(`update message set written_at = now() - interval '3 minutes' where about_id = $1`, [lost.appointmentId]);
    await desk.waited(lost.appointmentId);
    expect((await desk.saidAbout(lost.appointmentId)).failed).toMatchObject([{ data: { reason: 'no-channel' } }]);
  });

  it('CRM-24 a merged customer is reached by the file that is kept', async () => {
    const [kept, other] = [await desk.customer(), new Told(desk.service, desk.org.a.storeId)];
    await other.introduced({ vin: kept.vin }, { phones: [kept.phone] });
    await desk.confirmation(other);
    expect(await desk.far.arrived('sms', kept.phone)).toHaveLength(1);
    expect((await desk.get(`messages?customerId=${kept.customerId}`)).body.messages).toHaveLength(1);
  });

  it('TIM-4 after an outage longer than the message’s life it is not sent late', async () => {
    await desk.far.fault('sms', { mode: 'reject' });
    const [tried, untried] = [await desk.confirmation(await desk.customer()), await desk.due(new Told(desk.service, desk.org.a.storeId))];
    await untried.tell();
    await desk.sender.look();
    await desk.service.jump(2 * hour);
    await desk.far.fault('sms', { mode: 'none' });
    for (const { appointmentId } of [tried, untried]) await desk.waited(appointmentId);
    expect([await desk.messageAbout(tried.appointmentId), await desk.messageAbout(untried.appointmentId)]).toMatchObject([{ state: 'failed', why: 'expired' }, { state: 'not-sent', why: 'expired' }]);
    expect((await desk.saidAbout(tried.appointmentId)).failed).toHaveLength(1);
  });
});
