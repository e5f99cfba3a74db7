import { z } from 'zod';
import { BadRequest } from '@aftersales/platform/http/errors';
import { fromCursor, toCursor } from '@aftersales/platform/http/cursor';

const Pair = z.tuple([z.iso.datetime(), z.uuid()]);

/** Lists by instant and id: the last row's pair. @throws BadRequest when it is none of ours */
export function dueCursor(cursor: string | undefined): [Date, string] | null {
  const values = fromCursor(cursor, 2);
  if (!values) return null;
  const pair = Pair.safeParse(values);
  if (!pair.success) throw new BadRequest('This cursor is none of ours.', 'http.cursor');
  return [new Date(pair.data[0]), pair.data[1]];
}

export const toDueCursor = (at: Date, id: string): string => toCursor([at.toISOString(), id]);
