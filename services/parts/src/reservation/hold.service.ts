import type { Tx } from '@aftersales/platform/database/tx';
import { v7 as uuidv7 } from 'uuid';
import { insertRow } from '@aftersales/platform/database/rows';
import { chainsOf } from '../catalogue/chains.queries';
import { balance, type LineRow } from '../stock/balance.service';
import { lockCards } from '../stock/cards.store';
import type { ReservationRow } from './holders.store';
import { heldAs, wanted, type Wanted } from './reservation';

export const linesOf = (tx: Tx, reservationId: string): Promise<LineRow[]> =>
  tx.query<LineRow>(`select * from reservation_line where reservation_id = $1 order by line_id, id`, [reservationId]);

/**
 * Brings what is held in line with the holder's wishes: frees what nobody of them wants, holds what is new, orders what is lacking. Doing it
 * twice changes nothing; what one frees, the next gets. What was quoted passes to what was agreed of it, and so do, picked or not, the lines of
 * `from`: the appointment that this visit takes over.
 */
export async function hold(tx: Tx, holder: ReservationRow, from?: ReservationRow): Promise<void> {
  const want = wanted(holder.wishes);
  const [own, taken, chains] = [await linesOf(tx, holder.id), from ? await linesOf(tx, from.id) : [], await chainsOf(tx, [...want.values()].map(({ partNumber }) => partNumber))];
  const parts = new Set([...[...own, ...taken].map(({ partNumber }) => partNumber), ...[...chains.values()].flat()]);
  if (parts.size === 0) return;
  const cards = await lockCards(tx, holder.storeId, [...parts]);

  const keep = new Map<string, LineRow>();
  const spare = new Set(taken);
  const touched = new Set<string>(taken.map(({ partNumber }) => partNumber));
  for (const line of own) {
    const key = heldAs({ ...line, partNumber: line.wantedNumber });
    const now = want.get(key);
    const kept = now && (await rewrite(tx, line, now));
    if (kept) keep.set(key, kept);
    else if (line.level === 'soft') spare.add(line);
    else await free(tx, line);
    if (kept !== line) touched.add(line.partNumber);
  }
  for (const same of [sameLine, samePart]) {
    for (const [key, line] of want) {
      for (const other of [...spare].filter((one) => same(line, one))) {
        const row = keep.get(key);
        if (row && (row.partNumber !== other.partNumber || row.reserved >= row.quantity - row.issued)) continue;
        keep.set(key, row ? await merge(tx, row, other) : await takeOver(tx, holder, other, line));
        spare.delete(other);
      }
    }
  }
  for (const line of spare) await free(tx, line);
  const shelf = new Map([...cards].map(([number, card]) => [number, card.onHand - card.reserved]));
  for (const [key, line] of want) {
    if (keep.has(key)) continue;
    // Beyond what is agreed: of the same number, so that it can join it.
    const partNumber = [...keep.values()].find((row) => sameLine(line, row))?.partNumber ?? chooseNumber(chains.get(line.partNumber)!, line.quantity, shelf);
    shelf.set(partNumber, shelf.get(partNumber)! - line.quantity);
    await begin(tx, holder, line, partNumber);
    touched.add(partNumber);
  }
  await balance(tx, holder.storeId, [...touched], { for: holder.id });
}

const sameLine = (line: Wanted, other: LineRow): boolean => line.lineId === other.lineId && line.partNumber === other.wantedNumber;
const samePart = (line: Wanted, other: LineRow): boolean => line.partNumber === other.wantedNumber;

/** The number asked for while the shelf has it; else the first of its successors that is there; else the newest, which can be ordered. */
function chooseNumber(chain: readonly string[], quantity: number, shelf: ReadonlyMap<string, number>): string {
  return chain.find((number) => shelf.get(number)! >= quantity) ?? chain.at(-1)!;
}

async function begin(tx: Tx, holder: ReservationRow, { lineId, partNumber: wantedNumber, ...want }: Wanted, partNumber: string): Promise<void> {
  await insertRow(tx, 'reservation_line', {
    id: uuidv7(), storeId: holder.storeId, version: 1, reservationId: holder.id, lineId, wantedNumber, partNumber,
    round: want.round, payer: want.payer, level: want.level, neededBy: new Date(want.neededBy), quantity: want.quantity,
  });
}

/** @returns the same line where nothing changed */
async function rewrite(tx: Tx, line: LineRow, want: Wanted): Promise<LineRow> {
  const quantity = Math.max(want.quantity, line.issued);
  if (quantity === line.quantity && want.level === line.level && want.round === line.round && want.payer === line.payer && new Date(want.neededBy).getTime() === line.neededBy.getTime()) return line;
  const open = quantity - line.issued;
  const [rewritten] = await tx.query<LineRow>(
    `update reservation_line set quantity = $2, level = $3, round = $4, payer = $5, needed_by = $6, reserved = least(reserved, $7), ready = least(ready, $7),
       picked_at = case when $7 > ready then null else picked_at end, version = version + 1 where id = $1 returning *`,
    [line.id, quantity, want.level, want.round, want.payer, want.neededBy, open],
  );
  return rewritten!;
}

/** What was issued stays on paper; the rest is free, once. */
async function free(tx: Tx, line: LineRow): Promise<void> {
  if (line.issued === 0) await tx.query(`delete from reservation_line where id = $1`, [line.id]);
  else if (line.quantity > line.issued) await tx.query(`update reservation_line set reserved = 0, ready = 0, quantity = issued, version = version + 1 where id = $1`, [line.id]);
}

/** A part of it is held already: what the quote or the appointment held comes on top, as far as it is needed. */
async function merge(tx: Tx, own: LineRow, other: LineRow): Promise<LineRow> {
  const gone = (await tx.one<LineRow>(`delete from reservation_line where id = $1 returning reserved, ready`, [other.id]))!;
  const [merged] = await tx.query<LineRow>(
    `update reservation_line set reserved = least(quantity - issued, reserved + $2), ready = least(quantity - issued, ready + $3), version = version + 1 where id = $1 returning *`,
    [own.id, gone.reserved, gone.ready],
  );
  return merged!;
}

/** Picked lines are told again under the visit, so they count as not picked until then. */
async function takeOver(tx: Tx, holder: ReservationRow, line: LineRow, want: Wanted): Promise<LineRow> {
  const [taken] = await tx.query<LineRow>(
    `update reservation_line set reservation_id = $2, line_id = $3, round = $4, payer = $5, level = $6, needed_by = $7, quantity = $8,
       reserved = least(reserved, $8), ready = least(ready, $8), picked_at = null, told_at = null, version = version + 1 where id = $1 returning *`,
    [line.id, holder.id, want.lineId, want.round, want.payer, want.level, want.neededBy, want.quantity],
  );
  return taken!;
}
