import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { Whole } from '../support/whole';
import { valid } from './arbitraries';
import { everyone, other, own } from './cast';
import { abreast, knock, sentence, type Answer } from './door';
import { filled, hasStore, nameOf, operations, thingsOf, type Operation } from './operations';
import { Rows } from './rows';

const uuids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const tries = 30;
/** People and cars are everybody's: any store whose role allows keeps their files. */
const everyStores = new Set(['customer', 'vehicle']);

/**
 * Every operation about a thing, asked for the real things of one store by the people of another, who hold every role there: absent, word for
 * word like a thing that never was. And no list of theirs shows one.
 * @returns what was seen that should not be; what could not be tried, for want of a thing or of fields that fit; how many lists showed something to its own people
 */
export async function acrossStores(whole: Whole, tokens: ReadonlyMap<string, string>) {
  const rows = await Rows.of(whole);
  const hidden = rows.ownIds(own);
  const wrong: string[] = [];
  const untried: string[] = [];
  let listed = 0;

  const bodiesOf = ({ body }: Operation): unknown[] => (body ? fc.sample(valid(body, rows.known), { numRuns: tries, seed: 7 }) : [undefined]);
  /** Plain first, for that shows most; then with what may be asked beside it. */
  const queriesOf = (operation: Operation): Record<string, unknown>[] => {
    const { properties: { cursor, after, ...properties }, ...schema } = querySchema(operation);
    const plain = Object.fromEntries(Object.entries(properties).filter(([name]) => schema.required.includes(name)));
    return [plain, properties].flatMap((some) => fc.sample(valid({ ...schema, properties: some }, rows.known), { numRuns: Object.keys(some).length ? tries : 1, seed: 7 }) as Record<string, unknown>[]);
  };
  /** Past the fields, to the rows: the first body and query that no rule behind the document refuses. */
  const ask = async (operation: Operation, place: 'own' | 'other', params: Readonly<Record<string, string>>, version = 1, past: readonly number[] = [422]): Promise<Answer> => {
    const [bodies, queries] = [bodiesOf(operation), queriesOf(operation)];
    for (let i = 0; ; i++) {
      const answer = await knock(whole, operation, filled(operation, params) + asked(queries[i % queries.length]!), headersOf(operation, tokens.get(everyone(place))!, version), bodies[i % bodies.length]);
      if (!past.includes(answer.status) || i + 1 >= Math.max(bodies.length, queries.length)) return answer;
    }
  };

  async function list(operation: Operation): Promise<void> {
    const [mine, theirs] = [await ask(operation, 'own', { storeId: own }), await ask(operation, 'other', { storeId: other })];
    if (mine.status !== 200 || theirs.status !== 200) wrong.push(`${nameOf(operation)}: ${mine.status} by its own store, ${theirs.status} by the other one, ${theirs.text.slice(0, 200)}`);
    for (const id of new Set(theirs.text.match(uuids))) if (hidden.has(id)) wrong.push(`${nameOf(operation)} shows ${id} to the other store`);
    if (mine.text.match(uuids)?.some((id) => hidden.has(id))) listed++;
  }

  async function thing(operation: Operation): Promise<void> {
    const all = rows.filling(operation, own);
    // A row of the group that has a store may be seen by all, and changed by its own store alone.
    const real = all.filter(({ row }) => row.storeId === own && (row.scope === 'store' || (operation.method !== 'GET' && !everyStores.has(row.table))));
    if (real.length === 0) return void (all.length || untried.push(`${nameOf(operation)}: nothing there`));
    const [{ params, row }] = real as [(typeof real)[number]];
    const uuid = operation.params.filter(({ name, schema }) => name !== 'storeId' && schema['format'] === 'uuid').map(({ name }) => name);
    const last = thingsOf(operation).at(-1)!.name;
    const made = { ...params, storeId: other, ...Object.fromEntries((uuid.includes(last) ? [last] : uuid).map((name) => [name, randomUUID()])) };
    const [theirs, absent] = [await ask(operation, 'other', { ...params, storeId: other }, row.version ?? 1), await ask(operation, 'other', made)];
    const said = `${nameOf(operation)} of ${row.table} ${row.id}`;
    if (theirs.status === 422) untried.push(`${said}: ${theirs.text.slice(0, 300)}`);
    // Where the id is the caller's own to choose, a new one makes something; another's must only not be his.
    else if (absent.status === 404 ? theirs.status !== 404 || sentence(theirs) !== sentence(absent) : theirs.status < 400) wrong.push(`${said} by the other store: ${theirs.status} ${theirs.text.slice(0, 200)}`);
    if (operation.method !== 'GET') return;
    const seen = await Promise.all(real.slice(0, 10).map((one) => ask(operation, 'own', one.params, 1, [404, 422])));
    if (!seen.some(({ status }) => status === 200)) wrong.push(`${said} by its own store: ${seen[0]!.status} ${seen[0]!.text.slice(0, 200)}`);
  }

  await abreast(8, operations.filter(hasStore), async (operation) => {
    if (thingsOf(operation).length) await thing(operation);
    else if (operation.method === 'GET') await list(operation);
  });
  return { wrong, untried, listed };
}

/** The query as one object schema. */
export const querySchema = ({ query }: Operation) => ({
  type: 'object', properties: Object.fromEntries(query.map(({ name, schema }) => [name, schema])), required: query.filter(({ required }) => required).map(({ name }) => name), additionalProperties: false,
});
export const asked = (query: Readonly<Record<string, unknown>>): string => {
  const text = new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)])).toString();
  return text && `?${text}`;
};
export const headersOf = ({ method, ifMatch }: Operation, token: string, version = 1) => ({
  authorization: `Bearer ${token}`, ...(method === 'POST' && { 'idempotency-key': randomUUID() }), ...(ifMatch && { 'if-match': `"${version}"` }),
});
