import { randomUUID } from 'node:crypto';
import { Envelope } from '@aftersales/contracts/kernel/envelope';
import type { AnyContract, DataOf, Fact, SealedOf } from '@aftersales/contracts/kernel/event';
import { exportJWK, generateKeyPair } from 'jose';
import { pino } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { readSettings } from '../config/config';
import { Database } from '../database/database';
import type { Tx } from '../database/tx';
import { Inbox } from '../inbox/inbox';
import { Seal } from '../outbox/seal';
import { buildService, type BuiltService, type ServiceSpec } from '../service/build-service';
import { Rings } from '../timers/rings';
import { Timers } from '../timers/timers';
import { LeaderConnection } from '../outbox/leader-connection';
import { stack } from './stack';
import { createTestDatabase, type TestDatabase } from './test-database';
import { TestIssuer } from './test-issuer';

export interface Answered {
  readonly status: number;
  readonly body: any;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly etag: string | undefined;
}

interface RequestOptions {
  readonly as?: string;
  readonly body?: unknown;
  readonly ifMatch?: string | number;
  readonly key?: string | null;
  readonly headers?: Record<string, string>;
}

/**
 * A whole service on a PostgreSQL database of its own, for use-case tests: its HTTP door (real Fastify, real tokens), its fact door (bytes as
 * they come from a partition, through the real inbox) and its timer door (the real look for what is due). Only Kafka itself is left to journeys.
 */
export class TestService {
  private constructor(readonly built: BuiltService, readonly db: TestDatabase, readonly issuer: TestIssuer, private readonly name: string) {}

  static async start(spec: ServiceSpec<any>, environment: Record<string, string> = {}, migrations?: string): Promise<TestService> {
    const [db, issuer, { publicKey, privateKey }] = await Promise.all([createTestDatabase(spec.name, migrations), TestIssuer.start(), generateKeyPair('ECDH-ES+A256KW', { extractable: true })]);
    const kid = `test-${spec.name}`;
    const publicJwk = { ...(await exportJWK(publicKey)), kid };
    const others = ['reception', 'workshop', 'parts', 'crm', 'claims', 'hq'];
    const read = readSettings({
      AFTERSALES_ENV: 'test', AFTERSALES_PORT: '1', AFTERSALES_DEMO_CLOCK: 'true', AFTERSALES_POOL: '10', AFTERSALES_PROXIES: '1', DATABASE_URL: db.service, SYSTEM_DATABASE_URL: db.system,
      REDIS_URL: stack.redisUrl, KAFKA_BROKERS: stack.brokers.join(','), OIDC_ISSUER: issuer.url,
      AFTERSALES_SEAL_PUBLIC_KEYS: JSON.stringify(Object.fromEntries(others.map((other) => [other, publicJwk]))),
      AFTERSALES_SEAL_PRIVATE_KEYS: JSON.stringify([{ ...(await exportJWK(privateKey)), kid }]),
      ...environment,
    }, spec.settings ?? {});
    if ('faults' in read) throw new Error(read.faults.join('\n'));
    // A test's first day is a Tuesday, 10:00 in the stores' zone, whenever it is run: none must depend on the hour or the weekday.
    await db.admin.query(`insert into clock_shift (shift) select (date_trunc('week', now() at time zone 'Asia/Taipei') + interval '8 days 10 hours') at time zone 'Asia/Taipei' - now()`);
    const built = await buildService(spec, read.settings, pino({ level: process.env['TEST_LOG'] ?? 'silent' }));
    await built.app.startAllMicroservices();
    await built.app.init();
    await built.app.getHttpAdapter().getInstance().ready();
    return new TestService(built, db, issuer, spec.name);
  }

  get<T>(type: abstract new (...parts: any[]) => T): T {
    return this.built.app.get(type as never);
  }

  /** `POST /stores/…` on the service's API, as the person with that staff id. A POST gets an Idempotency-Key of its own unless `key` says otherwise. */
  async http(route: `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} ${string}`, { as, body, ifMatch, key, headers = {} }: RequestOptions = {}): Promise<Answered> {
    const [method, path] = route.split(' ') as ['GET', string];
    const answer = await this.built.app.inject({
      method,
      url: path.startsWith('/health') || path.startsWith('/metrics') || path.startsWith('/l/') || path.startsWith('/callbacks/') ? path : `/api/${this.name}${path}`,
      headers: {
        ...(as && { authorization: `Bearer ${await this.issuer.token(as)}` }),
        ...((method as string) === 'POST' && key !== null && { 'idempotency-key': key ?? randomUUID() }),
        ...(ifMatch !== undefined && { 'if-match': typeof ifMatch === 'number' ? `"${ifMatch}"` : ifMatch }),
        ...headers,
      },
      ...(body !== undefined && { payload: body as object }),
    });
    const json = String(answer.headers['content-type'] ?? '').includes('json');
    return { status: answer.statusCode, body: json && answer.body ? JSON.parse(answer.body) : answer.body, headers: answer.headers, etag: answer.headers['etag'] as string | undefined };
  }

  #offset = 0;

  readonly #said = new Map<string, Promise<string>>();

  /** A fact arrives, as its publisher would have said it. Given the same `id` and data again, it is a redelivery of the same bytes. */
  async hear<C extends AnyContract>(contract: C, data: DataOf<C>, about: { storeId?: string | null; version?: number; at?: Date; id?: string; sealed?: SealedOf<C> } = {}): Promise<void> {
    const id = about.id ?? uuidv7();
    const same = `${id} ${JSON.stringify(data)}`;
    const bytes = this.#said.get(same) ?? this.#bytesOf(contract, data, { ...about, id });
    this.#said.set(same, bytes);
    await this.hearBytes(contract.topic, contract.key(data), await bytes);
  }

  async #bytesOf<C extends AnyContract>(contract: C, data: DataOf<C>, about: { id: string; storeId?: string | null; version?: number; at?: Date; sealed?: SealedOf<C> }): Promise<string> {
    const envelope: Envelope = {
      specversion: '1.0', id: about.id, source: `/aftersales/${contract.topic.split('.')[0]}`, type: contract.type, subject: contract.key(data),
      time: (about.at ?? (await this.now())).toISOString(), datacontenttype: 'application/json', ...(about.storeId && { storeid: about.storeId }), aggregateversion: about.version ?? 1, data,
      ...(about.sealed && { sealed: await this.get(Seal).seal(contract.sealed!.for, about.sealed) }),
    };
    return JSON.stringify(envelope);
  }

  /** Any bytes arrive on a topic: what a partition could hold. */
  async hearBytes(topic: string, key: string, payload: string): Promise<void> {
    const hearing = this.built.bus.hearing(topic);
    if (!hearing) throw new Error(`${this.name} does not hear ${topic}`);
    const arrived = await hearing.read({ topic, partition: 0, offset: this.#offset++, key, payload }, this.get(Seal));
    if (arrived) await this.get(Inbox).apply(hearing, [arrived]);
  }

  /** What the service has said, in order: its outbox, which no relay empties here. */
  async said<C extends AnyContract>(contract: C): Promise<(Fact<C> & { envelope: string })[]> {
    const { rows } = await this.db.admin.query<{ envelope: string }>(`select envelope from outbox where topic = $1 and envelope::jsonb->>'type' = $2 order by id`, [contract.topic, contract.type]);
    return Promise.all(rows.map(async ({ envelope }) => {
      const parsed = Envelope.parse(JSON.parse(envelope));
      const sealed = parsed.sealed ? ((await this.get(Seal).unseal(parsed.sealed)) as SealedOf<C>) : null;
      return {
        envelope, id: parsed.id, type: parsed.type, key: parsed.subject, storeId: parsed.storeid ?? null, version: parsed.aggregateversion, at: new Date(parsed.time),
        causationId: parsed.causationid ?? null, traceparent: parsed.traceparent ?? null, data: parsed.data as DataOf<C>, sealed,
      };
    }));
  }

  /** The clock jumps to `at` (or by ms), and what became due fires. It never goes back. */
  async jump(to: Date | number): Promise<void> {
    const ms = typeof to === 'number' ? to : to.getTime() - (await this.now()).getTime();
    if (ms < 0) throw new Error(`the clock only goes forward, not ${ms} ms`);
    await this.db.admin.query(`insert into clock_shift (shift) values ($1 * interval '1 ms') on conflict (only_row) do update set shift = clock_shift.shift + excluded.shift`, [ms]);
    await this.fireDue();
  }

  /** The timer door: one look for all that is due. */
  fireDue(): Promise<void> {
    return this.get(Timers).lookForDue();
  }

  async now(): Promise<Date> {
    const { rows } = await this.db.admin.query<{ now: Date }>('select app_clock() as now');
    return rows[0]!.now;
  }

  /** Rows as they stand, past row-level security. For what no door shows; prefer the doors. */
  async rows<Row = Record<string, any>>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return (await this.db.admin.query(sql, parameters)).rows as Row[];
  }

  transaction<T>(stores: readonly string[], work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.get(Database).transaction({ stores, actor: { kind: 'system', reason: 'test' } }, work);
  }

  async stop(): Promise<void> {
    await this.get(Timers).stop();
    await this.built.app.close();
    await this.get(Rings).stop();
    await this.get(LeaderConnection).close();
    await this.get(Database).stop();
    await this.issuer.stop();
    await this.db.drop();
  }
}
