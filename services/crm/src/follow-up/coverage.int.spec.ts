import { FollowUpClosed } from '@aftersales/contracts/crm/follow-up';
import { SurveyAnswered, SurveyLocked } from '@aftersales/contracts/crm/survey';
import seed from '@aftersales/contracts/hq/seed-policies';
import { Told } from '../testing/told';
import { CallDesk } from './testing/call-desk';

describe('who is followed up', () => {
  let desk: CallDesk;
  beforeAll(async () => void (desk = await CallDesk.start()));
  beforeEach(() => desk.newWeek());
  afterAll(() => desk?.service.stop());

  const closed = async (visitId: string) => (await desk.service.said(FollowUpClosed)).map(({ data }) => data).filter((data) => data.visitId === visitId);
  const callable = async () => (await desk.get('follow-ups/call-list?limit=100', 'crm-agent')).body.items.map((item: { visitId: string }) => item.visitId);
  const coverage = async () => (await desk.get(`follow-ups/coverage?from=${desk.date(0)}&to=${desk.date(6)}`, 'store-manager')).body;
  const doNotCall = async (told: Told, on = true) => {
    const path = `stores/${told.storeId}/customers/${told.customerId}`;
    const as = desk.store.staff['crm-supervisor'];
    const { body } = await desk.service.http(`GET /${path}`, { as });
    expect(await desk.service.http(`POST /${path}/change-contact`, { as, body: { doNotCall: on }, ifMatch: body.version })).toMatchObject({ status: 200 });
  };

  it('CRM-4 do-not-call is planned and counted, and never dialled', async () => {
    const told = new Told(desk.service, desk.store.storeId);
    await told.introduced();
    await doNotCall(told);
    await told.delivered();
    const [planned] = await desk.planned(told.visitId);
    expect(planned).toMatchObject({ doNotCall: true });
    expect(await closed(told.visitId)).toMatchObject([{ outcome: 'do-not-call' }]);
    await desk.jump(1, '10:00');
    expect(await callable()).not.toContain(told.visitId);
    expect(await desk.call(told.visitId, 'busy')).toMatchObject({ status: 409, body: { code: 'follow-up.do-not-call' } });
    expect(await coverage()).toMatchObject({ delivered: 1, coverage: { n: 1, of: 1, share: 1 }, reached: { n: 0, of: 1, share: 0 }, doNotCall: 1 });
    expect((await desk.get(`promises?subject=${planned!.followUpId}`)).body.promises).toEqual([]);
  });

  it('CRM-4 do-not-call said while the call is due: off the list at once, refused, void at the due instant', async () => {
    const told = await desk.delivers();
    await desk.jump(1, '10:00');
    expect(await callable()).toContain(told.visitId);
    await doNotCall(told);
    expect(await callable()).not.toContain(told.visitId);
    expect(await desk.call(told.visitId, 'no-answer')).toMatchObject({ status: 409, body: { code: 'follow-up.do-not-call' } });
    await desk.jump(4, '09:00');
    expect(await closed(told.visitId)).toMatchObject([{ outcome: 'do-not-call' }]);
    const [planned] = await desk.planned(told.visitId);
    expect((await desk.get(`promises?subject=${planned!.followUpId}`)).body.promises).toMatchObject([{ outcome: 'void', cause: 'do-not-call' }]);
  });

  it('CRM-4 do-not-call said when the promise is kept, or late, closes it too: at the end of the window', async () => {
    const [called, late] = [await desk.delivers(), await desk.delivers()];
    await desk.jump(1, '10:00');
    await desk.call(called.visitId, 'no-answer');
    await desk.jump(1, '15:00');
    await doNotCall(called);
    expect(await closed(called.visitId)).toEqual([]);
    await desk.jump(1, '19:00');
    expect(await closed(called.visitId)).toMatchObject([{ outcome: 'do-not-call' }]);
    await desk.jump(4, '09:30');
    expect(await callable()).toContain(late.visitId);
    await desk.jump(7, '09:30'); // a week on, still to be called
    await doNotCall(late);
    await desk.jump(7, '11:30');
    expect(await closed(late.visitId)).toMatchObject([{ outcome: 'do-not-call' }]);
    expect(await coverage()).toMatchObject({ doNotCall: 2, pending: 0 });
  });

  it('CRM-4 the delivery may come before the customer: planned all the same, and what the file says later holds', async () => {
    const told = new Told(desk.service, desk.store.storeId);
    await told.delivered();
    expect(await desk.planned(told.visitId)).toMatchObject([{ doNotCall: false }]);
    await told.introduced();
    await doNotCall(told);
    await desk.jump(1, '09:05');
    expect(await closed(told.visitId)).toMatchObject([{ outcome: 'do-not-call' }]);
    expect(await desk.followUp(told.visitId)).toMatchObject({ contact: { name: '王••' } });
  });

  it('CRM-4 no calls for service is a no to the call too', async () => {
    const told = await desk.delivers();
    const path = `stores/${told.storeId}/customers/${told.customerId}`;
    const { body } = await desk.service.http(`GET /${path}`, { as: desk.store.staff.advisor });
    await desk.service.http(`POST /${path}/consent`, { as: desk.store.staff.advisor, body: { purpose: 'service', channel: 'phone', allowed: false }, ifMatch: body.version });
    await desk.jump(1, '09:05');
    expect(await callable()).not.toContain(told.visitId);
    expect(await closed(told.visitId)).toMatchObject([{ outcome: 'do-not-call' }]);
  });

  it('CRM-4 what is no customer’s visit is excluded by a visible rule; another policy holds for the next delivery', async () => {
    const internal = await desk.delivers({ kind: 'internal' });
    const rework = await desk.delivers({ kind: 'rework' });
    await desk.org.policy('follow-up.excluded-kinds', { kinds: ['rework'] });
    const internalLater = await desk.delivers({ kind: 'internal' });
    const reworkLater = await desk.delivers({ kind: 'rework' });
    await desk.org.policy('follow-up.excluded-kinds', { kinds: ['pre-delivery', 'internal'] });
    const planned = await Promise.all([internal, rework, internalLater, reworkLater].map(async ({ visitId }) => (await desk.planned(visitId)).length));
    expect(planned).toEqual([0, 1, 1, 0]);
    const locked = (await desk.service.said(SurveyLocked)).filter(({ data }) => data.day === desk.date(0)).map(({ data }) => data.excludedBy);
    expect(locked).toEqual(['kind-internal', null, null, 'kind-rework']);
    expect(await coverage()).toMatchObject({ delivered: 4, excluded: { 'kind-internal': 1, 'kind-rework': 1 }, coverage: { n: 2, of: 2, share: 1 } });
  });

  it('CRM-4 several cars of one person on one day: one call, several sheets', async () => {
    const first = await desk.delivers();
    const second = new Told(desk.service, desk.store.storeId);
    await second.delivered({ customerId: first.customerId, contactId: first.customerId });
    const [lead] = await desk.planned(first.visitId);
    expect(await closed(second.visitId)).toMatchObject([{ outcome: 'merged', cause: lead!.followUpId }]);
    await desk.jump(1, '10:00');
    expect((await callable()).filter((id: string) => [first.visitId, second.visitId].includes(id))).toEqual([first.visitId]);
    await desk.call(first.visitId, 'reached');
    const call = await desk.followUp(first.visitId);
    expect(call.callSheet.visits.map((visit: { visitId: string }) => visit.visitId)).toEqual([first.visitId, second.visitId]);
    const one = { sheets: [{ visitId: first.visitId, answers: [{ question: 'welcome', level: 1 }] }] };
    expect(await desk.move(`follow-ups/${call.followUpId}/sheets`, call, one)).toMatchObject({ status: 409, body: { code: 'follow-up.sheets' } });
    expect(await desk.handIn(first.visitId)).toMatchObject({ status: 200, body: { outcome: 'satisfied' } });
    const answered = (await desk.service.said(SurveyAnswered)).map(({ data }) => data.visitId).filter((id) => [first.visitId, second.visitId].includes(id));
    expect(answered).toEqual([first.visitId, second.visitId]);
    expect(await coverage()).toMatchObject({ coverage: { n: 2, of: 2 }, reached: { n: 2, of: 2, share: 1, target: 0.8 }, pending: 0 });
  });

  it('CRM-4 two cars handed over in the same moment are one call; another day, person or store is another', async () => {
    const first = new Told(desk.service, desk.store.storeId);
    await first.introduced();
    const stranger = await desk.delivers();
    const cars = Array.from({ length: 4 }, () => new Told(desk.service, desk.store.storeId));
    const same = { customerId: first.customerId, contactId: first.customerId };
    await Promise.all(cars.map((car) => car.delivered(same)));
    const merged = (await Promise.all(cars.map(async ({ visitId }) => (await closed(visitId)).length))).reduce((sum, n) => sum + n, 0);
    expect(merged).toBe(3);
    const sister = new Told(desk.service, desk.org.b.storeId);
    await sister.delivered(same);
    await desk.jump(1, '12:00');
    const tomorrow = new Told(desk.service, desk.store.storeId);
    await tomorrow.delivered(same);
    for (const { visitId } of [stranger, sister, tomorrow]) expect(await closed(visitId)).toEqual([]);
    expect(await coverage()).toMatchObject({ coverage: { n: 6, of: 6, share: 1 }, pending: 6 });
  });

  it('CRM-4 two files that turn out to be one person are one call from then on', async () => {
    const known = await desk.delivers();
    const again = new Told(desk.service, desk.store.storeId);
    await again.introduced();
    await desk.service.rows(`insert into file_alias (from_id, to_id, of, merged_at) values ($1, $2, 'customer', now())`, [again.customerId, known.customerId]);
    await again.delivered();
    expect(await closed(again.visitId)).toMatchObject([{ outcome: 'merged' }]);
    expect(await desk.planned(again.visitId)).toMatchObject([{ customerId: known.customerId }]);
  });

  it('CRM-4 nobody is left out by hand: no door removes or makes a follow-up, and the list refuses it', async () => {
    const { visitId } = await desk.delivers();
    const { followUpId } = (await desk.planned(visitId))[0]!;
    const as = desk.store.staff['store-manager'];
    expect(await desk.service.http(`DELETE /stores/${desk.store.storeId}/follow-ups/${followUpId}`, { as })).toMatchObject({ status: 404 });
    expect(await desk.service.http(`POST /stores/${desk.store.storeId}/follow-ups`, { as, body: { visitId } })).toMatchObject({ status: 404 });
    await expect(desk.service.rows('delete from sample_entry')).rejects.toThrow('written once');
    await expect(desk.service.rows(`update sample_entry set excluded_by = 'a-friend'`)).rejects.toThrow('written once');
  });

  it('CRM-9 the reached rate stands beside its denominator; of nothing there is no share', async () => {
    expect(await coverage()).toMatchObject({ delivered: 0, coverage: { n: 0, of: 0, share: null }, reached: { n: 0, of: 0, share: null } });
    const [reached, failing, waiting] = [await desk.delivers(), await desk.delivers(), await desk.delivers()];
    await desk.jump(1, '09:30');
    await desk.talk(reached.visitId);
    await desk.call(failing.visitId, 'wrong-number');
    expect(await desk.planned(waiting.visitId)).toHaveLength(1);
    expect(await coverage()).toMatchObject({ coverage: { n: 3, of: 3, share: 1 }, reached: { n: 1, of: 3, share: 1 / 3, target: 0.8 }, failed: 1, pending: 1, doNotCall: 0 });
    expect(await desk.get(`follow-ups/coverage?from=${desk.date(0)}&to=${desk.date(6)}`, 'technician')).toMatchObject({ status: 403 });
    expect(await desk.get(`follow-ups/coverage?from=${desk.date(0)}`, 'store-manager')).toMatchObject({ status: 422 });
  });

  it('CRM-9 the target beside the rate is policy', async () => {
    const quality = seed.find(({ kind }) => kind === 'targets.quality')!.value;
    await desk.org.policy('targets.quality', { ...quality, reachedAtLeastPercent: 90 });
    expect(await coverage()).toMatchObject({ reached: { target: 0.9 } });
    await desk.org.policy('targets.quality', quality);
  });

  it('CRM-9 a missing follow-up is missed: coverage counts the locked list, not the follow-ups', async () => {
    const { visitId } = await desk.delivers();
    await desk.service.rows(`update survey set follow_up_id = null where visit_id = $1`, [visitId]);
    await desk.service.rows(`delete from follow_up where visit_id = $1`, [visitId]);
    expect(await coverage()).toMatchObject({ coverage: { n: 0, of: 1, share: 0 } });
  });
});
