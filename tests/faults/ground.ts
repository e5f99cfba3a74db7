import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import Redis from 'ioredis';
import pg from 'pg';
import { stores, idOf } from '../../tools/demo/people.mjs';
import { otherListener } from '../../tools/stack/kafka.mjs';
import type { Part } from '../../tools/stack/process.mjs';
import { Whole, type Service } from '../support/whole';
import { chance } from './chance';
import { Clock } from './clock';
import { works, type Kind, type Told, type Work } from './ledger';
import type { Load } from './load';
import { Route } from './proxy';
import { Witness } from './witness';

export const services: readonly Service[] = ['hq', 'reception', 'workshop', 'parts', 'crm', 'claims'];
export const storeA = stores[0]!;
const replicas = [0, 1];
const callsAhead = 60; // a call a second at the most: a minute's work

/** The whole platform with all that a fault may lay its hands on. Services reach PostgreSQL, Redis and the brokers through a proxy; we reach them directly. */
export class Ground {
  load: Load | undefined;
  /** What is left to chance, the same by the same seed. */
  chance = chance(1);
  #called = 0;

  private constructor(
    readonly whole: Whole,
    readonly witness: Witness,
    readonly clock: Clock,
    readonly postgres: Record<Service, Route>,
    readonly redis: Route,
    readonly kafka: readonly Route[],
  ) {}

  static async start(portBase: number, { brokers }: { brokers: number }): Promise<Ground> {
    const postgres = Object.fromEntries(services.map((service, i) => [service, new Route(portBase + 70 + i, portBase)])) as Record<Service, Route>;
    const redis = new Route(portBase + 76, portBase + 1);
    const kafka = Array.from({ length: brokers }, (_, i) => new Route(portBase + 77 + i, otherListener(portBase + 2, i + 1)));
    for (const route of [...Object.values(postgres), redis, ...kafka]) await route.open();
    const whole = await Whole.start(`faults/${brokers}-brokers`, portBase, {
      brokers, environment: { AFTERSALES_ENV: 'test' },
      through: { postgres: Object.fromEntries(services.map((service) => [service, postgres[service].port])), redis: redis.port, kafka: kafka.map(({ port }) => port) },
    });
    const ground = new Ground(whole, await Witness.start(whole.kafka), new Clock(whole), postgres, redis, kafka);
    await ground.#prepare();
    return ground;
  }

  /** Short promises, follow-ups a day after, claims that need no photo: things happen while things break. */
  async #prepare(): Promise<void> {
    await this.clock.read();
    await this.clock.toWorkingHours();
    const policies = { 'appointment.reply': { workingMinutes: 1 }, 'follow-up.due': { days: 1, count: 'calendar' }, 'claim.evidence': { photosAtLeast: 0, oldPartTag: false, customerSignature: false } };
    for (const [kind, value] of Object.entries(policies)) {
      const policyId = randomUUID();
      await this.whole.as.ask('hq-admin', `PUT hq/organisation/policies/${policyId}`, { body: { kind, scope: { level: 'store', storeId: storeA.storeId }, value, onOpen: 'keep' } });
      for (const service of services) await this.whole.until(`${kind} at ${service}`, async () => (await this.whole.rows(service, 'select from directory_policy where id = $1', [policyId])).length);
    }
  }

  /** Follow-ups for the callers: cars that went home yesterday, as the desk's facts would say it. */
  async someToCall(withinMs = 30_000): Promise<void> {
    const [{ n }] = (await this.whole.rows<{ n: number }>('crm', `select count(*)::int as n from follow_up where store_id = $1 and state = 'open'`, [storeA.storeId])) as [{ n: number }];
    if (n >= callsAhead) return;
    const now = await this.whole.now();
    const deliveredAt = new Date(now.getTime() - 25 * 3_600_000).toISOString();
    const messages = Array.from({ length: 2 * callsAhead }, () => {
      const [visitId, customerId] = [randomUUID(), randomUUID()];
      const data = {
        visitId, customerId, vehicleId: randomUUID(), contactId: customerId, appointmentId: null, repairOrder: `RO-F-${++this.#called}`, brand: 'nova', kind: 'repair', mileage: 9_000, deliveredAt, promisedAt: null,
        advisorId: idOf('person advisor.a'), technicianIds: [], inspectorIds: [], operationCodes: [], maintenanceDone: false, nextServiceOn: null, nextServiceAtKm: null,
      };
      return { key: visitId, value: this.envelope('reception.visit-delivered.v1', visitId, data, { storeid: storeA.storeId, time: deliveredAt }) };
    });
    await this.say('reception.visit', messages);
    await this.whole.until('somebody to call', async () => (await this.whole.rows(`crm`, `select from follow_up where store_id = $1 and state = 'open'`, [storeA.storeId])).length >= callsAhead, withinMs);
  }

  envelope(type: string, subject: string, data: object, more: object = {}): string {
    return JSON.stringify({ specversion: '1.0', id: randomUUID(), source: `/aftersales/${type.split('.')[0]}`, type, subject, time: new Date().toISOString(), datacontenttype: 'application/json', aggregateversion: 1, ...more, data });
  }

  /** Messages that no service has sent. */
  async say(topic: string, messages: { key: string; value: string }[]): Promise<void> {
    const producer = this.whole.kafka.producer();
    await producer.connect();
    await producer.send({ topic, acks: -1, messages });
    await producer.disconnect();
  }

  // --- what is told while it is broken ----------------------------------------------------------------------------------------------------

  told(what: Kind | Work): Told[] {
    this.load?.demandAlive();
    const wanted: readonly Kind[] = what in works ? works[what as Work] : [what as Kind];
    return (this.load?.told ?? []).filter(({ kind }) => wanted.includes(kind));
  }

  /** Until so many more of these were acknowledged. */
  async more(wanted: Partial<Record<Kind | Work, number>>, withinMs = 120_000): Promise<void> {
    const before = new Map(Object.keys(wanted).map((kind) => [kind, this.told(kind as Kind | Work).length]));
    await this.until(`more acknowledged: ${JSON.stringify(wanted)}`, async () => Object.entries(wanted).every(([kind, n]) => this.told(kind as Kind | Work).length >= before.get(kind)! + n), withinMs);
  }

  /** @throws what was awaited; at once when the driver has died */
  until<T>(what: string, holds: () => Promise<T | null | undefined | false>, withinMs = 60_000): Promise<T> {
    return this.whole.until(what, holds, withinMs, () => this.load?.demandAlive());
  }

  /** Facts that are committed and have not left. */
  async waiting(): Promise<number> {
    const counts = await Promise.all(services.map((service) => this.whole.rows<{ n: number }>(service, 'select count(*)::int as n from outbox')));
    return counts.reduce((sum, [row]) => sum + row!.n, 0);
  }

  /** Facts that somebody could not take in, and that no fault has meant so. */
  async setAside(): Promise<string[]> {
    const found = await Promise.all(services.map((service) => this.whole.rows(service, `select consumer, type, reason, state from dead_letter where state in ('dead', 'parked') and key <> all($1)`, [[...this.witness.strange]])));
    return found.flat().map(({ consumer, type, reason, state }) => `${consumer} ${type}: ${state}, ${reason}`);
  }

  /** A figure of all processes that answer, together. */
  async metric(name: string, of: readonly Service[] = services): Promise<number> {
    const figures = await Promise.all(of.flatMap((service) => replicas.map(async (replica) => {
      const text = await fetch(`${this.whole.platform.url(service, replica)}/metrics`, { signal: AbortSignal.timeout(3_000) }).then((answer) => answer.text(), () => '');
      return [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))].reduce((sum, [, value]) => sum + Number(value), 0);
    })));
    return figures.reduce((sum, n) => sum + n, 0);
  }

  // --- parts -------------------------------------------------------------------------------------------------------------------------------

  part(service: Service, replica = 0): Part {
    return this.whole.part(service, replica);
  }

  both(service: Service): Part[] {
    return replicas.map((replica) => this.part(service, replica));
  }

  get brokers(): Part[] {
    return this.whole.platform.stack.parts.brokers;
  }

  get databaseServer(): Part {
    return this.whole.platform.stack.parts.postgres;
  }

  get redisServer(): Part {
    return this.whole.platform.stack.parts.redis;
  }

  get everything(): Part[] {
    return [this.databaseServer, this.redisServer, ...this.brokers, ...services.flatMap((service) => this.both(service))];
  }

  signal(part: Part, signal: NodeJS.Signals): void {
    process.kill(part.pid!, signal);
  }

  /** As Kubernetes does it: what can't start yet, because what it needs is not back, is started again. */
  async started(...parts: readonly Part[]): Promise<void> {
    await Promise.all(parts.map(async (part) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await part.start();
        } catch (error) {
          if (attempt === 20) throw error;
          await pause(500);
        }
      }
    }));
  }

  /** Starts it with something more in its environment, this one time. */
  async startWith(part: Part, environment: Record<string, string>): Promise<void> {
    const file = `${part.spec.file}.env.json`;
    const ordinary = readFileSync(file, 'utf8');
    writeFileSync(file, JSON.stringify({ ...JSON.parse(ordinary), ...environment }));
    try {
      await this.started(part);
    } finally {
      writeFileSync(file, ordinary);
    }
  }

  /** A client of our own, past the proxy. */
  async withRedis<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(this.whole.platform.addresses.redisUrl, { maxRetriesPerRequest: 1 });
    redis.on('error', () => undefined);
    try {
      return await work(redis);
    } finally {
      redis.disconnect();
    }
  }

  async asAdmin<T>(service: Service | 'postgres', work: (client: pg.Client) => Promise<T>): Promise<T> {
    const url = new URL(this.whole.platform.stack.databaseAdminUrl);
    url.pathname = `/${service}`;
    const client = new pg.Client({ connectionString: url.href });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async order(end: 'sms' | 'maker' | 'mail', order: object): Promise<{ hits: number }> {
    const answer = await fetch(`${this.whole.platform.addresses[end]}/faults`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(order) });
    return (await answer.json()) as { hits: number };
  }

  async hits(end: 'sms' | 'maker' | 'mail'): Promise<number> {
    return ((await (await fetch(`${this.whole.platform.addresses[end]}/faults`)).json()) as { hits: number }).hits;
  }

  /** Whatever a fault that failed has left broken. */
  async mend(): Promise<void> {
    for (const route of [...Object.values(this.postgres), this.redis, ...this.kafka]) route.heal();
    for (const end of ['sms', 'maker', 'mail'] as const) await this.order(end, { mode: 'none' });
    for (const part of this.everything) if (part.pid) this.signal(part, 'SIGCONT');
    await this.started(...this.everything);
  }

  /** After a red experiment: what it left in the services' memory must not spoil the next. */
  async afresh(): Promise<void> {
    await Promise.all(services.flatMap((service) => this.both(service)).map((part) => part.kill9()));
    await this.mend();
  }

  async stop(): Promise<void> {
    this.load?.kill();
    await this.witness.stop().catch(() => undefined);
    await this.whole.stop();
    for (const route of [...Object.values(this.postgres), this.redis, ...this.kafka]) await route.close();
  }
}

export { pause };
