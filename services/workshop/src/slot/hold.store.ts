import { addDays, localDate, type LocalDate } from '@aftersales/calendar/local-time';
import { storeOf } from '@aftersales/directory/directory';
import { insertRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { DayBook } from '../capacity/day-book.store';
import type { Seated } from './seat';
import { next, type Move } from './slot';
import type { BayTake, HoldRow, HoursTake } from './slot.rows';

/** Writes what a hold takes, bay and hours, in the book that it was seated in. */
export async function keepTakes(tx: Tx, hold: HoldRow, { takes, legs, bayIds, dates, book }: Seated & { book: DayBook }): Promise<void> {
  for (const take of takes) await insertRow(tx, 'hours_take', { storeId: hold.storeId, holdId: hold.id, ...take });
  for (const [i, leg] of legs.entries()) await insertRow(tx, 'bay_take', { storeId: hold.storeId, holdId: hold.id, bayId: bayIds[i]!, ...leg });
  book.move(takes, 1);
  book.touchBays(dates, legs.map(({ bayType }) => bayType));
  await book.close(tx);
}

/** Ends a hold and gives back what it takes, once. @returns whether there was anything to end */
export async function free(tx: Tx, hold: HoldRow, move: Exclude<Move, 'book'>, planned?: DayBook): Promise<boolean> {
  const state = next(hold.state, move);
  if (!state) return false;
  await updateRow(tx, 'slot_hold', hold, { state, expiresAt: null });
  const takes = await tx.query<HoursTake>(`delete from hours_take where store_id = $1 and hold_id = $2 returning *`, [hold.storeId, hold.id]);
  const bays = await tx.query<BayTake>(`delete from bay_take where store_id = $1 and hold_id = $2 returning *`, [hold.storeId, hold.id]);
  await giveBack(tx, hold, takes, bays, planned);
  return true;
}

/** The work is done before the slot ends: the bay is free from now on, hours from tomorrow on. */
export async function cutShort(tx: Tx, hold: HoldRow): Promise<void> {
  const { zone } = await storeOf(tx, hold.storeId);
  const about = [hold.storeId, hold.id, tx.now];
  const takes = await tx.query<HoursTake>(`delete from hours_take where store_id = $1 and hold_id = $2 and date > $3 returning *`, [hold.storeId, hold.id, localDate(zone, tx.now)]);
  const unused = await tx.query<BayTake>(`delete from bay_take where store_id = $1 and hold_id = $2 and starts_at >= $3 returning *`, about);
  const left = await tx.query<BayTake>(`update bay_take set ends_at = $3 where store_id = $1 and hold_id = $2 and ends_at > $3 returning *`, about);
  if (takes.length + unused.length + left.length > 0) await giveBack(tx, hold, takes, [...unused, ...left]);
}

async function giveBack(tx: Tx, hold: HoldRow, takes: readonly HoursTake[], bays: readonly BayTake[], planned?: DayBook): Promise<void> {
  const dates = await datesOf(tx, hold);
  const bayTypes = bays.map(({ bayType }) => bayType);
  const book = planned ?? (await DayBook.open(tx, hold.storeId, { dates, skills: takes.map(({ skill }) => skill), bayTypes }));
  book.move(takes, -1);
  book.touchBays(dates, bayTypes);
  if (!planned) await book.close(tx);
}

export async function datesOf(tx: Tx, { storeId, startsAt, endsAt }: Pick<HoldRow, 'storeId' | 'startsAt' | 'endsAt'>): Promise<LocalDate[]> {
  const { zone } = await storeOf(tx, storeId);
  const dates: LocalDate[] = [];
  for (let date = localDate(zone, startsAt); date <= localDate(zone, endsAt); date = addDays(date, 1)) dates.push(date);
  return dates;
}
