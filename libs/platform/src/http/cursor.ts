import { z } from 'zod';
import { BadRequest } from './errors';

/** Keyset cursors: the last row's sort values, opaque to the caller. */
export const toCursor = (values: readonly (string | number)[]): string => Buffer.from(JSON.stringify(values)).toString('base64url');

/** @throws BadRequest when it is none of ours */
export function fromCursor(cursor: string | undefined, length: number): (string | number)[] | null {
  if (!cursor) return null;
  try {
    const values = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown;
    if (Array.isArray(values) && values.length === length && values.every((value) => typeof value === 'string' || typeof value === 'number')) return values;
  } catch {
    /* refused below */
  }
  throw new BadRequest('This cursor is none of ours.', 'http.cursor');
}

/** Kinds of sort values: what goes into SQL is of the column's kind. */
export const seenId = z.uuid();
export const seenAt = z.iso.datetime().transform((text) => new Date(text));
export const seenDay = z.iso.date();
export const seenCode = z.string().regex(/^[\x20-\x7e]{1,64}$/);

/** The sort values of the last row seen, each of its kind. @throws BadRequest when the cursor is of another list, or of none */
export function lastSeen<const Kinds extends readonly [z.ZodType, ...z.ZodType[]]>(cursor: string | undefined, ...kinds: Kinds): { readonly [K in keyof Kinds]: z.output<Kinds[K]> } | null {
  const values = fromCursor(cursor, kinds.length);
  if (!values) return null;
  const read = z.tuple(kinds as unknown as [z.ZodType]).safeParse(values);
  if (!read.success) throw new BadRequest('This cursor is none of ours.', 'http.cursor');
  return read.data as never;
}
