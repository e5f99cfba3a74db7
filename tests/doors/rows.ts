import { services } from '../../tools/platform/platform.mjs';
import type { Service, Whole } from '../support/whole';
import type { Known } from './arbitraries';
import { thingsOf, type Operation } from './operations';

/** A row of a service's own table. `scope`: who may see it; `storeId`: whose it is, null where it belongs to the whole group. */
export interface Row {
  readonly service: Service;
  readonly table: string;
  readonly scope: 'store' | 'group';
  readonly id: string;
  readonly storeId: string | null;
  readonly version: number | null;
  readonly columns: Readonly<Record<string, unknown>>;
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camel = (name: string): string => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
const perTable = 200;

/** The rows there are, as the databases themselves declare them: tables, scopes, columns. */
export class Rows {
  private constructor(readonly all: readonly Row[]) {}

  static async of(whole: Whole): Promise<Rows> {
    const all = await Promise.all((services as Service[]).map(async (service) => {
      const tables = await whole.rows<{ name: string; scope: 'store' | 'group'; id: boolean }>(service, `
        select c.relname as name, substr(obj_description(c.oid), 8) as scope, exists (select from pg_attribute where attrelid = c.oid and attname = 'id' and atttypid = 'uuid'::regtype) as id
          from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and obj_description(c.oid) in ('scope: store', 'scope: group')`);
      return Promise.all(tables.map(async ({ name, scope, id }) => {
        const rows = await whole.rows(service, `select * from "${name}" order by ctid desc limit ${perTable}`);
        return rows.map((columns): Row => ({ service, table: name, scope, id: id ? columns['id'] : '', storeId: columns['store_id'] ?? null, version: columns['version'] ?? null, columns }));
      }));
    }));
    return new Rows(all.flat(2));
  }

  /** What a path's parameter may name: `/repairs/{visitId}` → repair, `/cases/{caseId}` → customer_case: the word before it, else its own, is the table's name or ends (or begins) it. */
  named({ service, path }: Operation, parameter: string): readonly Row[] {
    const words = [snake(new RegExp(`([^/]+?)s?/\\{${parameter}\\}`).exec(path)?.[1]?.replaceAll('-', '_') ?? ''), snake(parameter.replace(/Id$/, ''))];
    const own = this.all.filter((row) => row.service === service && row.id);
    const ways = [(table: string, word: string) => table === word, (table: string, word: string) => table.endsWith(`_${word}`), (table: string, word: string) => table.startsWith(`${word}_`)];
    return ways.flatMap((fits) => words.map((word) => own.filter(({ table }) => fits(table, word)))).find((rows) => rows.length) ?? [];
  }

  /** Parameters of an operation that name rows of `storeId` (and of the group), parent and child belonging together. */
  filling(operation: Operation, storeId: string): readonly { params: Readonly<Record<string, string>>; row: Row }[] {
    const [first, second] = thingsOf(operation);
    if (!first) return [];
    return this.named(operation, first.name).filter((row) => row.storeId === storeId || row.storeId === null).flatMap((row): { params: Record<string, string>; row: Row }[] => {
      const params: Record<string, string> = { storeId, [first.name]: row.id };
      if (!second) return [{ params, row }];
      if (second.schema['format'] !== 'uuid') return [{ params: { ...params, [second.name]: '1' }, row }];
      return this.named(operation, second.name).filter(({ columns }) => columns[snake(first.name)] === row.id).map((child) => ({ params: { ...params, [second.name]: child.id }, row: child }));
    });
  }

  /** Ids of one store's rows that no row of the group shares: nobody else may ever see them. */
  ownIds(storeId: string): ReadonlySet<string> {
    const group = new Set(this.all.filter(({ scope }) => scope === 'group').flatMap(({ columns }) => Object.values(columns).map(String)));
    return new Set(this.all.filter((row) => row.id && row.scope === 'store' && row.storeId === storeId && !group.has(row.id)).map(({ id }) => id));
  }

  /** Values that stand in columns of that name anywhere, for generated bodies. */
  readonly known: Known = (name) => {
    let values = this.#known.get(name);
    if (!values) {
      const column = snake(name);
      const found = this.all.flatMap(({ columns, id, table }) => [columns[column], ...(name.endsWith('Id') && camel(`${table}_id`) === name ? [id] : [])]).filter((value): value is string => typeof value === 'string' && value !== '');
      this.#known.set(name, (values = [...new Set(found)].slice(0, 20)));
    }
    return values;
  };
  readonly #known = new Map<string, readonly string[]>();
}
