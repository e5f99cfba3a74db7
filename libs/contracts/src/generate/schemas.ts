import { z } from 'zod';
import type { AnyContract } from '../kernel/event';

/** Path under libs/contracts/schemas → text. Objects stay open: a hearer strips what it does not know, so a new field breaks nobody. */
export function schemas(contracts: readonly AnyContract[]): Map<string, string> {
  const files = new Map<string, string>();
  const write = (name: string, head: object, schema: z.ZodType): void => {
    files.set(`${name}.json`, `${JSON.stringify({ ...head, ...z.toJSONSchema(schema, { io: 'input' }) }, null, 2)}\n`);
  };
  for (const { type, topic, kept, scope, data, sealed } of contracts) {
    write(type, { $id: type, 'x-topic': topic, 'x-kept': kept, 'x-scope': scope }, data);
    if (sealed) write(`${type}.sealed`, { $id: `${type}.sealed`, 'x-sealed-for': sealed.for }, sealed.data);
  }
  return files;
}
