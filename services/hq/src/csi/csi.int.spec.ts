import { StoreChanged } from '@aftersales/contracts/hq/store';
import type { DirectoryStaff } from '@aftersales/directory/directory-staff';
import { TestOrganisation } from '@aftersales/directory/testing/organisation';
import { Staff } from '@aftersales/platform/auth/staff';
import { TestService } from '@aftersales/platform/testing/test-service';
import { v7 as uuidv7 } from 'uuid';
import { HqModule } from '../hq.module';
import { hqSettings } from '../hq.settings';
import { hear, Visit } from '../testing/after-sales';
import type { Answer } from './csi.view';

const noon = (day: string) => new Date(`${day}T04:00:00Z`); // Taipei

describe('CSI', () => {
  let service: TestService;
  let org: TestOrganisation;

  beforeAll(async () => {
    service = await TestService.start({ name: 'hq', module: HqModule, settings: hqSettings });
    org = await TestOrganisation.publish(service);
  });
  afterEach(() => service.rows('truncate csi_visit, csi_follow_up, csi_answer, csi_share, csi_sample_day, csi_level_day, csi_sample_period, csi_level_period'));
  afterAll(() => service?.stop());

  const inStore = async (query: string, storeId = org.a.storeId, as = org.hqAdmin): Promise<Answer> => (await service.http(`GET /stores/${storeId}/csi?${query}`, { as })).body;
  const inGroup = async (query: string): Promise<Answer> => (await service.http(`GET /csi?${query}`, { as: org.hqAdmin })).body;
  const march = 'per=month&from=2026-03-01&to=2026-03-31';

  it('HQ-2 an answer is in all five figures of the store and the group in the transaction in which it is heard, each with n, response rate, interval and method version', async () => {
    const [asked, silent] = [new Visit(org.a.storeId, noon('2026-03-11')), new Visit(org.a.storeId, noon('2026-03-12'))];
    await hear(service, [...asked.answeredByCall([1, 2, 1, 2, 1], 9), silent.delivered(), silent.locked(), silent.planned()]);
    const figure = (value: number, method: string) => ({ value, n: 1, responseRate: 50, interval: { low: expect.any(Number), high: expect.any(Number), confidencePercent: 95, method }, methodVersion: 1 });
    const expected = {
      period: { from: '2026-03-01', to: '2026-03-31' },
      sample: { visits: 2, locked: 2, notLocked: 0, excluded: 0, planned: 2, reached: 1, answered: 1, corrected: 0 },
      coverage: { count: 2, of: 2, percent: 100 }, reachedRate: { count: 1, of: 2, percent: 50 }, responseRate: { count: 1, of: 2, percent: 50 },
      pooled: { topBox: figure(60, 'wilson'), top2Box: figure(100, 'wilson'), mean: figure(90, 'adjusted-normal'), points: figure(887.5, 'weighted-ends'), nps: figure(100, 'adjusted-normal') },
      meanOfStores: { stores: 1, topBox: figure(60, 'mover'), mean: figure(90, 'mover') },
    };
    expect((await inStore(march)).rows).toMatchObject([{ ...expected, member: org.a.storeId }]);
    expect((await inGroup(march)).rows).toMatchObject([{ ...expected, member: null }]);
    expect((await inStore(march)).rows[0]!.pooled.factors).toMatchObject([{ factor: 'delivery', outOf: 200, points: 200 }, { factor: 'price', points: 112.5 }, { factor: 'quality', points: 225 }, { factor: 'reception' }, { factor: 'time' }]);
  });

  it('HQ-2 pooled and mean of stores are both shown: the large store moves one and not the other', async () => {
    for (let i = 0; i < 3; i++) await hear(service, new Visit(org.a.storeId, noon('2026-03-11')).answeredByCall(1));
    await hear(service, new Visit(org.b.storeId, noon('2026-03-11')).answeredByCall(5));
    expect((await inGroup(march)).rows).toMatchObject([{ pooled: { mean: { value: 75, n: 4 } }, meanOfStores: { stores: 2, mean: { value: 50, n: 4 } } }]);
    expect((await inGroup(`${march}&by=region`)).rows).toMatchObject([{ member: 'north', pooled: { mean: { value: 75 } } }]);
    const byStore = (await inGroup(`${march}&by=store`)).rows;
    expect(byStore.map((row) => [row.member, row.pooled.mean.value]).sort()).toEqual([[org.a.storeId, 100], [org.b.storeId, 0]].sort());
  });

  it('HQ-2 the stores of the group come in pages, each once', async () => {
    const stores = Array.from({ length: 51 }, () => uuidv7());
    for (const [i, storeId] of stores.entries())
      await service.hear(StoreChanged, { storeId, version: 1, code: `S-${i}`, region: 'south', brands: ['nova'], market: 'TW', zone: 'Asia/Taipei', currency: 'TWD', locale: 'zh-TW', name: `Store ${i}`, phone: '+886255501001', address: 'Demo Road 1', closed: false });
    (service.get(Staff) as unknown as DirectoryStaff).forget();
    await hear(service, new Visit(stores.at(-1)!, noon('2026-03-11')).answeredByCall(1));
    const first = await inGroup(`${march}&by=store`);
    expect(first.next).not.toBeNull();
    const rest = await inGroup(`${march}&by=store&after=${first.next}`);
    expect(rest.next).toBeNull();
    expect([...first.rows, ...rest.rows].map((row) => row.member)).toEqual([stores.at(-1)]);
  });

  it('HQ-2 a visit counts once for its brand and its advisor, and once for each technician who worked on it', async () => {
    const [advisorId, t1, t2] = [uuidv7(), uuidv7(), uuidv7()];
    await hear(service, [
      ...new Visit(org.a.storeId, noon('2026-03-11'), { advisorId, brand: 'nova', technicianIds: [t1, t2, t1] }).answeredByCall(1),
      ...new Visit(org.a.storeId, noon('2026-03-11'), { advisorId, brand: 'vela', technicianIds: [t2] }).answeredByCall(3),
    ]);
    const means = async (by: string) => Object.fromEntries((await inStore(`${march}&by=${by}`)).rows.map((row) => [row.member, [row.pooled.mean.value, row.pooled.mean.n]]));
    expect(await means('brand')).toEqual({ nova: [100, 1], vela: [50, 1] });
    expect(await means('advisor')).toEqual({ [advisorId]: [75, 2] });
    expect(await means('technician')).toEqual({ [t1]: [100, 1], [t2]: [75, 2] });
    expect((await inGroup(`${march}&by=brand`)).rows.map((row) => row.member)).toEqual(['nova', 'vela']);
  });

  it("HQ-2 days, weeks, months and years are those of the store's own clock", async () => {
    const lateOnTheDayBefore = new Visit(org.a.storeId, new Date('2026-02-28T15:59:59.999Z'));
    const justAfterMidnight = new Visit(org.a.storeId, new Date('2026-02-28T16:00:00Z')); // 1 March in Taipei
    await hear(service, [...lateOnTheDayBefore.answeredByCall(5), ...justAfterMidnight.answeredByCall(1)]);
    const found = async (per: string) => (await inStore(`per=${per}&from=2026-02-28&to=2026-03-01`)).rows.map((row) => [row.period.from, row.period.to, row.pooled.mean.value]);
    expect(await found('day')).toEqual([['2026-02-28', '2026-02-28', 0], ['2026-03-01', '2026-03-01', 100]]);
    expect(await found('week')).toEqual([['2026-02-23', '2026-03-01', 50]]);
    expect(await found('month')).toEqual([['2026-02-01', '2026-02-28', 0], ['2026-03-01', '2026-03-31', 100]]);
    expect(await found('year')).toEqual([['2026-01-01', '2026-12-31', 50]]);
  });

  it('HQ-2 months and years are the sums of their days, and a visit whose day moves leaves nothing behind', async () => {
    const moved = new Visit(org.a.storeId, noon('2026-01-01'), { brand: 'vela' });
    await hear(service, [...moved.answeredByCall(5, 0), ...new Visit(org.a.storeId, noon('2026-01-01')).answeredByCall(1, 10), ...new Visit(org.b.storeId, noon('2026-01-31')).answeredByCall(2, 9)]);
    await hear(service, [moved.locked({ day: '2025-12-31' })]);
    await hear(service, [new Visit(org.a.storeId, noon('2026-01-02'), { kind: 'internal' }).locked({ excludedBy: 'kind-internal' })]);
    const found = async (per: string, by: string) => {
      const { rows, excluded } = await inGroup(`per=${per}&from=2025-12-31&to=2026-01-31&by=${by}`);
      return [...rows.map(({ period, member, sample, pooled }) => [period.from, member, sample.locked, pooled.mean.n, pooled.mean.value]), excluded];
    };
    const none = [{ rule: 'kind-internal', visits: 1 }];
    expect(await found('day', 'group')).toEqual([['2025-12-31', null, 1, 1, 0], ['2026-01-01', null, 1, 1, 100], ['2026-01-02', null, 1, 0, null], ['2026-01-31', null, 1, 1, 75], none]);
    for (const [per, december, january] of [['month', '2025-12-01', '2026-01-01'], ['year', '2025-01-01', '2026-01-01']] as const) {
      expect(await found(per, 'group')).toEqual([[december, null, 1, 1, 0], [january, null, 3, 2, 87.5], none]);
      expect(await found(per, 'brand')).toEqual([[december, 'vela', 1, 1, 0], [january, 'nova', 2, 2, 87.5], none]);
    }
  });

  it('HQ-2 excluded kinds are visible and not in the denominator; do-not-call stays in it; what was delivered and not locked is in it too', async () => {
    const [internal, shy, unlocked] = [new Visit(org.a.storeId, noon('2026-03-11'), { kind: 'internal' }), new Visit(org.a.storeId, noon('2026-03-11')), new Visit(org.a.storeId, noon('2026-03-11'))];
    await hear(service, [internal.delivered(), internal.locked({ excludedBy: 'kind-internal' }), shy.delivered(), shy.locked(), shy.planned(true), shy.closed('do-not-call'), unlocked.delivered()]);
    const before = await inStore(march);
    expect(before.excluded).toEqual([{ rule: 'kind-internal', visits: 1 }]);
    expect(before.rows).toMatchObject([{ sample: { visits: 2, locked: 2, notLocked: 1, excluded: 1, planned: 1, doNotCall: 1, answered: 0 }, coverage: { count: 1, of: 2 }, reachedRate: { count: 0, of: 2 }, pooled: { mean: { value: null, n: 0, responseRate: 0, interval: null } } }]);
    await hear(service, [unlocked.locked()]);
    expect((await inStore(march)).rows).toMatchObject([{ sample: { visits: 2, locked: 3, notLocked: 0 } }]);
    const advisor = (await inStore(`${march}&by=advisor`)).rows.find((row) => row.member === unlocked.advisorId);
    expect(advisor!.sample).toMatchObject({ visits: 1, locked: 1 });
  });

  it('HQ-2 an answer of an excluded visit, or of another survey than the locked one, is in no figure', async () => {
    const [internal, twice] = [new Visit(org.a.storeId, noon('2026-03-11')), new Visit(org.a.storeId, noon('2026-03-11'))];
    const secondSurvey = twice.answered(1);
    await hear(service, [internal.delivered(), internal.locked({ excludedBy: 'kind-internal' }), internal.answered(1), twice.delivered(), twice.locked(), { ...secondSurvey, data: { ...secondSurvey.data, surveyId: uuidv7() } }]);
    expect((await inStore(march)).rows[0]!.sample).toMatchObject({ visits: 1, answered: 0 });
  });

  it('HQ-2 a correction takes the place of the answer in every figure; both are kept', async () => {
    const visit = new Visit(org.a.storeId, noon('2026-03-11'));
    await hear(service, [...visit.answeredByCall(5, 0), visit.corrected(1, 10)]);
    expect((await inStore(march)).rows).toMatchObject([{ sample: { answered: 1, corrected: 1 }, pooled: { mean: { value: 100, n: 1 }, nps: { value: 100 } } }]);
    expect(await service.rows('select id from csi_answer where survey_id = $1', [visit.surveyId])).toHaveLength(2);
  });

  it('HQ-2 CRM-9 the reached rate has its denominator, and a failed follow-up that is reached after all is no failure', async () => {
    const visits = [1, 2, 3, 4].map(() => new Visit(org.a.storeId, noon('2026-03-11')));
    await hear(service, visits.flatMap((visit) => [visit.delivered(), visit.locked(), visit.planned()]));
    await hear(service, [visits[0]!.reached(), visits[1]!.failed(), visits[2]!.failed(), visits[2]!.reached(), visits[3]!.closed('merged')]);
    expect((await inStore(march)).rows).toMatchObject([{ sample: { planned: 4, reached: 2, failed: 1 }, reachedRate: { count: 2, of: 4, percent: 50 } }]);
    await hear(service, [visits[3]!.answered(1)]);
    expect((await inStore(march)).rows[0]!.reachedRate).toMatchObject({ count: 3, of: 4 });
  });

  it('HQ-2 the same fact twice counts once, and an older version of a visit changes nothing', async () => {
    const visit = new Visit(org.a.storeId, noon('2026-03-11'), { brand: 'nova' });
    const facts = visit.answeredByCall(1, 9);
    await hear(service, facts);
    const once = await inStore(march);
    await hear(service, facts);
    await hear(service, [visit.delivered(1, { brand: 'other' })]);
    expect(await inStore(march)).toEqual(once);
    await hear(service, [visit.delivered(2, { brand: 'vela' })]);
    expect((await inStore(`${march}&by=brand`)).rows.map((row) => row.member)).toEqual(['vela']);
  });

  it('HQ-2 a visit has one place in the sample: of two locks the earlier day counts, whichever is heard first', async () => {
    for (const days of [['2026-03-11', '2026-03-12'], ['2026-03-12', '2026-03-11']]) {
      const visit = new Visit(org.a.storeId, noon('2026-03-11'));
      await hear(service, [visit.delivered(), ...days.map((day) => visit.locked({ day })), visit.answered(1)]);
    }
    expect((await inStore('per=day&from=2026-03-11&to=2026-03-12')).rows).toMatchObject([{ period: { from: '2026-03-11' }, sample: { locked: 2, answered: 2 } }]);
  });

  it('HQ-2 answers of one store that are heard at once are all counted', async () => {
    const visits = Array.from({ length: 12 }, () => new Visit(org.a.storeId, noon('2026-03-11')));
    await hear(service, visits.flatMap((visit) => [visit.delivered(), visit.locked(), visit.planned()]));
    await Promise.all(visits.flatMap((visit) => [hear(service, [visit.answered(1, 9)]), hear(service, [visit.reached()])]));
    expect((await inStore(march)).rows).toMatchObject([{ sample: { answered: 12, reached: 12 }, pooled: { mean: { n: 12, value: 100 } } }]);
  });

  it('HQ-2 a month keeps the method that was in force when it began; the next one follows the new version', async () => {
    const method = { pointsByLevel: [100, 90, 50, 25, 0], factorWeightThousandths: { quality: 1000 }, promoterFrom: 10, detractorUpTo: 5, confidencePercent: 90 };
    for (const day of ['2026-03-11', '2026-04-20', '2026-05-02']) await hear(service, new Visit(org.a.storeId, noon(day)).answeredByCall(2, 9));
    const figures = async () => (await inStore('per=month&from=2026-03-01&to=2026-05-31')).rows.map(({ method: { version }, pooled: { mean, points, nps } }) => [version, mean.value, points.value, nps.value, mean.interval!.confidencePercent]);
    expect(await figures()).toEqual([[1, 75, 750, 100, 95], [1, 75, 750, 100, 95], [1, 75, 750, 100, 95]]);
    await org.policy('csi.method', method, { from: new Date('2026-04-10T00:00:00Z') });
    expect(await figures()).toEqual([[1, 75, 750, 100, 95], [1, 75, 750, 100, 95], [2, 90, 900, 0, 90]]);
    expect((await inGroup('per=month&from=2026-05-01&to=2026-05-31')).rows[0]!.method.version).toBe(2);
  });

  it('HQ-2 the figures of a day are those counted from the raw answers', async () => {
    const levels = [[1, 2, 1, 1, 5], [3, 3, 2], [4], [], [1, 1, 1, 1, 1], [2, 5, 1, 4, 3]];
    for (const one of levels) await hear(service, new Visit(org.a.storeId, noon('2026-03-11')).answeredByCall(one, one.length + 5));
    const points = (level: number) => 125 - 25 * level;
    const scores = levels.filter((one) => one.length).map((one) => one.reduce((sum, level) => sum + points(level), 0) / one.length);
    const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
    const [row] = (await inStore('per=day&from=2026-03-11&to=2026-03-11')).rows;
    expect(row!.pooled.mean).toMatchObject({ n: 5, value: expect.closeTo(mean, 4), responseRate: expect.closeTo(500 / 6, 9) });
    expect(row!.pooled.nps.n).toBe(6);
  });

  describe('who may look', () => {
    it('HQ-2 a store sees itself and no other; headquarters sees all', async () => {
      await hear(service, new Visit(org.a.storeId, noon('2026-03-11')).answeredByCall(1));
      for (const role of ['store-manager', 'service-manager', 'crm-supervisor'] as const) {
        expect((await service.http(`GET /stores/${org.a.storeId}/csi?${march}`, { as: org.a.staff[role] })).body.rows).toHaveLength(1);
        expect(await service.http(`GET /stores/${org.a.storeId}/csi?${march}`, { as: org.b.staff[role] })).toMatchObject({ status: 404 });
        expect(await service.http(`GET /csi?${march}`, { as: org.a.staff[role] })).toMatchObject({ status: 403, body: { code: 'auth.role' } });
      }
      expect((await service.http(`GET /stores/${org.b.storeId}/csi?${march}`, { as: org.b.staff['store-manager'] })).body.rows).toEqual([]);
      expect(await service.http(`GET /stores/${org.a.storeId}/csi?${march}`, { as: org.a.staff.technician })).toMatchObject({ status: 403 });
    });

    it('HQ-2 a range that ends before it begins, is too long or no date is refused by field', async () => {
      const faults = async (query: string) => (await service.http(`GET /stores/${org.a.storeId}/csi?${query}`, { as: org.hqAdmin })).body.errors?.map((fault: { pointer: string }) => fault.pointer);
      expect(await faults('per=day&from=2026-03-02&to=2026-03-01')).toEqual(['?/to']);
      expect(await faults('per=day&from=2026-01-01&to=2026-04-11')).toEqual(['?/from']);
      expect(await faults('per=day&from=2026-01-01&to=2026-04-10')).toBeUndefined();
      expect(await faults('per=hour&from=2026-02-30&to=2026-04-10')).toEqual(['?/per', '?/from']);
    });
  });
});
