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
