import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel, type Admin, type Consumer } from 'kafkajs';
import pg from 'pg';
import { topics } from '@aftersales/contracts/catalogue';
import { client, type Client } from '../../tools/demo/client.mjs';
import { jumpClocks } from '../../tools/platform/platform.mjs';
import { underWay } from '../support/under-way';
import { rung, rungSince, type Rung } from './rung';

/** What a running platform says of itself (platform.json). */
export interface Addresses {
  readonly urls: Record<string, string[]>;
  readonly issuer: string;
  readonly mail: string;
  readonly sms: string;
  readonly maker: string;
  readonly databases: Record<string, { owner: string; service: string; system: string }>;
  readonly kafkaBrokers: string;
  readonly redisUrl: string;
}

export interface SaidFact {
  readonly type: string;
  readonly key: string;
  readonly at: Date;
  readonly data: any;
}

/** Where a journey plays: people ask over HTTP, every fact is watched on Kafka, the clock is moved, the customer's phone is read. */
export class Stage {
  readonly ask: Client['ask'];
  readonly facts: SaidFact[] = [];
  #consumer: Consumer | undefined;
  #admin: Admin | undefined;
  readonly #databases: Record<string, pg.Pool>;
  /** Timers that were told already, and the telling of those that ring now. */
  #rung: Rung = new Map();
  #ringing: Promise<void> | undefined;
  /** Facts of one type in a row, told as one line when another line comes. */
  #repeated = { type: '', times: 0 };

  private constructor(readonly at: Addresses, private readonly print: (line: string) => void) {
    this.ask = client(at).ask;
    this.#databases = Object.fromEntries(Object.entries(at.databases).map(([service, { system }]) => [service, new pg.Pool({ connectionString: system, max: 2 })]));
  }

  static async open(at: Addresses, print: (line: string) => void = () => undefined): Promise<Stage> {
    const stage = new Stage(at, print);
    stage.#rung = await rung(at.urls);
    const kafka = new Kafka({ clientId: 'journey', brokers: at.kafkaBrokers.split(','), logLevel: logLevel.NOTHING });
    const consumer = (stage.#consumer = kafka.consumer({ groupId: `journey-${randomUUID()}`, maxWaitTimeInMs: 100 }));
    stage.#admin = kafka.admin();
    await Promise.all([consumer.connect(), stage.#admin.connect()]);
    await consumer.subscribe({ topics: topics().map(({ topic }) => topic), fromBeginning: false });
    const joined = new Promise<void>((resolve) => consumer.on(consumer.events.GROUP_JOIN, () => resolve()));
    const fetched = new Promise<void>((resolve) => consumer.on(consumer.events.FETCH, () => resolve()));
    await consumer.run({ eachMessage: async ({ message }) => {
      const { type, subject, time, data } = JSON.parse(message.value!.toString());
      const fact = { type: type.replace(/\.v\d+$/, ''), key: subject, at: new Date(time), data };
      stage.facts.push(fact);
      stage.#tellFact(fact.type);
    } });
    await joined;
    await fetched;
    return stage;
  }

  /** Moves a thing on as it stands now; when somebody else changed it between the look and the move (412), looks again, as a person would. */
  async move(login: string, thing: string, verb: string, body?: unknown, look: { as?: string; expect?: number } = {}): Promise<any> {
    for (let attempt = 1; ; attempt++) {
      const { version } = await this.ask(look.as ?? login, `GET ${thing}`);
      try {
        return await this.ask(login, `POST ${thing}/${verb}`, { ifMatch: version, body, expect: look.expect });
      } catch (error) {
        if (attempt === 5 || !String(error).includes('→ 412')) throw error;
      }
    }
  }

  step(title: string): void {
    this.#tell(`\n  ${title}`);
  }

  note(line: string): void {
    this.#tell(`      ${line}`);
  }

  #tell(line: string): void {
    this.#tellFact('');
    this.print(line);
  }

  #tellFact(type: string): void {
    const { type: before, times } = this.#repeated;
    if (type === before) {
      this.#repeated.times++;
      return;
    }
    this.#repeated = { type, times: 1 };
    if (before) this.print(`      · ${before}${times > 1 ? ` ×${times}` : ''}`);
  }

  async now(): Promise<Date> {
    return (await this.rows<{ now: Date }>('reception', 'select app_clock() as now'))[0]!.now;
  }

  /** All clocks jump ahead together; timers due until then ring, and are told when they have. Never back, and not while facts are under way: hours don't pass between two services. */
  async jumpTo(at: Date): Promise<void> {
    await this.calm();
    const ms = at.getTime() - (await this.now()).getTime();
    if (ms <= 0) return;
    this.#tell(`      clock → ${at.toISOString()}`);
    await jumpClocks(this.at.databases, ms);
    // People don't wait for the timers, so neither does the journey; what goes wrong here, the next calm() says.
    this.#ringing = this.until('all that is due has rung', async () => !(await this.#isDue())).then(() => this.#tellRung()).catch(() => undefined);
  }

  /** Waits until all that was said has been heard and all that is due has rung, twice in a row: a fact may beget another. */
  async calm(): Promise<void> {
    const nothing = async (): Promise<boolean> => (await underWay((service, sql) => this.rows(service, sql), this.#admin!)).length === 0;
    await this.#ringing;
    await this.until('nothing is under way', async () => (await nothing()) && (await nothing()), 60_000);
    await this.#tellRung();
  }

  async #isDue(): Promise<boolean> {
    const due = await Promise.all(Object.keys(this.#databases).map((service) => this.rows(service, 'select from timer where ring_at <= app_clock() limit 1')));
    return due.some((rows) => rows.length > 0);
  }

  async #tellRung(): Promise<void> {
    const now = await rung(this.at.urls);
    const since = rungSince(this.#rung, now);
    this.#rung = now;
    if (since.length) this.#tell(`      rang: ${since.join(', ')}`);
  }

  /** Facts that some service could not take in. */
  async deadLetters(): Promise<string[]> {
    const found = await Promise.all(Object.keys(this.#databases).map((service) =>
      this.rows<{ consumer: string; type: string; reason: string }>(service, `select consumer, type, reason from dead_letter where state in ('dead', 'parked')`)));
    return found.flat().map(({ consumer, type, reason }) => `${consumer} ${type}: ${reason}`);
  }

  /** Waits until `look` gives something; it is asked again each 100 ms. @throws Error that says what was awaited, and the last answer */
  async until<T>(what: string, look: () => Promise<T | null | undefined | false>, withinMs = 45_000): Promise<T> {
    let last: unknown;
    for (const end = Date.now() + withinMs; Date.now() < end; await pause(100)) {
      try {
        const got = await look();
        if (got) return got;
      } catch (error) {
        last = error;
      }
    }
    throw new Error(`not within ${withinMs / 1000} s: ${what}${last ? ` – ${(last as Error).message}` : ''}`);
  }

  /** The fact of that type that fits, on Kafka since the journey began. */
  fact(type: string, fits: (data: any) => boolean = () => true, withinMs = 45_000): Promise<SaidFact> {
    return this.until(`${type} on Kafka`, async () => this.facts.find((fact) => fact.type === type && fits(fact.data)), withinMs);
  }

  countOf(type: string, fits: (data: any) => boolean = () => true): number {
    return this.facts.filter((fact) => fact.type === type && fits(fact.data)).length;
  }

  /** SMS that the gateway has taken for a number. */
  async sms(to: string): Promise<{ text: string; at: string }[]> {
    return (await (await fetch(`${this.at.sms}/messages?to=${encodeURIComponent(to)}`)).json()) as { text: string; at: string }[];
  }

  async mail(to: string): Promise<{ subject: string; text: string }[]> {
    return (await (await fetch(`${this.at.mail}/messages?to=${encodeURIComponent(to)}`)).json()) as { subject: string; text: string }[];
  }

  /** The newest link on the customer's phone that was not there before. */
  async link(to: string, after: number): Promise<string> {
    return this.until(`an SMS with a link to ${to}`, async () => {
      const fresh = (await this.sms(to)).slice(after);
      return fresh.map(({ text }) => /https?:\/\/\S+\/l\/[\w-]+/.exec(text)?.[0]).find(Boolean);
    });
  }

  /** Answers a customer's page as an old phone would: the form's fields and one button. */
  async answerPage(link: string, form: Record<string, string>): Promise<string> {
    const page = await (await fetch(link)).text();
    if (!page.includes('<form')) throw new Error(`no form behind the link: ${page.slice(0, 300)}`);
    const answer = await fetch(link, { method: 'POST', body: new URLSearchParams(form) });
    if (!answer.ok) throw new Error(`the page refused: ${answer.status}`);
    return answer.text();
  }

  async rows<Row = Record<string, any>>(service: string, sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return (await this.#databases[service]!.query(sql, parameters)).rows as Row[];
  }

  async close(): Promise<void> {
    await this.#ringing;
    this.#tellFact('');
    await this.#consumer?.disconnect();
    await this.#admin?.disconnect();
    for (const pool of Object.values(this.#databases)) await pool.end();
  }
}
