import type { Tx } from './tx';

/** Nothing of that id here: absent, or another store's. */
export class NotFound extends Error {
  constructor(readonly thing: string) {
    super(`There is no such ${thing.replaceAll('_', ' ')}.`);
    this.name = 'NotFound';
  }
}

/** Somebody changed it since it was read. */
export class Stale extends Error {
  constructor(readonly thing: string, readonly version: number) {
    super(`The ${thing.replaceAll('_', ' ')} was changed meanwhile and is now at version ${version}.`);
    this.name = 'Stale';
  }
}

export interface Row {
  readonly id: string;
  readonly version: number;
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
/** Arrays and objects are jsonb columns; our tables have no SQL arrays. */
const value = (v: unknown): unknown => (v !== null && typeof v === 'object' && !(v instanceof Date) ? JSON.stringify(v) : v === undefined ? null : v);

/** Sends `insert into table` with the camelCase fields of `row` as its snake_case columns; its error comes with the next answer (`Tx.send`). */
export async function insertRow<R extends object>(tx: Tx, table: string, row: R): Promise<R> {
  const names = Object.keys(row);
  tx.send(`insert into ${table} (${names.map(snake).join(', ')}) values (${names.map((_, i) => `$${i + 1}`).join(', ')})`, Object.values(row).map(value));
  return row;
}

/**
 * The row, held until the end of the transaction: `for no key update`, as everywhere here, for `for update` would also stop whoever writes a row
 * that refers to it (its foreign key looks at ours), which once closed a ring of waiting. `version` is what the caller last saw (If-Match).
 * @throws NotFound, Stale
 */
export async function lockRow<R extends Row>(tx: Tx, table: string, id: string, version?: number | null): Promise<R> {
  const row = await tx.one<R>(`select * from ${table} where id = $1 for no key update`, [id]);
  if (!row) throw new NotFound(table);
  if (version !== undefined && version !== null && row.version !== version) throw new Stale(table, row.version);
  return row;
}

/** Like `lockRow`, null when it is not known here (yet): facts of different topics have no order. */
export async function lockRowIfKnown<R extends Row>(tx: Tx, table: string, id: string): Promise<R | null> {
  return tx.one<R>(`select * from ${table} where id = $1 for no key update`, [id]);
}

/** The row as it is, not held. @throws NotFound */
export async function findRow<R extends object>(tx: Tx, table: string, id: string): Promise<R> {
  const row = await tx.one<R>(`select * from ${table} where id = $1`, [id]);
  if (!row) throw new NotFound(table);
  return row;
}

/** Sends `changes` to a locked row, one version up; returns the row as it is now. Its error comes with the next answer (`Tx.send`). */
export async function updateRow<R extends Row>(tx: Tx, table: string, row: R, changes: Partial<Omit<R, 'id' | 'version'>>): Promise<R> {
  const names = Object.keys(changes);
  const columns = names.map((name, i) => `${snake(name)} = $${i + 3}, `).join('');
  const next = { ...row, ...changes, version: row.version + 1 };
  tx.send(`update ${table} set ${columns}version = $2 where id = $1`, [row.id, next.version, ...Object.values(changes).map(value)]);
  return next;
}
