/** The part of JSON Schema that our contracts use. */
export interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  prefixItems?: Schema[];
  additionalProperties?: Schema | boolean;
  propertyNames?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  [keyword: string]: unknown;
}

const lowerLimits = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems'];
const upperLimits = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'];
const identity = ['$id', 'x-topic', 'x-kept', 'x-scope', 'x-sealed-for'];

/**
 * What a change of a contract breaks within its version, each with the field's path: old facts that no longer parse (newly required, narrowed,
 * tightened), and what a hearer built on that is gone (removed, no longer sure, of another type, on another topic). A new field, and a new
 * value of an enum, break nothing.
 */
export function breaking(before: Schema, after: Schema, path = ''): string[] {
  const at = path || '(whole)';
  const found: string[] = [];
  for (const word of identity) if (before[word] !== after[word]) found.push(`${at}: ${word} was ${String(before[word])}, is ${String(after[word])}`);

  const variants = variantsOf(before);
  const now = variantsOf(after);
  if (variants || now) return [...found, ...brokenVariants(variants ?? [before], now ?? [after], path)];

  if (before.type !== after.type) return [...found, `${at}: type was ${String(before.type)}, is ${String(after.type)}`];
  if (after.enum && !before.enum) found.push(`${at}: narrowed to ${after.enum.join(', ')}`);
  for (const value of before.enum ?? []) if (after.enum && !after.enum.includes(value)) found.push(`${at}: ${String(value)} was allowed`);
  if (after.const !== undefined && before.const !== after.const) found.push(`${at}: const was ${String(before.const)}, is ${String(after.const)}`);
  for (const word of ['pattern', 'format']) if (after[word] !== undefined && before[word] !== after[word]) found.push(`${at}: ${word} was ${String(before[word])}, is ${String(after[word])}`);
  for (const word of lowerLimits) if (limit(after, word, -Infinity) > limit(before, word, -Infinity)) found.push(`${at}: ${word} tightened to ${String(after[word])}`);
  for (const word of upperLimits) if (limit(after, word, Infinity) < limit(before, word, Infinity)) found.push(`${at}: ${word} tightened to ${String(after[word])}`);

  for (const [name, schema] of Object.entries(before.properties ?? {})) {
    const kept = after.properties?.[name];
    found.push(...(kept ? breaking(schema, kept, `${path}/${name}`) : [`${path}/${name}: removed`]));
  }
  for (const name of after.required ?? []) if (!before.required?.includes(name)) found.push(`${path}/${name}: newly required`);
  for (const name of before.required ?? []) if (after.properties?.[name] && !after.required?.includes(name)) found.push(`${path}/${name}: no longer required`);

  if (before.items && after.items) found.push(...breaking(before.items, after.items, `${path}[]`));
  if (before.prefixItems?.length !== after.prefixItems?.length) found.push(`${at}: length changed`);
  before.prefixItems?.forEach((item, i) => found.push(...breaking(item, after.prefixItems?.[i] ?? item, `${path}[${i}]`)));
  if (after.additionalProperties === false && before.additionalProperties !== false) found.push(`${at}: unknown fields are refused`);
  if (typeof before.additionalProperties === 'object' && typeof after.additionalProperties === 'object') found.push(...breaking(before.additionalProperties, after.additionalProperties, `${path}{}`));
  if (before.propertyNames && after.propertyNames) found.push(...breaking(before.propertyNames, after.propertyNames, `${path}{name}`));
  return found;
}

/** The alternatives of a union, `type: [string, null]` among them; undefined for everything else. */
export function variantsOf(schema: Schema): Schema[] | undefined {
  if (Array.isArray(schema.type)) return schema.type.map((type) => (type === 'null' ? { type } : { ...schema, type }));
  return schema.anyOf ?? schema.oneOf;
}

/** Each old variant needs a new one that takes it in; one more variant (null, too) is another type to a hearer. */
function brokenVariants(before: Schema[], after: Schema[], path: string): string[] {
  const found = before.flatMap((variant) => {
    const tries = after.map((other) => breaking(variant, other, path)).sort((a, b) => a.length - b.length);
    return tries[0] ?? [];
  });
  if (after.length > before.length) found.push(`${path || '(whole)'}: type widened`);
  return found;
}

const limit = (schema: Schema, word: string, none: number): number => (typeof schema[word] === 'number' ? schema[word] : none);
