import { BadRequest } from '@aftersales/platform/http/errors';
import { fromCursor } from '@aftersales/platform/http/cursor';
import { z } from 'zod';

export const seenId = z.uuid();
export const seenAt = z.iso.datetime().transform((text) => new Date(text));
export const seenPart = z.string().regex(/^[\x20-\x7e]{1,64}$/);

/** The sort values of the last row seen: what goes into SQL is of the column's kind. @throws BadRequest when the cursor is of another list, or of none */
export function lastSeen<const Kinds extends readonly [z.ZodType, ...z.ZodType[]]>(cursor: string | undefined, ...kinds: Kinds): { readonly [K in keyof Kinds]: z.output<Kinds[K]> } | null {
  const values = fromCursor(cursor, kinds.length);
  if (!values) return null;
  const read = z.tuple(kinds as unknown as [z.ZodType]).safeParse(values);
  if (!read.success) throw new BadRequest('This cursor is none of ours.', 'http.cursor');
  return read.data as never;
}
