import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { customers } from '../../tools/demo/customers.mjs';
import { services } from '../../tools/platform/platform.mjs';
import type { Service, Whole } from '../support/whole';
import { allSaid } from './said';

/** Something personal that was typed in: where it may be found at all is a database, a sealed part, or on its way to the person. */
export interface Needle {
  readonly kind: 'name' | 'phone' | 'plate' | 'email' | 'address';
  readonly text: string;
}

/** What the demo's and the journey's people are called, and how they are reached: what crm's files hold, and what the demo has typed. */
export async function needles(whole: Whole): Promise<Needle[]> {
  const filed = await whole.rows<Needle>('crm', `
    select 'name' as kind, name as text from customer union select 'email', email from customer union select 'address', address from customer
    union select 'phone', number from customer_phone union select 'plate', plate from vehicle`);
  const typed = customers.flatMap(({ name, phone, email, plate }): Needle[] => [{ kind: 'name', text: name }, { kind: 'phone', text: phone }, { kind: 'plate', text: plate }, ...(email ? [{ kind: 'email' as const, text: email }] : [])]);
  const all = new Map([...filed, ...typed].filter(({ text }) => text).map((needle) => [`${needle.kind} ${needle.text}`, needle]));
  return [...all.values()];
}

/** As somebody might write it: as it is, without the country, in a URL, in JSON's escapes, in base64. */
function spellings({ kind, text }: Needle): string[] {
  const plain = kind === 'phone' ? [text, text.replace(/^\+(86|886)/, '')] : [text];
  return plain.flatMap((one) => [...new Set([one, one.toLowerCase(), encodeURIComponent(one), [...one].map((letter) => (letter > '\x7f' ? `\\u${letter.codePointAt(0)!.toString(16)}` : letter)).join(''), Buffer.from(one).toString('base64').replace(/=+$/, '')])]);
}

interface Place {
  readonly where: string;
  readonly text: string;
}

/** Everything that leaves a database: topics with keys and headers, every process's log, all of Redis, metrics. */
export async function haystack(whole: Whole): Promise<Place[]> {
  const said = (await allSaid(whole)).map(({ topic, partition, offset, key, value, headers }) => ({ where: `topic ${topic}/${partition}/${offset}`, text: `${key} ${value} ${JSON.stringify(headers)}` }));
  const logs = readdirSync(whole.platform.home).filter((file) => file.endsWith('.log')).map((file) => ({ where: `log ${file}`, text: readFileSync(join(whole.platform.home, file), 'utf8') }));
  const metrics = await Promise.all((services as Service[]).map(async (service) => ({ where: `metrics of ${service}`, text: await (await fetch(`${whole.platform.url(service)}/metrics`)).text() })));
  return [...said, ...logs, ...metrics, ...(await ofRedis(whole))];
}

async function ofRedis(whole: Whole): Promise<Place[]> {
  const redis = new Redis(whole.platform.addresses.redisUrl);
  try {
    const places: Place[] = [];
    for await (const keys of redis.scanStream({ count: 500 }) as AsyncIterable<string[]>)
      for (const key of keys) {
        const type = await redis.type(key);
        const held = type === 'hash' ? await redis.hgetall(key) : type === 'list' ? await redis.lrange(key, 0, -1) : type === 'set' ? await redis.smembers(key) : type === 'zset' ? await redis.zrange(key, 0, -1) : type === 'stream' ? await redis.xrange(key, '-', '+') : await redis.get(key);
        places.push({ where: `redis ${key}`, text: JSON.stringify(held) });
      }
    return places;
  } finally {
    redis.disconnect();
  }
}

/** Plates travel on one topic alone. */
const allowed = (where: string, { kind }: Needle): boolean => kind === 'plate' && where.startsWith('topic reception.visit-label/');

/** @returns each place with what was found in it */
export function search(places: readonly Place[], sought: readonly Needle[]): string[] {
  const spelled = sought.map((needle) => ({ needle, ways: spellings(needle) }));
  return places.flatMap(({ where, text }) => spelled.filter(({ needle, ways }) => !allowed(where, needle) && ways.some((way) => text.includes(way))).map(({ needle }) => `${where}: ${needle.kind} ${needle.text}${context(text, needle)}`));
}

function context(text: string, needle: Needle): string {
  const at = spellings(needle).map((way) => text.indexOf(way)).find((index) => index >= 0) ?? 0;
  return ` in …${text.slice(Math.max(0, at - 120), at + 60)}…`;
}

/** Puts one of each kind where each could leak, and looks again. @returns those that were not found */
export async function planted(whole: Whole, sought: readonly Needle[]): Promise<{ unfound: string[] }> {
  const kinds = [...new Map(sought.map((needle) => [needle.kind, needle])).values()];
  const producer = whole.kafka.producer();
  const redis = new Redis(whole.platform.addresses.redisUrl);
  const log = 'planted.log';
  try {
    await producer.connect();
    // Of a type that nobody hears; a plate's own topic stays allowed, so it goes to another.
    await producer.send({ topic: 'crm.case', messages: kinds.map(({ kind, text }) => ({ key: kind, value: JSON.stringify({ planted: text }), headers: { traceparent: text } })) });
    await redis.hset('planted', Object.fromEntries(kinds.map(({ kind, text }) => [kind, text])));
    writeFileSync(join(whole.platform.home, log), kinds.map(({ kind, text }) => JSON.stringify({ kind, msg: encodeURIComponent(text) })).join('\n'));
    const found = search(await haystack(whole), sought);
    return { unfound: kinds.flatMap(({ kind, text }) => ['topic crm.case/', 'redis planted', `log ${log}`].filter((place) => !found.some((line) => line.startsWith(place) && line.includes(`: ${kind} ${text}`))).map((place) => `${kind} in ${place}`)) };
  } finally {
    await redis.del('planted');
    redis.disconnect();
    await producer.disconnect();
    rmSync(join(whole.platform.home, log), { force: true });
  }
}
