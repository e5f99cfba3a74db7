import { promiseFacts } from '@aftersales/contracts/kernel/promise-facts';
import { TestOrganisation } from '@aftersales/directory/testing/organisation';
import { TestService } from '@aftersales/platform/testing/test-service';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { HqModule } from '../hq.module';
import { hqSettings } from '../hq.settings';
import { hear, say, Visit, type Said } from '../testing/after-sales';
import { Rebuild } from './rebuild.service';

const start = () => TestService.start({ name: 'hq', module: HqModule, settings: hqSettings });

/** Everything that the service hears from here on, with the ids and times it was heard with. */
async function recorded(service: TestService): Promise<Said[]> {
  const facts: Said[] = [];
  const through = service.hear.bind(service);
  const at = await service.now();
  service.hear = async (contract, data, about = {}) => {
    const known = { id: uuidv7(), at, ...about };
    facts.push({ contract, data, about: known as unknown as Said['about'] });
    await through(contract, data, known);
  };
  return facts;
}

/** A quarter of two stores: all outcomes, two brands, shared people, corrections, excluded and unlocked visits, late promises. */
function quarter(storeIds: readonly string[]): Said[] {
  const people = Array.from({ length: 4 }, () => uuidv7());
  return Array.from({ length: 15 }, (_, i) => {
    const storeId = storeIds[i % 3 === 0 ? 1 : 0]!;
    const visit = new Visit(storeId, new Date(Date.UTC(2026, i % 3, 1 + i, 15, 59 + (i % 2))), { advisorId: people[i % 2]!, brand: i % 4 ? 'nova' : 'vela', technicianIds: [people[2]!, people[3]!].slice(i % 2) });
    const level = (n: number) => 1 + ((i * n) % 5);
    const promiseId = uuidv7();
    const promised = (what: 'opened' | 'kept' | 'late', version: number) => say(promiseFacts('crm')[what], storeId, version, {
      promiseId, kind: 'follow-up.due', subject: visit.followUpId, ownerRole: 'crm-agent', policy: 'follow-up.due', policyVersion: 1, calendarVersion: 1, startedAt: visit.deliveredAt.toISOString(),
      dueAt: visit.deliveredAt.toISOString(), outcome: what === 'opened' ? 'open' : what, cause: what === 'late' ? 'outage' : null, doneAt: null, pausedMs: {},
    });
    const opened = [visit.delivered(), visit.delivered(2, { brand: i % 5 ? 'nova' : 'vela' }), promised('opened', 1)];
    if (i % 10 === 9) return opened;
    if (i % 10 === 8) return [...opened, visit.locked({ position: i + 1, excludedBy: 'kind-internal' })];
    const asked = [...opened, visit.locked({ position: i + 1 }), visit.planned(i % 7 === 0)];
    if (i % 5 === 4) return [...asked, visit.failed(), promised('late', 2), visit.closed('failed')];
    return [...asked, visit.reached(), promised('kept', 2), visit.answered([level(1), level(2), level(3)].slice(i % 2), i % 11), ...(i % 6 === 0 ? [visit.corrected([1, level(7)], 10)] : []), visit.closed('satisfied')];
  }).flat();
}

/** All that hq shows of it, and the tables it is read from, as bytes. */
async function everyFigure(service: TestService, org: TestOrganisation): Promise<string> {
  const year = 'from=2026-01-01&to=2026-12-31';
  const paths = [
    ...['day&from=2026-01-01&to=2026-03-31', 'week', 'month', 'year'].flatMap((per) => {
      const range = per.includes('from') ? `per=${per}` : `per=${per}&${year}`;
      return [...['group', 'region', 'brand', 'store'].map((by) => `csi?${range}&by=${by}`), ...['store', 'brand', 'advisor', 'technician'].map((by) => `stores/${org.a.storeId}/csi?${range}&by=${by}`)];
    }),
    `promise-ledger?${year}&by=kind,service,owner-role,cause,region,store`, `stores/${org.b.storeId}/promise-ledger?${year}`,
  ];
  const shown: unknown[] = [];
  for (const path of paths) {
    const { status, body } = await service.http(`GET /${path}`, { as: org.hqAdmin });
    expect([path, status]).toEqual([path, 200]);
    shown.push([path, body]);
  }
  for (const table of ['csi_visit', 'csi_follow_up', 'csi_answer', 'csi_share', 'csi_sample_day', 'csi_level_day', 'csi_sample_period', 'csi_level_period', 'ledger_promise'])
    shown.push([table, await service.rows(`select t::text from ${table} t order by 1`)]);
  return JSON.stringify(shown);
}

/** Another order of arrival that keeps the order within each key of a topic: all that Kafka promises. */
function otherOrder(facts: readonly Said[], seed: number): Said[] {
  const queues = new Map<string, Said[]>();
  for (const fact of facts) {
    const key = `${fact.contract.topic}/${fact.contract.key(fact.data)}`;
    queues.set(key, [...(queues.get(key) ?? []), fact]);
  }
  const [shuffled] = fc.sample(fc.shuffledSubarray(facts.map(({ contract, data }) => `${contract.topic}/${contract.key(data)}`), { minLength: facts.length }), { seed, numRuns: 1 });
  return shuffled!.map((key) => queues.get(key)!.shift()!);
}

describe('a rebuild', () => {
  let first: TestService;
  let org: TestOrganisation;
  let facts: Said[];
  let figures: string;
  const others: TestService[] = [];
  const another = async () => {
    const service = await start();
    others.push(service);
    return service;
  };

  beforeAll(async () => {
    first = await start();
    facts = await recorded(first);
    org = await TestOrganisation.publish(first);
    await hear(first, quarter([org.a.storeId, org.b.storeId]));
    figures = await everyFigure(first, org);
  });
  afterAll(async () => {
    for (const service of [first, ...others]) await service?.stop();
  });

  it('HQ-9 HQ-2 HQ-5 the same facts in another order between the topics, each twice, give the same figures bit by bit', async () => {
    const service = await another();
    const order = otherOrder(facts, 1);
    await hear(service, order.flatMap((fact, i) => (i % 2 ? [fact, fact] : [fact])));
    await hear(service, order.filter((_, i) => i % 2 === 0));
    expect(await everyFigure(service, org)).toBe(figures);
    expect(await service.rows('select type, reason from dead_letter')).toEqual([]);
  });

  it('HQ-9 read back a topic at a time in batches of a partition, it gives the same figures and says nothing', async () => {
    const service = await another();
    const rebuild = new Rebuild(service.built);
    await rebuild.demandEmpty();
    const envelope = ({ contract, data, about }: Said) => JSON.stringify({
      specversion: '1.0', id: about.id, source: `/aftersales/${contract.topic.split('.')[0]}`, type: contract.type, subject: contract.key(data), time: new Date(0).toISOString(), datacontenttype: 'application/json',
      ...(about.storeId && { storeid: about.storeId }), aggregateversion: about.version ?? 1, data,
    });
    for (const topic of [...new Set(facts.map(({ contract }) => contract.topic))].reverse())
      await rebuild.take(facts.filter(({ contract }) => contract.topic === topic).map((fact, offset) => ({ topic, partition: 0, offset, key: fact.contract.key(fact.data), payload: envelope(fact) })));
    expect(await everyFigure(service, org)).toBe(figures);
    expect(await rebuild.deadLetters()).toBe(0);
    expect(await service.rows('select 1 from outbox union all select 1 from timer')).toEqual([]);
    await expect(rebuild.demandEmpty()).rejects.toThrow('heard facts before');
  });

  it('HQ-9 the counted days are those that the kept facts give: counted again whole, nothing changes', async () => {
    const before = await everyFigure(first, org);
    const { count } = await import('../csi/count-days.sql');
    await first.transaction([org.a.storeId, org.b.storeId], async (tx) => {
      for (const table of ['csi_sample_day', 'csi_level_day', 'csi_sample_period', 'csi_level_period']) await tx.query(`delete from ${table}`);
      await count(tx, (await tx.query<{ id: string }>('select id from csi_visit')).map(({ id }) => id));
    });
    expect(await everyFigure(first, org)).toBe(before);
  });
});
