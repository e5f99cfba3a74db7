import type { ServiceName } from '@aftersales/contracts/kernel/event';
import { promiseFacts } from '@aftersales/contracts/kernel/promise-facts';
import { TestOrganisation } from '@aftersales/directory/testing/organisation';
import { TestService } from '@aftersales/platform/testing/test-service';
import { v7 as uuidv7 } from 'uuid';
import { HqModule } from '../hq.module';
import { hqSettings } from '../hq.settings';
import { hear, say, type Said } from '../testing/after-sales';

type What = keyof ReturnType<typeof promiseFacts>;
interface Promised {
  readonly service?: ServiceName;
  readonly storeId: string;
  readonly promiseId?: string;
  readonly kind?: string;
  readonly ownerRole?: string;
  readonly dueAt?: string;
  readonly cause?: string | null;
  readonly doneAt?: string | null;
}

type LedgerRow = Record<'service' | 'kind' | 'store', string | null> & Record<'kept' | 'late', number>;

const outcomes: Record<What, 'open' | 'kept' | 'late' | 'void'> = { opened: 'open', paused: 'open', resumed: 'open', kept: 'kept', late: 'late', void: 'void' };

function promise(what: What, version: number, { service = 'crm', storeId, promiseId = uuidv7(), kind = 'follow-up.due', ownerRole = 'crm-agent', dueAt = '2026-03-11T04:00:00.000Z', cause = null, doneAt = null }: Promised): Said {
  return say(promiseFacts(service)[what], storeId, version, {
    promiseId, kind, subject: uuidv7(), ownerRole, policy: kind, policyVersion: 1, calendarVersion: 1, startedAt: '2026-03-10T04:00:00.000Z', dueAt, outcome: outcomes[what], cause, doneAt, pausedMs: {},
  });
}

describe("the group's promise ledger", () => {
  let service: TestService;
  let org: TestOrganisation;

  beforeAll(async () => {
    service = await TestService.start({ name: 'hq', module: HqModule, settings: hqSettings });
    org = await TestOrganisation.publish(service);
  });
  afterEach(() => service.rows('truncate ledger_promise'));
  afterAll(() => service?.stop());

  const ofStore = async (query: string, storeId = org.a.storeId) => (await service.http(`GET /stores/${storeId}/promise-ledger?${query}`, { as: org.hqAdmin })).body.rows;
  const march = 'from=2026-03-01&to=2026-03-31';

  it('HQ-5 promises of all six services are there, kept, late, void and open, by kind, with the share that was kept', async () => {
    const storeId = org.a.storeId;
    for (const one of ['reception', 'workshop', 'parts', 'crm', 'claims', 'hq'] as const) await hear(service, [promise('kept', 2, { service: one, storeId, kind: `${one}.thing` })]);
    await hear(service, [promise('late', 2, { storeId }), promise('late', 3, { storeId, doneAt: '2026-03-12T04:00:00.000Z' }), promise('kept', 2, { storeId }), promise('void', 2, { storeId, cause: 'merged' }), promise('opened', 1, { storeId })]);
    const rows = await ofStore(march);
    expect(rows.map((row: LedgerRow) => row.kind)).toEqual(['claims.thing', 'crm.thing', 'follow-up.due', 'hq.thing', 'parts.thing', 'reception.thing', 'workshop.thing']);
    expect(rows[2]).toEqual({ service: null, kind: 'follow-up.due', ownerRole: null, cause: null, region: null, store: null, kept: 1, late: 2, doneLate: 1, void: 1, open: 1, keptPercent: 100 / 3 });
    expect((await ofStore(`${march}&by=service`)).map((row: LedgerRow) => [row.service, row.kept])).toEqual([['claims', 1], ['crm', 2], ['hq', 1], ['parts', 1], ['reception', 1], ['workshop', 1]]);
  });

  it('HQ-5 by owner role and cause at once; for the group by region and store too', async () => {
    await hear(service, [
      promise('late', 2, { storeId: org.a.storeId, cause: 'outage' }), promise('late', 2, { storeId: org.a.storeId, ownerRole: 'advisor', kind: 'visit.care' }), promise('kept', 2, { storeId: org.b.storeId }),
    ]);
    expect(await ofStore(`${march}&by=owner-role,cause`)).toMatchObject([{ ownerRole: 'advisor', cause: null, late: 1 }, { ownerRole: 'crm-agent', cause: 'outage', late: 1 }]);
    const inGroup = async (by: string) => (await service.http(`GET /promise-ledger?${march}&by=${by}`, { as: org.hqAdmin })).body;
    expect((await inGroup('region')).rows).toMatchObject([{ region: 'north', kept: 1, late: 2, keptPercent: 100 / 3 }]);
    expect((await inGroup('store')).rows.map((row: LedgerRow) => [row.store, row.kept, row.late]).sort()).toEqual([[org.a.storeId, 0, 2], [org.b.storeId, 1, 0]].sort());
    expect((await inGroup('store')).next).toBeNull();
  });

  it('HQ-5 the newest version of a promise counts, in whatever order its facts come, and each once', async () => {
    const [storeId, promiseId] = [org.a.storeId, uuidv7()];
    const life = [
      promise('opened', 1, { storeId, promiseId }), promise('paused', 2, { storeId, promiseId }), promise('resumed', 3, { storeId, promiseId, dueAt: '2026-04-02T04:00:00.000Z' }),
      promise('late', 4, { storeId, promiseId, dueAt: '2026-04-02T04:00:00.000Z' }),
    ];
    await hear(service, [life[3]!, life[0]!, life[2]!, life[1]!, life[3]!]);
    expect(await ofStore(march)).toEqual([]);
    expect(await ofStore('from=2026-04-01&to=2026-04-30')).toMatchObject([{ late: 1, open: 0 }]);
  });

  it('HQ-5 facts of one promise that are heard at once leave its newest version', async () => {
    const [storeId, promiseId] = [org.a.storeId, uuidv7()];
    const life = (['opened', 'paused', 'resumed', 'late', 'late'] as const).map((what, i) => promise(what, i + 1, { storeId, promiseId, ...(i === 4 && { doneAt: '2026-03-12T04:00:00.000Z' }) }));
    await Promise.all([...life, ...life].map((fact) => hear(service, [fact])));
    expect(await ofStore(march)).toMatchObject([{ kept: 0, late: 1, doneLate: 1, void: 0, open: 0 }]);
  });

  it("HQ-5 a promise belongs to the local day on which it was due", async () => {
    await hear(service, [promise('kept', 2, { storeId: org.a.storeId, dueAt: '2026-03-31T15:59:59.999Z' }), promise('late', 2, { storeId: org.a.storeId, dueAt: '2026-03-31T16:00:00.000Z' })]);
    expect(await ofStore(march)).toMatchObject([{ kept: 1, late: 0 }]);
    expect(await ofStore('from=2026-04-01&to=2026-04-01')).toMatchObject([{ kept: 0, late: 1 }]);
  });

  it('HQ-5 a store sees its own promises alone; the group is for headquarters; a wrong range is refused by field', async () => {
    await hear(service, [promise('kept', 2, { storeId: org.a.storeId })]);
    const as = (role: 'store-manager' | 'advisor', from = org.a) => ({ as: from.staff[role] });
    expect((await service.http(`GET /stores/${org.a.storeId}/promise-ledger?${march}`, as('store-manager'))).body.rows).toHaveLength(1);
    expect((await service.http(`GET /stores/${org.b.storeId}/promise-ledger?${march}`, as('store-manager', org.b))).body.rows).toEqual([]);
    expect((await service.http(`GET /stores/${org.a.storeId}/promise-ledger?${march}`, as('store-manager', org.b))).status).toBe(404);
    expect((await service.http(`GET /stores/${org.a.storeId}/promise-ledger?${march}`, as('advisor'))).status).toBe(403);
    expect((await service.http(`GET /promise-ledger?${march}`, as('store-manager'))).status).toBe(403);
    const refused = async (query: string) => (await service.http(`GET /promise-ledger?${query}`, { as: org.hqAdmin })).body.errors.map((fault: { pointer: string }) => fault.pointer);
    expect(await refused('from=2026-03-02&to=2026-03-01')).toEqual(['?/to']);
    expect(await refused('from=2024-03-02&to=2026-03-01')).toEqual(['?/from']);
    expect(await refused(`${march}&by=kind,colour`)).toEqual(['?/by/1']);
  });
});
