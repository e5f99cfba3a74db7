import { CalendarChanged } from '@aftersales/contracts/hq/calendar';
import { PolicyChanged } from '@aftersales/contracts/hq/policy';
import seed from '@aftersales/contracts/hq/seed-policies';
import { StaffChanged } from '@aftersales/contracts/hq/staff';
import { TestOrganisation } from '@aftersales/directory/testing/organisation';
import { TestService } from '@aftersales/platform/testing/test-service';
import { v7 as uuidv7 } from 'uuid';
import { HqModule } from '../hq.module';
import { hqSettings } from '../hq.settings';
import { policyIdOf } from './first-start.service';

describe('organisation', () => {
  let service: TestService;
  let org: TestOrganisation;
  const firstAdmin = uuidv7();

  beforeAll(async () => {
    service = await TestService.start({ name: 'hq', module: HqModule, settings: hqSettings }, { AFTERSALES_FIRST_ADMIN: firstAdmin });
    org = await TestOrganisation.publish(service);
  });
  afterAll(() => service?.stop());

  it('HQ-1 the first start appoints one administrator and publishes every policy of the seed once', async () => {
    const said = await service.said(PolicyChanged);
    expect(new Set(said.map(({ data }) => data.kind)).size).toBe(said.length);
    expect((await service.said(StaffChanged))[0]!.data).toMatchObject({ staffId: firstAdmin, posts: [{ role: 'hq-admin', storeId: null }] });
  });

  it('HQ-1 a policy is published whole with its next version; the same state again says nothing; an old version is refused', async () => {
    const policyId = uuidv7();
    const body = { kind: 'appointment.reply', scope: { level: 'store', storeId: org.a.storeId }, value: { workingMinutes: 30 }, onOpen: 'keep' };
    const put = (changes: object, ifMatch?: number) => service.http(`PUT /organisation/policies/${policyId}`, { as: org.hqAdmin, body: { ...body, ...changes }, ifMatch });
    expect(await put({})).toMatchObject({ status: 200, body: { id: policyId, version: 1 }, etag: '"1"' });
    expect(await put({})).toMatchObject({ status: 200, body: { version: 1 } });
    expect(await put({ value: { workingMinutes: 20 } })).toMatchObject({ status: 412, body: { code: 'http.stale' } });
    expect(await put({ value: { workingMinutes: 20 } }, 1)).toMatchObject({ status: 200, body: { version: 2 } });
    expect((await service.said(PolicyChanged)).filter(({ data }) => data.policyId === policyId).map(({ data }) => data.version)).toEqual([1, 2]);
  });

  it('HQ-1 a policy stays with its kind and place: a version that moved away would leave the one before in force, unseen', async () => {
    const policyId = uuidv7();
    const ofA = { kind: 'appointment.reply', scope: { level: 'store', storeId: org.a.storeId }, value: { workingMinutes: 30 }, onOpen: 'keep' };
    const put = (changes: object, ifMatch?: number) => service.http(`PUT /organisation/policies/${policyId}`, { as: org.hqAdmin, body: { ...ofA, ...changes }, ifMatch });
    expect(await put({})).toMatchObject({ status: 200 });
    const refused = { status: 409, body: { code: 'organisation.policy-in-place' } };
    expect(await put({ scope: { level: 'store', storeId: org.b.storeId } }, 1)).toMatchObject(refused);
    expect(await put({ scope: { level: 'group' } }, 1)).toMatchObject(refused);
    expect(await put({ kind: 'visit.promise-warning', value: { workingMinutesBefore: 60 } }, 1)).toMatchObject(refused);
    expect(await put({ value: { workingMinutes: 20 } }, 1)).toMatchObject({ status: 200, body: { version: 2 } });
  });

  it('HQ-1 every figure of the seed has its next version through this door, and goes out whole', async () => {
    const from = '2030-01-01T00:00:00.000Z';
    for (const { kind, value, onOpen } of seed) {
      const next = await service.http(`PUT /organisation/policies/${policyIdOf(kind)}`, { as: org.hqAdmin, ifMatch: 1, body: { kind, scope: { level: 'group' }, value, onOpen, from } });
      expect([kind, next.status, next.body.version]).toEqual([kind, 200, 2]);
    }
    const said = (await service.said(PolicyChanged)).map(({ data }) => data).filter((data) => data.from === from);
    expect(said.map(({ kind, value, onOpen }) => ({ kind, value, onOpen }))).toEqual(seed);
  });

  it('HQ-1 a policy with a value that does not fit its kind is refused by field and changes nothing', async () => {
    const before = (await service.said(PolicyChanged)).length;
    const answer = await service.http(`PUT /organisation/policies/${uuidv7()}`, { as: org.hqAdmin, body: { kind: 'appointment.reply', scope: { level: 'group' }, value: { workingMinutes: -5 }, onOpen: 'keep' } });
    expect(answer).toMatchObject({ status: 422, body: { code: 'http.fields', errors: [{ pointer: '/value/workingMinutes' }] } });
    expect((await service.said(PolicyChanged)).length).toBe(before);
  });

  it('TIM-6 re-plan is for plans of our own; what was promised to somebody keeps, and hq says so by field', async () => {
    const put = (kind: string, value: object) => service.http(`PUT /organisation/policies/${uuidv7()}`, { as: org.hqAdmin, body: { kind, scope: { level: 'group' }, value, onOpen: 're-plan' } });
    const before = (await service.said(PolicyChanged)).length;
    expect(await put('appointment.reply', { workingMinutes: 30 })).toMatchObject({ status: 422, body: { code: 'http.fields', errors: [{ pointer: '/onOpen', code: 'given-promise' }] } });
    expect((await service.said(PolicyChanged)).length).toBe(before);
    expect((await put('maintenance.remind', { calendarDaysBefore: 10, localTime: '09:30' })).status).toBe(200);
  });

  it('HQ-1 a store in a time zone that does not exist is refused by field', async () => {
    const store = { code: 'C-01', region: 'north', brands: ['nova'], market: 'TW', currency: 'TWD', locale: 'zh-TW', name: 'Store C', phone: '+886255501003', address: 'Demo Road 3', closed: false };
    const put = (zone: string) => service.http(`PUT /organisation/stores/${uuidv7()}`, { as: org.hqAdmin, body: { ...store, zone } });
    expect(await put('Asia/Atlantis')).toMatchObject({ status: 422, body: { errors: [{ pointer: '/zone' }] } });
    expect((await put('+08:00')).status).toBe(422);
    expect((await put('Asia/Taipei')).status).toBe(200);
  });

  describe('the hours of a desk', () => {
    const open = (from: string) => ({ zone: 'Asia/Taipei', week: { mon: [{ from, to: '18:00' }], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] }, days: {} });
    const put = (calendarId: string, body: { storeId: string; desk: string; from?: string }, ifMatch?: number) => {
      const { from = '09:00', ...desk } = body;
      return service.http(`PUT /organisation/calendars/${calendarId}`, { as: org.hqAdmin, body: { ...desk, calendar: open(from) }, ifMatch });
    };
    const refused = { status: 409, body: { code: 'organisation.one-calendar-a-desk' } };

    it('HQ-1 a desk has one calendar, and a calendar stays with its desk: anything else is refused, for no directory could keep it', async () => {
      const [storeId, mine] = [uuidv7(), uuidv7()];
      expect(await put(mine, { storeId, desk: 'calls' })).toMatchObject({ status: 200, body: { version: 1 } });
      expect(await put(uuidv7(), { storeId, desk: 'calls', from: '10:00' })).toMatchObject(refused);
      expect(await put(uuidv7(), { storeId: storeId.toUpperCase(), desk: 'calls' })).toMatchObject(refused);
      expect(await put(mine, { storeId, desk: 'parts' }, 1)).toMatchObject(refused);
      expect(await put(mine, { storeId: uuidv7(), desk: 'calls' }, 1)).toMatchObject(refused);
      expect(await put(uuidv7(), { storeId, desk: 'parts' })).toMatchObject({ status: 200 });
      expect(await put(uuidv7(), { storeId: uuidv7(), desk: 'calls' })).toMatchObject({ status: 200 });
      expect(await put(mine, { storeId, desk: 'calls', from: '08:00' }, 1)).toMatchObject({ status: 200, body: { version: 2 } });
      for (const { data } of await service.said(CalendarChanged)) await service.hear(CalendarChanged, data);
      expect(await service.rows('select type, reason from dead_letter')).toEqual([]);
    });

    it('HQ-1 two who set the hours of one desk at once, and two who begin one calendar at once: the first has it', async () => {
      const storeId = uuidv7();
      const desks = await Promise.all([uuidv7(), uuidv7(), uuidv7()].map((id) => put(id, { storeId, desk: 'claims' })));
      expect(desks.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
      const id = uuidv7();
      const hours = await Promise.all(['07:00', '08:00', '09:00'].map((from) => put(id, { storeId, desk: 'workshop', from })));
      expect(hours.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
      const said = (await service.said(CalendarChanged)).filter(({ data }) => data.storeId === storeId);
      expect(said.map(({ data }) => [data.desk, data.version]).sort()).toEqual([['claims', 1], ['workshop', 1]]);
    });
  });

  it('HQ-1 only hq-admin writes the organisation', async () => {
    const answer = await service.http(`PUT /organisation/staff/${uuidv7()}`, { as: org.a.staff['store-manager'], body: { name: 'X', posts: [] } });
    expect(answer).toMatchObject({ status: 403, body: { code: 'auth.role' } });
    expect((await service.http('GET /organisation/stores')).status).toBe(401);
  });
});
