import { randomUUID } from 'node:crypto';
import { DiscoveryService } from '@nestjs/core';
import { controllersOf, openApiOf } from '../http/openapi';
import { toCursor } from '../http/cursor';
import type { ServiceSpec } from '../service/build-service';
import { platformControllers } from '../service/platform.module';
import { TestService, type Answered } from './test-service';

type Schema = Readonly<Record<string, any>>;

interface Organisation {
  readonly a: { readonly storeId: string; readonly staff: Readonly<Record<string, string>> }; readonly b: { readonly storeId: string };
  person(staffId: string, posts: { role: string; storeId: string | null }[]): Promise<void>;
}

interface Sweep {
  readonly publish: (service: TestService) => Promise<Organisation>;
  readonly environment?: Record<string, string>;
  /** Bodies and queries that are good by a rule the document can not say; merged over the sample, by operationId. */
  readonly good?: Readonly<Record<string, object>>;
  /** Doors that are not in the document, since no person with a token stands there: `GET l/:token`. Their own tests hold them. */
  readonly apart?: readonly string[];
}

interface Documented {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'; readonly path: string;
  readonly roles: readonly string[]; readonly ifMatch: boolean;
  readonly body: Schema | null;
  readonly query: readonly { readonly name: string; readonly required: boolean; readonly schema: Schema }[];
  readonly params: readonly { readonly name: string; readonly schema: Schema }[];
}

/** One bad request: how it differs from the good one, and what it must be answered. */
interface Bad {
  readonly what: string; readonly status: readonly number[];
  /** The field that must be named, and with which fault. */
  readonly pointer?: string; readonly code?: string;
  readonly as?: string | null; readonly key?: null; readonly ifMatch?: string | null;
  readonly params?: Record<string, string>; readonly query?: Record<string, string> | string;
  readonly body?: unknown; readonly headers?: Record<string, string>;
}

const mark = 'unheard-of';
const refused = [400, 404, 409, 412, 413, 422] as const;

/** Issue 3 §6: bad input at any door is answered with problem+json and changes nothing. Generated from the service's own API document. */
export function sweep(spec: ServiceSpec<any>, { publish, environment = {}, good = {}, apart = [] }: Sweep): void {
  const operations = documented(openApiOf(spec.name, [...platformControllers, ...controllersOf(spec.module)]), spec.name);
  const everyone = randomUUID();
  let service: TestService, organisation: Organisation;

  beforeAll(async () => {
    service = await TestService.start(spec, environment);
    organisation = await publish(service);
    await organisation.person(everyone, Object.keys(organisation.a.staff).map((role) => ({ role, storeId: organisation.a.storeId })));
  });
  afterAll(() => service?.stop());

  it('every door is in the document that is swept, or held apart by name', () => {
    const swept = operations.map(({ method, path }) => `${method} ${path.slice(1).replace(/\{(\w+)\}/g, ':$1')}`);
    expect(doorsOf(service).sort()).toEqual([...swept, ...apart, 'GET health/live', 'GET health/ready', 'GET health/started', 'GET metrics'].sort());
  });

  it.each(operations.map((operation) => [`${operation.method} ${operation.path}`, operation] as const))('%s', async (_name, operation) => {
    const params = Object.fromEntries(operation.params.map(({ name, schema }) => [name, name === 'storeId' ? organisation.a.storeId : schema['format'] === 'uuid' ? randomUUID() : '1']));
    const body = operation.body && { ...(sampleOf(operation.body, false) as object), ...good[operation.id] };
    const query = { ...Object.fromEntries(operation.query.filter(({ required }) => required).map(({ name, schema }) => [name, String(sampleOf(schema, false))])), ...(operation.method === 'GET' ? good[operation.id] : {}) };
    const send = (bad: Partial<Bad>): Promise<Answered> => {
      const all: Record<string, string> = { ...params, ...bad.params };
      const asked = typeof bad.query === 'string' ? bad.query : new URLSearchParams({ ...query, ...bad.query }).toString();
      return service.http(`${operation.method} ${operation.path.replace(/\{(\w+)\}/g, (_, name) => all[name]!)}${asked && `?${asked}`}`, {
        as: bad.as === null ? undefined : (bad.as ?? everyone), body: 'body' in bad ? bad.body : (body ?? undefined), headers: bad.headers, key: bad.key,
        ifMatch: bad.ifMatch === null ? undefined : (bad.ifMatch ?? (operation.ifMatch ? 1 : undefined)),
      });
    };
    const before = await everything(service);
    const failing: string[] = [];
    const full = { ...(operation.body && (sampleOf(operation.body, true) as object)), ...good[operation.id] };
    for (const bad of badOf(operation, organisation, body, full, query)) failing.push(...faultsIn(bad, await send(bad)));
    if (params['storeId']) failing.push(...alike(await send({ params: { storeId: organisation.b.storeId } }), await send({ params: { storeId: randomUUID() } })));
    const after = await everything(service);
    failing.push(...Object.keys(before).filter((table) => before[table] !== after[table]).map((table) => `${table} has changed`));
    for (const odd of oddOf(operation, full, query)) {
      const { status, body: said } = await send(odd);
      if (status >= 500) failing.push(`${odd.what}: ${status} ${JSON.stringify(said)?.slice(0, 300)}`);
    }
    expect(failing).toEqual([]);
  });
}

function* badOf(operation: Documented, { a }: Organisation, body: object | null, full: object, query: object): Generator<Bad> {
  yield { what: 'no token', status: [401], as: null };
  yield { what: 'a token that is none', status: [401], as: null, headers: { authorization: 'Bearer a.b.c' } };
  const other = Object.keys(a.staff).find((role) => !operation.roles.includes(role));
  if (other) yield { what: `as ${other}`, status: [403], as: a.staff[other] };
  for (const { name, schema } of operation.params) {
    yield { what: `${name} is a broken escape`, status: [400], params: { [name]: '%zz' } };
    if (schema['format'] === 'uuid') yield { what: `${name} is no uuid`, status: [404], params: { [name]: 'nonsense' } };
    else for (const odd of ['%00', 'x'.repeat(90), 'x'.repeat(900), '9'.repeat(30), '-1', "'"]) yield { what: `${name} is ${odd.slice(0, 9)}`, status: refused, params: { [name]: odd } };
  }
  // Every field is checked before this header, so a 400 also says that the good request is good.
  yield { what: 'If-Match is malformed', status: [400], ifMatch: 'W/"1"' };
  if (operation.ifMatch) yield { what: 'no If-Match', status: [428], ifMatch: null };
  if (operation.ifMatch && operation.params.some(({ name, schema }) => name !== 'storeId' && schema['format'] === 'uuid')) yield { what: 'the thing is absent', status: [404] };
  if (operation.method === 'POST') {
    yield { what: 'no Idempotency-Key', status: [428], key: null };
    yield { what: 'a malformed Idempotency-Key', status: [400], headers: { 'idempotency-key': 'a b' } };
  }
  yield* badQueries(operation, query);
  if (operation.method !== 'GET') yield* badBodies(operation.body, body, full);
}

function* badQueries({ query, method }: Documented, goodQuery: object): Generator<Bad> {
  yield { what: 'an unknown parameter', status: [422], query: { [mark]: '1' }, code: 'unrecognized_keys' };
  if (method !== 'GET') return;
  if (query.some(({ required }) => required)) yield { what: 'no parameter', status: [422], query: '' };
  for (const { name, schema } of query) {
    const text = new URLSearchParams({ ...goodQuery, [name]: '1' }).toString();
    yield { what: `?${name} twice`, status: [422], query: `${text}&${name}=2`, pointer: `?/${name}` };
    yield { what: `?${name} over-long`, status: [422], query: { [name]: 'x'.repeat((schema['maxLength'] ?? 10_000) + 1) }, pointer: `?/${name}` };
    yield { what: `?${name} with \\u0000`, status: refused, query: { [name]: 'a\u0000' } };
    if (name === 'cursor' || (name === 'after' && schema['type'] === 'string' && !schema['format'])) yield* badCursors(name);
  }
}

/** What may be right, but not for every column and every reckoning: whatever is answered, it is no fault of ours. */
function* oddOf({ method, query, body }: Documented, full: object, goodQuery: object): Generator<Bad> {
  if (method === 'GET') for (const { name, schema } of query) for (const value of extremesOf(schema)) yield { what: `?${name}=${value}`, status: [], query: { ...goodQuery, [name]: String(value) } };
  else if (body) for (const { path, schema } of leavesOf(body)) for (const value of extremesOf(schema)) yield { what: `${path.join('.')}: ${value}`, status: [], body: withValue(full, path, value) };
}

/** Beyond int4; the ends of the calendar. */
function extremesOf({ type, format, minimum = -Infinity, maximum = Infinity }: Schema): readonly (string | number)[] {
  if (type === 'integer' || type === 'number') return [2 ** 31, -(2 ** 31) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER].filter((value) => value >= minimum && value <= maximum);
  if (format === 'date') return ['0000-01-01', '0001-01-01', '9999-12-31'];
  if (format === 'date-time') return ['0000-01-01T00:00:00.000Z', '0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'];
  return [];
}

/** Nonsense, and well-formed ones of another list. */
function* badCursors(name: string): Generator<Bad> {
  for (const cursor of ['nonsense', Buffer.from('{}').toString('base64url'), ...[1, 2, 3].flatMap((length) => ['\u0001', -1, '\u0000'].map((value) => toCursor(Array(length).fill(value))))])
    yield { what: `cursor ${Buffer.from(cursor, 'base64url').toString('latin1')}`, status: [400, 404], query: { [name]: cursor } };
}

function* badBodies(schema: Schema | null, body: object | null, full: object): Generator<Bad> {
  const json = { 'content-type': 'application/json' };
  yield { what: 'broken JSON', status: [400], body: '{"a":', headers: json };
  yield { what: 'JSON with __proto__', status: [400], body: '{"__proto__":{"a":1}}', headers: json };
  for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded']) yield { what: type, status: [415], body: 'a=1', headers: { 'content-type': type } };
  yield { what: 'a huge body', status: [413], body: { [mark]: 'x'.repeat(300_000) } };
  yield { what: 'an unknown field', status: [422], body: { ...body, [mark]: 1 }, code: 'unrecognized_keys' };
  yield { what: 'deep nesting', status: [422], body: `{"${mark}":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, headers: json };
  if (!schema) return;
  for (const other of ['[]', '"x"', '1']) yield { what: `the body ${other}`, status: [422], body: other, headers: json, pointer: '/' };
  if (schema['required']?.length) for (const empty of [undefined, {}]) yield { what: empty ? 'an empty body' : 'no body', status: [422], body: empty };
  for (const { what, path, value, code } of faultsOf(schema)) {
    const unstorable = what === '\\u0000' || what === 'half a surrogate pair'; // looked at when the form is right otherwise
    yield { what: `${path.join('.')}: ${what}`, status: [422, 413], body: withValue(unstorable ? body! : full, path, value), ...(!unstorable && { pointer: `/${path.join('/')}`, code }) };
  }
}

function faultsIn({ what, status, pointer, code }: Bad, answer: Answered): string[] {
  const { body } = answer, said = `${what}: ${answer.status} ${JSON.stringify(body)?.slice(0, 300)}`;
  if (!status.includes(answer.status)) return [`${said}, not ${status.join(' or ')}`];
  const whole = String(answer.headers['content-type']).startsWith('application/problem+json') && body.status === answer.status && body.type === `urn:aftersales:problem:${body.code}` && body.title && body.instance;
  if (!whole) return [`${said} is no whole problem`];
  if (answer.status !== 422 || (!pointer && !code)) return [];
  const named = (body.errors ?? []).some((fault: { pointer: string; code: string }) =>
    ((!pointer || fault.pointer === pointer || (!code && fault.pointer.startsWith(`${pointer}/`))) && (!code || fault.code === code)) || (fault.code === 'invalid_union' && pointer?.startsWith(fault.pointer)));
  return named ? [] : [`${said} does not name ${code ?? ''} ${pointer ?? ''}`];
}

/** Another store's door tells no more than one that is nowhere. */
function alike(other: Answered, absent: Answered): string[] {
  const [one, two] = [other, absent].map(({ status, body }) => JSON.stringify([status, { ...body, instance: '' }]));
  return other.status === 404 && one === two ? [] : [`another store: ${one}, a store that is not: ${two}`];
}

/** Every row of every table, as one fingerprint a table. */
async function everything(service: TestService): Promise<Record<string, string>> {
  const tables = await service.rows<{ name: string }>(`select quote_ident(tablename) as name from pg_tables where schemaname = 'public'`);
  const rows = await service.rows<{ name: string; print: string }>(tables.map(({ name }) => `select '${name}' as name, count(*) || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as print from ${name} t`).join(' union all '));
  return Object.fromEntries(rows.map(({ name, print }) => [name, print]));
}

/** What Nest really serves. */
function doorsOf(service: TestService): string[] {
  const verbs = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']; // Nest's RequestMethod, by number
  return service.get(DiscoveryService).getControllers().flatMap(({ metatype }) => {
    const type = metatype as new () => object;
    return Object.getOwnPropertyNames(type.prototype).flatMap((name) => {
      const handler = type.prototype[name as never] as object;
      const verb = name === 'constructor' ? undefined : (Reflect.getMetadata('method', handler) as number | undefined);
      return verb === undefined ? [] : [`${verbs[verb]} ${[Reflect.getMetadata('path', type), Reflect.getMetadata('path', handler)].join('/').replace(/\/+/g, '/').replace(/^\/|\/$/g, '')}`];
    });
  });
}

function documented(document: object, service: string): Documented[] {
  const { paths } = document as { paths: Record<string, Record<string, any>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters, requestBody, 'x-roles': roles }]) => {
      const within = (place: string) => parameters.filter((parameter: { in: string }) => parameter.in === place);
      return {
        id: operationId, method: method.toUpperCase() as 'GET', path: path.slice(`/api/${service}`.length), roles, params: within('path'), query: within('query'),
        body: requestBody?.content['application/json'].schema ?? null, ifMatch: within('header').some(({ name, required }: { name: string; required: boolean }) => name === 'If-Match' && required),
      };
    }),
  );
}

type Fault = Pick<Bad, 'what' | 'code'> & { readonly path: readonly string[]; readonly value: unknown };

const texts = ['x', 'A1', 'TW', 'TWD', 'zh-TW', '09:00', 'LSVAA4182E2123456', 'a'.repeat(64), 'a@example.com', '+886255501001', 'AAAA', '12345678'];
const formats: Record<string, string> = { uuid: '0198f2a0-0000-7000-8000-000000000001', date: '2026-11-24', 'date-time': '2026-11-24T03:00:00.000Z' };
const optionsOf = (schema: Schema): readonly Schema[] | undefined => (schema['anyOf'] ?? schema['oneOf']) as readonly Schema[] | undefined;

/** A value that the schema takes; with `all`, optional fields too. */
function sampleOf(schema: Schema, all: boolean): unknown {
  if ('const' in schema) return schema['const'];
  if (schema['enum']) return schema['enum'][0];
  const [option] = optionsOf(schema) ?? [];
  if (option) return sampleOf(option, all);
  if (schema['type'] === 'object') {
    const fields = Object.entries<Schema>(schema['properties'] ?? {}).filter(([name]) => all || schema['required']?.includes(name));
    return Object.fromEntries(fields.map(([name, field]) => [name, sampleOf(field, all)]));
  }
  if (schema['type'] === 'array') return Array.from({ length: schema['minItems'] ?? (all ? 1 : 0) }, () => sampleOf(schema['items'] ?? {}, all));
  if (schema['type'] === 'integer' || schema['type'] === 'number') return Math.min(Math.max(1, schema['minimum'] ?? 1, (schema['exclusiveMinimum'] ?? 0) + 1), schema['maximum'] ?? Infinity);
  if (schema['type'] === 'boolean') return true;
  if (schema['type'] !== 'string') return null;
  const fits = (text: string) => text.length >= (schema['minLength'] ?? 0) && text.length <= (schema['maxLength'] ?? Infinity) && (!schema['pattern'] || new RegExp(schema['pattern']).test(text));
  return formats[schema['format']] ?? texts.find(fits) ?? 'x'.repeat(schema['minLength'] ?? 1);
}

/** Every way to break one field, at any depth, and where it is. */
function* faultsOf(schema: Schema, path: readonly string[] = []): Generator<Fault> {
  const [option] = optionsOf(schema) ?? [];
  if (option) {
    for (const fault of faultsOf(option, path)) yield fault.what === 'wrong type' ? { ...fault, value: { unheard: ['of'] } } : fault;
    return;
  }
  const { type } = schema;
  if (path.length === 1 && type) {
    yield { what: 'wrong type', path, value: type === 'object' || type === 'array' ? 'x' : { unheard: ['of'] } };
    yield { what: 'deep nesting', path, value: JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) };
  }
  if (type === 'string') {
    if (!schema['enum'] && !('const' in schema)) yield { what: 'over-long', path, value: 'x'.repeat(Math.min((schema['maxLength'] ?? 20_000) + 1, 260_000)) };
    yield { what: '\\u0000', path, value: 'a\u0000b' };
    yield { what: 'half a surrogate pair', path, value: 'a\ud800b' };
    if (schema['format']?.startsWith('date')) yield { what: 'no day of any month', path, value: formats[schema['format']]!.replace('11-24', '02-30') };
  }
  if (type === 'integer' || type === 'number') for (const value of [1e300, -1e300]) yield { what: String(value), path, value };
  if (type === 'array') {
    yield { what: 'too many', path, value: Array.from({ length: (schema['maxItems'] ?? 2_000) + 1 }, () => sampleOf(schema['items'] ?? {}, false)), code: 'too_big' };
    yield* faultsOf(schema['items'] ?? {}, [...path, '0']);
  }
  if (type === 'object' && schema['properties']) {
    if (path.length) yield { what: 'an unknown field', path, value: { ...(sampleOf(schema, true) as object), 'unheard-of': 1 }, code: 'unrecognized_keys' };
    for (const [name, field] of Object.entries<Schema>(schema['properties'])) yield* faultsOf(field, [...path, name]);
  }
}

function* leavesOf(schema: Schema, path: readonly string[] = []): Generator<{ readonly path: readonly string[]; readonly schema: Schema }> {
  const [option] = optionsOf(schema) ?? [];
  if (option) yield* leavesOf(option, path);
  else if (schema['type'] === 'array') yield* leavesOf(schema['items'] ?? {}, [...path, '0']);
  else if (schema['type'] === 'object') for (const [name, field] of Object.entries<Schema>(schema['properties'] ?? {})) yield* leavesOf(field, [...path, name]);
  else yield { path, schema };
}

/** A copy of `whole` with `value` at `path`. */
function withValue(whole: unknown, [first, ...rest]: readonly string[], value: unknown): unknown {
  if (first === undefined) return value;
  if (Array.isArray(whole)) return [withValue(whole[0], rest, value), ...whole.slice(1)];
  return { ...(whole as object), [first]: withValue((whole as Record<string, unknown> | null)?.[first] ?? {}, rest, value) };
}
