import { catalogue } from '@aftersales/contracts/catalogue';
import { schemas } from '@aftersales/contracts/generate/schemas';
import { variantsOf, type Schema } from './breaking';

const personal = /^(names?|surname|phones?|mobile|tel|plates?|address|addresses|emails?|mail|street|birthday|birth|gender|age|passport|photo|signature|remarks?|comments?|notes?|text|words)$/;

/** A store's own name, phone and address are the business's; plates have a topic of their own, kept 7 days. */
const allowedNames = new Set(['hq.store-changed.v1/name', 'hq.store-changed.v1/phone', 'hq.store-changed.v1/address', 'reception.visit-labelled.v1/plate']);

/** Strings with no set form that are still no free text of a person: see each contract. The promise ledger's words are the platform's. */
const allowedStrings = new Set([
  ...allowedNames,
  'hq.store-changed.v1/zone', 'hq.calendar-changed.v1/calendar/zone', 'reception.visit-labelled.v1/keyTag', 'parts.part-changed.v1/title{}',
]);
const promiseWords = /^\w+\.promise-\w+\.v1\/(kind|ownerRole|policy|cause)$/;

/** Every schema inside a schema, with its path. */
function* parts(schema: Schema, path: string): Generator<[string, Schema]> {
  yield [path, schema];
  for (const [name, inner] of Object.entries(schema.properties ?? {})) yield* parts(inner, `${path}/${name}`);
  for (const inner of variantsOf(schema) ?? []) yield* parts(inner, path);
  if (schema.items) yield* parts(schema.items, `${path}[]`);
  for (const inner of schema.prefixItems ?? []) yield* parts(inner, `${path}[]`);
  if (typeof schema.additionalProperties === 'object') yield* parts(schema.additionalProperties, `${path}{}`);
}

/** customerName → customer, name */
const words = (path: string): string[] => path.split('/').at(-1)!.replace(/[[\]{}]/g, '').replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase().split(/[\s_-]+/);

const namedLikePersonalData = (type: string, schema: Schema): string[] =>
  [...parts(schema, type)].map(([path]) => path).filter((path) => path !== type && words(path).some((word) => personal.test(word)) && !allowedNames.has(path));

const freeText = (type: string, schema: Schema): string[] =>
  [...parts(schema, type)]
    .filter(([path, { type: kind, pattern, format, enum: values, const: one }]) => kind === 'string' && !pattern && !format && !values && one === undefined && !allowedStrings.has(path) && !promiseWords.test(path))
    .map(([path]) => path);

const open = catalogue.map(({ type }) => [type, JSON.parse(schemas(catalogue).get(`${type}.json`)!) as Schema] as const);

describe('no personal data outside sealed parts', () => {
  it('no field is named like it', () => expect(open.flatMap(([type, schema]) => namedLikePersonalData(type, schema))).toEqual([]));

  it('no field is free text', () => expect(open.flatMap(([type, schema]) => freeText(type, schema))).toEqual([]));

  it('and both are seen', () => {
    const leaky: Schema = { type: 'object', properties: { lines: { type: 'array', items: { type: 'object', properties: { customerName: { type: 'string' }, plate: { anyOf: [{ type: 'string' }, { type: 'null' }] } } } } } };
    expect(namedLikePersonalData('x.y.v1', leaky)).toEqual(expect.arrayContaining(['x.y.v1/lines[]/customerName', 'x.y.v1/lines[]/plate']));
    expect(freeText('x.y.v1', leaky)).toEqual(['x.y.v1/lines[]/customerName', 'x.y.v1/lines[]/plate']);
  });
});
