import { EtaChanged, EtaSlipped, PartsPicked } from '@aftersales/contracts/parts/reservation';
import type { PartNeed } from '@aftersales/contracts/kernel/values';
import { lockRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { wake } from '@aftersales/platform/timers/wake';
import type { LineRow } from '../stock/balance.service';
import { news } from './eta';
import { linesOf } from './hold.service';
import { say, type ReservationRow } from './holders.store';

const againMs = 50;

export const openOf = (line: LineRow): number => line.quantity - line.issued;
export const needOf = (line: LineRow): PartNeed => ({ lineId: line.lineId, partNumber: line.partNumber, quantity: openOf(line) });
/** All of it lies on the shelf. */
export const isReady = (line: LineRow): boolean => line.ready === openOf(line);

/** These lines' holder has heard what they are now. */
export async function told(tx: Tx, lines: readonly LineRow[]): Promise<void> {
  await tx.query(`update reservation_line set told_at = app_now(), told_ready = (ready = quantity - issued), told_eta = eta where id = any($1::uuid[])`, [lines.map(({ id }) => id)]);
}

/**
 * Timer, rung at once: somebody else's transaction moved what this holder waits for (PRT-8). A line that is just being dealt out is not
 * waited for: whoever deals holds its card and may be waiting to set this very timer, so it rings again instead.
 */
export async function tell(tx: Tx, reservationId: string): Promise<string | void> {
  const holder = await lockRow<ReservationRow>(tx, 'reservation', reservationId);
  const free = await tx.query(`select id from reservation_line where reservation_id = $1 for no key update skip locked`, [holder.id]);
  if (free.length < (await linesOf(tx, holder.id)).length) {
    wake(tx, 'reservation.tell', holder, new Date(tx.now.getTime() + againMs));
    return 'its lines are being dealt out';
  }
  if ((await tellHolder(tx, holder)) === holder) return 'it was told already';
}

/**
 * What stock and inbound mean to the holder now, against what it was told: lines that come earlier, later, or are here. A standing job's
 * lines are picked as they come, so that it goes on; a booking's wait for the keeper. Quotes are told nothing.
 */
export async function tellHolder(tx: Tx, holder: ReservationRow): Promise<ReservationRow> {
  let row = holder;
  const lines = await tx.query<LineRow>(
    `select * from reservation_line where reservation_id = $1 and told_at is not null and level <> 'soft' and quantity > issued
       and (told_ready <> (ready = quantity - issued) or told_eta is distinct from eta) order by line_id, id`,
    [holder.id],
  );
  const moved = lines.map((line) => ({ line, news: news({ ready: line.toldReady, eta: line.toldEta }, { ready: isReady(line), eta: line.eta }) }));
  // A job hears of what is here as picked.
  const changed = moved.filter(({ line, news: what }) => what === 'changed' && !(isReady(line) && row.holderKind === 'visit')).map(({ line }) => line);
  if (changed.length) row = await say(tx, row, EtaChanged, { lines: changed.map((line) => etaLine(line, line.toldEta, tx.now)) });
  const slipped = moved.filter(({ news: what }) => what === 'slipped').map(({ line }) => line);
  row = await saySlips(tx, row, slipped.map((line) => ({ line, before: line.toldEta, cause: line.etaCause! })));
  if (lines.length) await told(tx, lines);
  return pickForJob(tx, row);
}

/** One fact for each cause. */
export async function saySlips(tx: Tx, holder: ReservationRow, slips: readonly { line: LineRow; before: Date | null; cause: string }[]): Promise<ReservationRow> {
  let row = holder;
  for (const cause of [...new Set(slips.map((slip) => slip.cause))].sort()) {
    row = await say(tx, row, EtaSlipped, { lines: slips.filter((slip) => slip.cause === cause).map(({ line, before }) => etaLine(line, before, tx.now)), cause });
  }
  return row;
}

const etaLine = (line: LineRow, before: Date | null, now: Date) => ({
  lineId: line.lineId, partNumber: line.partNumber, before: before?.toISOString() ?? null, eta: (isReady(line) ? now : line.eta)?.toISOString() ?? null,
});

/** Consented lines that lie on the shelf go to the job's place there. */
export async function pickForJob(tx: Tx, holder: ReservationRow): Promise<ReservationRow> {
  if (holder.holderKind !== 'visit') return holder;
  const picked = await tx.query<LineRow>(
    `update reservation_line set picked_at = app_now(), version = version + 1
     where reservation_id = $1 and level = 'firm' and quantity > issued and ready = quantity - issued and picked_at is null returning *`,
    [holder.id],
  );
  return picked.length ? say(tx, holder, PartsPicked, { lines: picked.map(needOf), pickedAt: tx.now.toISOString() }) : holder;
}
