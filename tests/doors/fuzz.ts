import { setImmediate as turn } from 'node:timers/promises';
import fc, { type Arbitrary } from 'fast-check';
import { services } from '../../tools/platform/platform.mjs';
import type { Service, Whole } from '../support/whole';
import { faultsOf, spoiled, valid } from './arbitraries';
import { everyone, loginOf, own } from './cast';
import { knock, type Answer } from './door';
import { documents, filled, nameOf, operations, thingsOf, type Operation, type Schema } from './operations';
import { Rows } from './rows';
import { asked, headersOf, querySchema } from './stores';

const perRound = 3; // requests an operation

/** One generated request. */
interface Request {
  readonly operation: Operation;
  readonly who: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface Fuzzed {
  readonly asked: number;
  readonly seen: ReadonlyMap<string, ReadonlyMap<number, number>>;
  readonly wrong: readonly string[];
}

/** What an answer must be: a status of its document, as the media type and the schema written there. Empty when it is. */
export function unlike(operation: Operation, { status, type, text, body }: Answer): string[] {
  const documented = resolved(operation, operation.responses[status] ?? {});
  if (!operation.responses[status]) return [`${status} is not in its document`];
  const [media, content] = Object.entries<Schema>(documented['content'] ?? {})[0] ?? [];
  if (!media) return text === '' ? [] : ['an answer where the document has none'];
  if (!type.startsWith(media)) return [`${type}, not ${media}`];
  return faultsOf(resolved(operation, content!['schema']), body);
}

/** What a `$ref` of its document points to, or the thing itself. */
const resolved = ({ service }: Operation, there: Schema): Schema => (there['$ref'] ? String(there['$ref']).split('/').slice(1).reduce<Schema>((at, step) => at[step], documents.get(service)!) : there);

const text = ({ operation, who, path, headers, body }: Request): string => `${operation.method} ${path} as ${who} ${JSON.stringify({ ...headers, authorization: undefined })} ${JSON.stringify(body)?.slice(0, 1_000) ?? ''}`;

export class Fuzz {
  readonly #seen = new Map<string, Map<number, number>>();
  readonly #wrong = new Map<string, string>();
  #asked = 0;

  private constructor(private readonly whole: Whole, private readonly tokens: ReadonlyMap<string, string>, private rows: Rows, private readonly seed: number) {}

  static async of(whole: Whole, tokens: ReadonlyMap<string, string>, seed: number): Promise<Fuzz> {
    return new Fuzz(whole, tokens, await Rows.of(whole), seed);
  }

  get result(): Fuzzed {
    return { asked: this.#asked, seen: this.#seen, wrong: [...this.#wrong.values()] };
  }

  /** Requests that must be refused by what they are: a spoiled body, a thing that is not, a version long gone. */
  hopeless(operation: Operation): Arbitrary<Request> | null {
    const things = thingsOf(operation).filter(({ schema }) => schema['format'] === 'uuid');
    const absent = fc.record(Object.fromEntries(operation.params.map(({ name, schema }) => [name, name === 'storeId' ? fc.constant(own) : schema['format'] === 'uuid' ? fc.uuid() : fc.constantFrom('0', '-1', '9'.repeat(30), "'", '%', '\u0000', 'x'.repeat(99))])));
    const good = operation.body ? valid(operation.body, this.rows.known) : fc.constant(undefined);
    const kinds: Arbitrary<Request>[] = [];
    if (operation.body) kinds.push(fc.tuple(this.#params(operation), spoiled(operation.body, this.rows.known)).map(([{ params }, body]) => this.#request(operation, everyone('own'), params, {}, body, 1)));
    if (things.length && operation.method !== 'GET' && operation.ifMatch) kinds.push(fc.tuple(absent, good).map(([params, body]) => this.#request(operation, everyone('own'), params, {}, body, 1)));
    if (operation.ifMatch) kinds.push(fc.tuple(this.#params(operation), good).map(([{ params }, body]) => this.#request(operation, everyone('own'), params, {}, body, 999_999_999)));
    return kinds.length ? fc.oneof(...kinds) : null;
  }

  /** Requests that their document allows, by somebody who may, of things that are there as they now stand – or not. */
  hopeful(operation: Operation): Arbitrary<Request> {
    const who = fc.oneof(fc.constant(everyone('own')), fc.constantFrom(...operation.roles.map((role) => loginOf(role, 'own'))));
    const body = operation.body ? valid(operation.body, this.rows.known) : fc.constant(undefined);
    // A list's cursor is some page's, mostly none.
    const query = fc.tuple(valid(querySchema(operation), this.rows.known) as Arbitrary<Record<string, unknown>>, fc.integer({ min: 0, max: 3 })).map(([{ cursor, after, ...rest }, page]) => (page ? rest : { ...rest, ...(cursor !== undefined && { cursor }), ...(after !== undefined && { after }) }));
    return fc.tuple(who, this.#params(operation), query, body, fc.integer({ min: 0, max: 9 }))
      .map(([login, { params, version }, asks, sent, guess]) => this.#request(operation, login, params, asks, sent, version ?? guess));
  }

  /** What stands in the path: things of the own store with their version, or something made up. */
  #params(operation: Operation): Arbitrary<{ params: Readonly<Record<string, string>>; version: number | null }> {
    const there = this.rows.filling(operation, own).map(({ params, row: { version } }) => ({ params, version }));
    const codes = fc.oneof(fc.constantFrom('1', '2', 'OIL-5W30', 'standard'), fc.string({ minLength: 1, maxLength: 20 }));
    const made = fc.record(Object.fromEntries(operation.params.map(({ name, schema }) => [name, name === 'storeId' ? fc.constant(own) : schema['format'] === 'uuid' ? fc.uuid() : codes]))).map((params) => ({ params, version: null }));
    return there.length ? fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...there) }, made) : made;
  }

  #request(operation: Operation, who: string, params: Readonly<Record<string, string>>, query: Readonly<Record<string, unknown>>, body: unknown, version: number): Request {
    return { operation, who, path: filled(operation, params) + asked(query), headers: headersOf(operation, this.tokens.get(who)!, version), body };
  }

  /** Asks, and notes what is not as the document says. */
  async ask(request: Request): Promise<Answer> {
    const answer = await knock(this.whole, request.operation, request.path, request.headers, request.body);
    this.#asked++;
    const name = nameOf(request.operation);
    const statuses = this.#seen.get(name) ?? new Map<number, number>();
    this.#seen.set(name, statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1));
    const faults = answer.status >= 500 ? [`${answer.status}`] : unlike(request.operation, answer);
    if (faults.length) this.note(request, faults.join('; '), answer);
    return answer;
  }

  note(request: Request, fault: string, answer: Answer): void {
    const name = `${nameOf(request.operation)}: ${fault}`;
    if (!this.#wrong.has(name)) this.#wrong.set(name, `${name}\n    ${text(request)}\n    → ${answer.status} ${answer.text.slice(0, 400)}`);
  }

  /** Round after round over all operations, one at a time a service and all services at once, until the time is over; each round takes things as they stand by then. */
  async rounds(ms: number, kind: 'hopeless' | 'hopeful', then: (request: Request, answer: Answer) => void): Promise<number> {
    const until = performance.now() + ms;
    let round = 0;
    for (; round === 0 || performance.now() < until; round++) {
      if (round) this.rows = await Rows.of(this.whole);
      await Promise.all((services as Service[]).map(async (service) => {
        for (const operation of operations.filter((one) => one.service === service)) {
          const arbitrary = this[kind](operation);
          for (const request of arbitrary ? fc.sample(arbitrary, { numRuns: perRound, seed: this.seed + round }) : []) {
            if (round && performance.now() >= until) return; // one whole round, however slow the machine
            then(request, await this.ask(request));
          }
          await turn();
        }
      }));
    }
    return round;
  }
}

/** Every row of every table of every service, one fingerprint a table. */
export async function prints(whole: Whole): Promise<Record<string, string>> {
  const all = await Promise.all((services as Service[]).map(async (service) => {
    const tables = await whole.rows<{ name: string }>(service, `select quote_ident(tablename) as name from pg_tables where schemaname = 'public' order by 1`);
    const rows = await whole.rows<{ name: string; print: string }>(service, tables.map(({ name }) => `select '${name}' as name, count(*) || ' rows, newest ' || coalesce(max(xmin::text::bigint), 0) || ', all ' || coalesce(sum(hashtext(xmin::text || ctid::text)), 0) as print from ${name}`).join(' union all '));
    return rows.map(({ name, print }) => [`${service}.${name}`, print] as const);
  }));
  return Object.fromEntries(all.flat());
}
