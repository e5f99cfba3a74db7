import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CompressionTypes, type Producer } from 'kafkajs';
import { v7 as uuidv7 } from 'uuid';
import { catalogue } from '@aftersales/contracts/catalogue';
import { Envelope } from '@aftersales/contracts/kernel/envelope';
import { withoutVersion, type AnyContract, type Contract, type ServiceName } from '@aftersales/contracts/kernel/event';
import type { HeardBy } from '@aftersales/platform/bus/on';
import { controllersOf } from '@aftersales/platform/http/openapi';
import { Seal } from '@aftersales/platform/outbox/seal';
import { ClaimsModule } from '../../services/claims/src/claims.module';
import { CrmModule } from '../../services/crm/src/crm.module';
import { HqModule } from '../../services/hq/src/hq.module';
import { PartsModule } from '../../services/parts/src/parts.module';
import { ReceptionModule } from '../../services/reception/src/reception.module';
import { WorkshopModule } from '../../services/workshop/src/workshop.module';
import type { Whole } from '../support/whole';
import { own } from './cast';

const modules = { claims: ClaimsModule, crm: CrmModule, hq: HqModule, parts: PartsModule, reception: ReceptionModule, workshop: WorkshopModule };

interface Hearer extends HeardBy {
  readonly service: ServiceName;
}

/** Every consumer of every service and what it hears, from the consumers' own decorators. */
export const hearers: readonly Hearer[] = Object.entries(modules).flatMap(([service, module]) =>
  controllersOf(module).flatMap((controller) =>
    Object.getOwnPropertyNames(controller.prototype).flatMap((method) => {
      const heard = (Reflect.getMetadata('microservices:pattern_extras', controller.prototype[method] as object) as { heard?: HeardBy } | undefined)?.heard;
      return heard ? [{ ...heard, service: service as ServiceName }] : [];
    }),
  ),
);

/** A message as it lies on a partition, and what must become of it. */
interface Sent {
  readonly what: string;
  readonly topic: string;
  readonly partition: number;
  readonly key: string | null;
  readonly value: string | null;
  /** A dead letter of each of these, with this reason; none of anybody else. */
  readonly dead: { readonly of: readonly Hearer[]; readonly reason: string } | null;
  /** Applied by each of these, under this id. */
  readonly taken: { readonly of: readonly Hearer[]; readonly id: string } | null;
}

const hearing = (fits: (contract: AnyContract) => boolean): Hearer[] => hearers.filter(({ contract }) => fits(contract));
const fixturesOf = ({ type }: Contract): { data: Record<string, unknown>; sealed?: unknown }[] => JSON.parse(readFileSync(join(__dirname, '../../libs/contracts/fixtures', `${type}.json`), 'utf8'));

let made = 0;
/** A fixture about things that nobody has heard of: every id and number of its own is new, in this store. */
function unheardOf(contract: AnyContract): { data: Record<string, any>; sealed?: unknown } {
  const fixture = fixturesOf(contract)[0]!;
  const others = new Map<string, string>();
  if (typeof fixture.data['storeId'] === 'string' && contract.scope === 'store') others.set(fixture.data['storeId'], own);
  for (const [name, word] of Object.entries(fixture.data)) {
    if (typeof word !== 'string') continue;
    if (/^\d{4}-\d\d-\d\d$/.test(word)) others.set(word, `${2030 + (made % 60)}-0${1 + (made % 9)}-1${made % 10}`); // a day is part of some keys
    if (name === 'repairOrder' || name === 'partNumber') others.set(word, `${word}-${made}`);
  }
  made++;
  const text = JSON.stringify(fixture).replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => others.get(id) ?? others.set(id, uuidv7()).get(id)!);
  return JSON.parse(text.replace(/"([^"]+)"/g, (whole, word: string) => (others.has(word) ? `"${others.get(word)}"` : whole)));
}

const odd: readonly unknown[] = [{ unheard: ['of'] }, 'nonsense', 17.5, null];

/** Bad messages of every kind on every topic that somebody hears, generated from the contracts, with good facts before and behind them. */
export class Poison {
  readonly sent: Sent[] = [];

  private constructor(private readonly seal: Seal, private readonly now: Date) {}

  static async of(whole: Whole): Promise<Poison> {
    const { env } = whole.part('hq').spec.run().options!;
    const poison = new Poison(new Seal({ publicKeys: JSON.parse(env!['AFTERSALES_SEAL_PUBLIC_KEYS']!), privateKeys: [] }), await whole.now());
    for (const topic of new Set(hearers.map(({ contract }) => contract.topic))) await poison.#topic(topic);
    return poison;
  }

  /** All of it on partition 0: what is good stands behind what is bad, and must be reached. */
  #add(topic: string, what: string, key: string | null, value: string | null, dead: Sent['dead'], taken: Sent['taken'] = null): void {
    this.sent.push({ what, topic, partition: 0, key, value, dead: dead?.of.length ? dead : null, taken });
  }

  async #fact(contract: AnyContract): Promise<Envelope> {
    const { data, sealed } = unheardOf(contract);
    return {
      specversion: '1.0', id: uuidv7(), source: `/aftersales/${contract.topic.split('.')[0]}`, type: contract.type, subject: contract.key(data), time: this.now.toISOString(),
      datacontenttype: 'application/json', ...(contract.scope === 'store' && { storeid: own }), aggregateversion: 1, data, ...(contract.sealed && { sealed: await this.seal.seal(contract.sealed.for, sealed) }),
    };
  }

  async #topic(topic: string): Promise<void> {
    const contracts = catalogue.filter((contract) => contract.topic === topic);
    const everybody = hearing((contract) => contract.topic === topic);
    const any = contracts.find((contract) => everybody.some((hearer) => hearer.contract.type === contract.type))!;
    const whole = await this.#fact(any);
    const bad = (what: string, value: string | null, reason: string) => this.#add(topic, what, uuidv7(), value, { of: everybody, reason });
    for (const [what, text] of [['broken JSON', '{"specversion":'], ['bytes', '\u0000\ufffd'], ['nothing', '']] as const) bad(what, text, 'no JSON');
    bad('a null value', null, 'no JSON');
    for (const [what, text] of [['a list', '[]'], ['a number', '1'], ['null', 'null']] as const) bad(what, text, 'no envelope');
    for (const [field, shape] of Object.entries(Envelope.shape)) {
      if (field === 'data') continue;
      const { [field]: _, ...without } = whole as unknown as Record<string, unknown>;
      if (!Envelope.safeParse(without).success) bad(`no ${field}`, JSON.stringify(without), `no envelope: /${field} `);
      for (const value of odd) if (!shape.safeParse(value).success) bad(`${field} is ${JSON.stringify(value)}`, JSON.stringify({ ...whole, [field]: value }), `no envelope: /${field} `);
    }
    bad('larger than any of ours', JSON.stringify({ ...whole, id: uuidv7(), padding: 'x'.repeat(700_000) }), 'larger than');
    const unknown = { ...whole, id: uuidv7(), type: `${topic}-unheard-of.v1` };
    this.#add(topic, 'a type that nobody hears', uuidv7(), JSON.stringify(unknown), null);
    for (const contract of contracts) await this.#type(contract);
  }

  async #type(contract: AnyContract): Promise<void> {
    const { topic, type } = contract;
    const concerned = hearing((other) => other.type === type);
    const good = async (what: string): Promise<Envelope> => {
      const fact = await this.#fact(contract);
      this.#add(topic, `${type}: ${what}`, fact.subject, JSON.stringify(fact), null, { of: concerned, id: fact.id });
      return fact;
    };
    const bad = (what: string, key: string | null, envelope: object, reason: string, of = concerned) => this.#add(topic, `${type}: ${what}`, key, JSON.stringify(envelope), { of, reason });
    const first = await good('before the bad ones');
    bad('same id, other bytes', first.subject, { ...first, aggregateversion: 2 }, 'same id, other bytes');
    for (const field of Object.keys(contract.data.shape)) {
      const fact = await this.#fact(contract);
      const data = fact.data as Record<string, unknown>;
      const { [field]: _, ...without } = data;
      for (const [what, value] of [['no', without], ...odd.map((one) => [JSON.stringify(one), { ...data, [field]: one }])] as const)
        if (!contract.data.safeParse(value).success) bad(`${field}: ${String(what)}`, uuidv7(), { ...fact, id: uuidv7(), data: value }, `wrong schema: /${field}`);
    }
    const base = withoutVersion(type);
    const next = await this.#fact(contract);
    bad('a version to come', next.subject, { ...next, type: `${base}.v99` }, `unknown version ${base}.v99`, hearing((other) => withoutVersion(other.type) === base));
    for (const key of [uuidv7(), '', ...(contract.kept === 'compacted' ? [] : [null])]) { // a compacted topic takes none without a key
      const fact = await this.#fact(contract);
      bad(`the key ${key}`, key, fact, 'wrong key');
    }
    if (contract.scope === 'store') {
      const { storeid: _, ...fact } = await this.#fact(contract);
      bad('no store', fact.subject, fact, 'no store');
    }
    if (contract.sealed) {
      for (const change of [(jwe: string) => `${jwe.slice(0, -4)}AAAA`, () => 'a.b.c.d.e', () => 'nonsense']) {
        const fact = await this.#fact(contract);
        bad('an altered seal', fact.subject, { ...fact, sealed: change(fact.sealed!) }, 'unreadable seal', concerned.filter(({ service }) => service === contract.sealed!.for));
      }
    }
    await good('behind the bad ones');
  }

  /** In this order, for that is the order of their partition. @returns where each lies, as `topic/partition/offset` */
  async send(producer: Producer): Promise<ReadonlyMap<string, Sent>> {
    const placed = new Map<string, Sent>();
    const topics = [...new Set(this.sent.map(({ topic }) => topic))];
    for (const topic of topics) {
      const messages = this.sent.filter((one) => one.topic === topic);
      for (let from = 0; from < messages.length; ) {
        let [to, size] = [from, 0];
        while (to < messages.length && (to === from || size + (messages[to]!.value?.length ?? 0) < 700_000)) size += messages[to++]!.value?.length ?? 0;
        const part = messages.slice(from, to);
        const [record] = await producer.send({ topic, acks: -1, compression: CompressionTypes.None, messages: part.map(({ key, value, partition }) => ({ key, value, partition })) });
        part.forEach((one, i) => placed.set(`${topic}/0/${Number(record!.baseOffset) + i}`, one));
        from = to;
      }
    }
    return placed;
  }
}

/** What became of each message in each service's dead letters and inbox. @returns what is not as it must be */
export async function fates(whole: Whole, placed: ReadonlyMap<string, Sent>): Promise<string[]> {
  const wrong: string[] = [];
  for (const service of Object.keys(modules) as ServiceName[]) {
    const letters = new Map<string, { consumer: string; reason: string; state: string }[]>();
    for (const { place, ...letter } of await whole.rows<{ place: string; consumer: string; reason: string; state: string }>(service, `select topic || '/' || partition || '/' || "offset" as place, consumer, reason, state from dead_letter`))
      letters.set(place, [...(letters.get(place) ?? []), letter]);
    const noted = new Set((await whole.rows<{ note: string }>(service, `select consumer || ' ' || event_id as note from inbox`)).map(({ note }) => note));
    for (const [place, { what, dead, taken }] of placed) {
      const found = letters.get(place) ?? [];
      const due = new Set((dead?.of ?? []).filter((hearer) => hearer.service === service).map(({ consumer }) => consumer));
      const lacking = [...due].filter((consumer) => !found.some((letter) => letter.consumer === consumer && letter.state === 'dead' && letter.reason.startsWith(dead!.reason)));
      const surplus = found.filter(({ consumer }) => !due.has(consumer));
      if (lacking.length || surplus.length) wrong.push(`${place} ${what}: due in ${[...due].join(', ') || 'nobody'} as ‘${dead?.reason ?? '–'}’, found ${found.map(({ consumer, state, reason }) => `${consumer} ${state} ‘${reason.slice(0, 160)}’`).join(', ') || 'nothing'}`);
      for (const { consumer } of (taken?.of ?? []).filter((hearer) => hearer.service === service)) if (!noted.has(`${consumer} ${taken!.id}`)) wrong.push(`${place} ${what}: not taken by ${consumer}`);
    }
  }
  return wrong;
}
