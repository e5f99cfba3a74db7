import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import fc, { type Arbitrary } from 'fast-check';
import type { Schema } from './operations';

const ajv = new Ajv2020({ strict: false, validateFormats: false }); // every format of our documents has its pattern beside it
const compiled = new WeakMap<Schema, ValidateFunction>();

/** Whether a value is what the schema says; the faults when it is not. */
export function faultsOf(schema: Schema, value: unknown): string[] {
  let check = compiled.get(schema);
  if (!check) compiled.set(schema, (check = ajv.compile(schema)));
  return check(value) ? [] : check.errors!.map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
}
export const fits = (schema: Schema, value: unknown): boolean => faultsOf(schema, value).length === 0;

/** Ids that mean something here (`visitId` → the visits there are), so that a generated body does not only speak of strangers. */
export type Known = (name: string) => readonly string[];

const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }), // every code point there is, NUL and all
  fc.constantFrom('', ' ', "'; drop table visit; --", '%_\\', '‮וְ', '😀'.repeat(20), '路人甲', '{"a":1}', '<b onclick=x>', '${jndi:x}', '../../etc/passwd', '\u2028', 'null', '0', '-0', 'NaN'), // nobody of the demo's: the canary seeks those
);
const instants = fc.date({ min: new Date('2024-01-01T00:00:00Z'), max: new Date('2030-01-01T00:00:00Z'), noInvalidDate: true });
const anyDates = fc.oneof({ weight: 8, arbitrary: instants }, fc.constantFrom(...['0001-01-01T00:00:00Z', '0099-12-31T23:59:59Z', '1582-10-10T00:00:00Z', '9999-12-31T23:59:59.999Z', '2028-02-29T00:00:00Z'].map((text) => new Date(text))));

/** Values that the schema takes. What only a rule behind the document refuses (an end before its begin) may be among them. */
export function valid(schema: Schema, known: Known, name = ''): Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema['const']);
  if (schema['enum']) return fc.constantFrom(...(schema['enum'] as unknown[]));
  const options = (schema['anyOf'] ?? schema['oneOf']) as Schema[] | undefined;
  if (options) return fc.oneof(...options.map((option) => valid(option, known, name)));
  if (schema['type'] === 'object') return objects(schema, known);
  if (schema['type'] === 'array') {
    const least = (schema['minItems'] as number | undefined) ?? 0;
    return fc.array(valid(schema['items'] ?? {}, known, name.replace(/s$/, '')), { minLength: least, maxLength: Math.max(least, Math.min((schema['maxItems'] as number | undefined) ?? 4, 4)) });
  }
  if (schema['type'] === 'boolean') return fc.boolean();
  if (schema['type'] === 'integer' || schema['type'] === 'number') {
    const [min, max] = [Math.max(schema['minimum'] ?? -2_000, (schema['exclusiveMinimum'] ?? -Infinity) + 1), schema['maximum'] ?? Number.MAX_SAFE_INTEGER];
    return fc.oneof(fc.integer({ min, max: Math.min(max, min + 2_000) }), fc.integer({ min, max }), fc.constantFrom(min, max));
  }
  if (schema['type'] === 'string') return strings(schema, known(name));
  if (schema['type'] === 'null') return fc.constant(null);
  return fc.oneof(texts, fc.integer(), fc.boolean(), fc.constant(null));
}

function objects(schema: Schema, known: Known): Arbitrary<unknown> {
  const { properties = {}, required = [], propertyNames, additionalProperties } = schema as { properties?: Record<string, Schema>; required?: string[]; propertyNames?: Schema; additionalProperties?: Schema | boolean };
  const fields = fc.record(Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, valid(field, known, name)])), { requiredKeys: required });
  if (typeof additionalProperties !== 'object') return fields;
  return fc.dictionary(propertyNames ? (valid(propertyNames, known) as Arbitrary<string>) : fc.string({ maxLength: 10 }), valid(additionalProperties, known), { maxKeys: 3, noNullPrototype: true });
}

function strings(schema: Schema, there: readonly string[]): Arbitrary<string> {
  const { format, pattern, minLength = 0, maxLength = 200 } = schema as { format?: string; pattern?: string; minLength?: number; maxLength?: number };
  const made = (): Arbitrary<string> => {
    if (format === 'uuid') return fc.uuid();
    if (format === 'date') return anyDates.map((at) => at.toISOString().slice(0, 10));
    if (format === 'date-time') return anyDates.map((at) => at.toISOString());
    if (format === 'email') return fc.stringMatching(/^[a-z]{1,8}@example\.(com|org)$/);
    if (format === 'base64') return fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('base64'));
    if (pattern && !pattern.includes('\\P')) return fc.stringMatching(new RegExp(pattern), { size: '-1' });
    return texts.map((text) => [...text].slice(0, maxLength).join('').slice(0, maxLength).padEnd(minLength, 'x'));
  };
  const fitting = made().filter((text) => fits(schema, text));
  const good = format === 'uuid' || pattern ? there.filter((text) => fits(schema, text)) : []; // free text is made up: what people are called must not wander
  return good.length ? fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...good) }, fitting) : fitting;
}

const odd: readonly unknown[] = [
  null, true, '', 'x', '\u0000', '\ud800', 'x'.repeat(70_000), 0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, [], {}, [null], [[]], { __proto__x: 1 }, { toString: null, constructor: null, length: -1 },
  '2026-02-30', '2026-11-24T25:00:00Z', '2026-11-24T10:00:00+08:00', '00000000-0000-0000-0000-000000000000', JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`),
];

/** Values that the schema does not take: a good one with one place spoiled, at any depth. */
export function spoiled(schema: Schema, known: Known): Arbitrary<unknown> {
  return fc.tuple(valid(schema, known), fc.nat(), fc.constantFrom(...odd), fc.constantFrom('replace', 'drop', 'add'))
    .map(([value, where, instead, how]) => {
      const places = placesOf(value);
      const copy: unknown = structuredClone(value);
      const place = places[where % places.length]!;
      if (place.length === 0) return how === 'add' && isRecord(copy) ? { ...copy, unheardOf: instead } : instead;
      const holder = place.slice(0, -1).reduce((at, step) => (at as any)[step], copy) as Record<string, unknown>;
      const last = place.at(-1)!;
      if (how === 'drop' && !Array.isArray(holder)) delete holder[last];
      else if (how === 'add' && isRecord(holder)) holder['unheardOf'] = instead;
      else holder[last] = instead;
      return copy;
    })
    .filter((value) => !fits(schema, value));
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function placesOf(value: unknown, at: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([name, inner]) => placesOf(inner, [...at, name]))];
}
