import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isTransient } from '@aftersales/platform/inbox/transient';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import pg from 'pg';
import { client } from '../../tools/demo/client.mjs';
import { loadDemo } from '../../tools/demo/demo.mjs';
import { jumpClocks, services, startPlatform } from '../../tools/platform/platform.mjs';
import { stopStack } from '../../tools/stack/stack.mjs';
import { underWay } from './under-way';

const root = join(__dirname, '../..');
type Started = { demo?: boolean } & Pick<Parameters<typeof startPlatform>[0], 'replicas' | 'brokers' | 'through' | 'environment'>;
export type Service = 'hq' | 'reception' | 'workshop' | 'parts' | 'crm' | 'claims';

/** The whole system in processes of its own, as `npm start` runs it, and hands on every part of it. */
export class Whole {
  private constructor(
    readonly platform: Awaited<ReturnType<typeof startPlatform>>,
    readonly as: ReturnType<typeof client>,
    readonly kafka: Kafka,
    private readonly admin: Admin,
    private readonly pools: Record<string, pg.Pool>,
    /** What the platform said of its processes: which are ready, which had to be killed. */
    readonly lines: readonly string[],
  ) {}

  /** On empty databases and topics, whatever an earlier run left. */
  static async start(name: string, portBase: number, { replicas = 2, demo = true, ...more }: Started = {}): Promise<Whole> {
    const dir = join(root, '.run', name);
    mkdirSync(dir, { recursive: true });
    const lines: string[] = [];
    await stopStack({ dir, log: (line: string) => lines.push(line) }); // left over by a killed run
    for (const data of readdirSync(dir)) if (/^(postgres|redis|kafka)/.test(data) || data.endsWith('.log')) rmSync(join(dir, data), { recursive: true, force: true });
    const platform = await startPlatform({ dir, portBase, replicas, nativeOnly: true, ...more, log: (line: string) => lines.push(line) }).catch((error: Error) => {
      throw new Error(`${error.message}\n${lines.slice(-10).join('\n')}`);
    });
    const kafka = new Kafka({ clientId: 'whole', brokers: platform.addresses.kafkaBrokers.split(','), logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    const pools = Object.fromEntries(services.map((service: string) => {
      const url = new URL(platform.stack.databaseAdminUrl);
      url.pathname = `/${service}`;
      const pool = new pg.Pool({ connectionString: url.href, max: 4 });
      pool.on('error', () => undefined);
      return [service, pool];
    }));
    const whole = new Whole(platform, client(platform.addresses), kafka, admin, pools, lines);
    if (demo) await loadDemo(platform.addresses, () => undefined);
    return whole;
  }

  /** Whoever looks waits for a server that is away: an experiment may have killed it meanwhile. */
  async rows<Row = Record<string, any>>(service: Service, sql: string, parameters: unknown[] = []): Promise<Row[]> {
    for (const end = Date.now() + 30_000; ; await pause(200)) {
      try {
        return (await this.pools[service]!.query(sql, parameters)).rows as Row[];
      } catch (error) {
        if (!/^\s*select\b/i.test(sql) || !isTransient(error) || Date.now() > end) throw error;
      }
    }
  }

  part(service: Service, replica = 0) {
    return this.platform.services[service]![replica]!;
  }

  async now(): Promise<Date> {
    return (await this.rows<{ now: Date }>('reception', 'select app_clock() as now'))[0]!.now;
  }

  /** All clocks jump ahead together, and what became due fires. */
  async jumpTo(at: Date): Promise<void> {
    const ms = at.getTime() - (await this.now()).getTime();
    if (ms > 0) await jumpClocks(this.platform.databases, ms);
  }

  /** Waits until `holds` gives something, looking every 50 ms. @throws Error that says what was awaited; at once what `meanwhile` throws */
  async until<T>(what: string, holds: () => Promise<T | null | undefined | false>, withinMs = 30_000, meanwhile: () => void = () => undefined): Promise<T> {
    let last: unknown;
    for (const end = Date.now() + withinMs; Date.now() < end; await pause(50)) {
      meanwhile();
      try {
        const got = await holds();
        if (got) return got;
      } catch (error) {
        last = error;
      }
    }
    throw new Error(`not within ${withinMs / 1000} s: ${what}${last ? ` (${(last as Error).message})` : ''}`);
  }

  /** The end of every journey: outbox empty, lag 0, no overdue timers. Seen twice in a row, for a fact may beget another. */
  async settled(withinMs = 60_000): Promise<void> {
    let calm = 0;
    let last: string[] = [];
    for (const end = Date.now() + withinMs; Date.now() < end; await pause(100)) {
      // A broker that has just come back answers 'loading' for a while: that is not settled either.
      last = await underWay((service, sql) => this.rows(service as Service, sql), this.admin).catch((error: Error) => [error.message]);
      calm = last.length ? 0 : calm + 1;
      if (calm === 2) return;
    }
    throw new Error(`not settled within ${withinMs / 1000} s: ${last.join('; ')}`);
  }

  async deadLetters(): Promise<string[]> {
    const found: string[] = [];
    for (const service of services as Service[])
      for (const { consumer, type, reason, state } of await this.rows(service, `select consumer, type, reason, state from dead_letter where state in ('dead', 'parked')`)) found.push(`${consumer} ${type}: ${state}, ${reason}`);
    return found;
  }

  async stop(): Promise<void> {
    await this.admin.disconnect();
    for (const pool of Object.values(this.pools)) await pool.end();
    await this.platform.stop();
  }
}
