import { EtaChanged, EtaSlipped, PartsPicked } from '@aftersales/contracts/parts/reservation';
import type { PartNeed } from '@aftersales/contracts/kernel/values';
import { lockRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { isReady, type Change, type LineRow } from '../stock/balance';
import { say, type ReservationRow } from './holders';

export const openOf = (line: LineRow): number => line.quantity - line.issued;
export const needOf = (line: LineRow): PartNeed => ({ lineId: line.lineId, partNumber: line.partNumber, quantity: openOf(line) });

/**
 * What a change of stock or inbound means to each holder, at once (PRT-8): lines that come earlier, later, or are here. A standing job's
 * lines are picked as they come, so that it goes on; a booking's wait for the keeper. Quotes are told nothing.
 */
export async function tellChanges(tx: Tx, changes: readonly Change[], cause: string, except?: string): Promise<void> {
  const concerned = changes.filter(({ after }) => after.level !== 'soft' && after.reservationId !== except);
  for (const id of [...new Set(concerned.map(({ after }) => after.reservationId))].sort()) {
    let holder = await lockRow<ReservationRow>(tx, 'reservation', id);
    const moved = concerned.filter(({ after }) => after.reservationId === id).flatMap((change) => etaMove(change, holder, tx.now));
    const lines = (slipped: boolean) => moved.filter((line) => line.slipped === slipped).map(({ slipped: _, ...line }) => line);
    if (lines(false).length) holder = await say(tx, holder, EtaChanged, { lines: lines(false) });
    if (lines(true).length) holder = await say(tx, holder, EtaSlipped, { lines: lines(true), cause });
    await pickForJob(tx, holder);
  }
}

function etaMove({ before, after }: Change, holder: ReservationRow, now: Date) {
  const line = { lineId: after.lineId, partNumber: after.partNumber, before: before.eta?.toISOString() ?? null };
  if (isReady(after)) return holder.holderKind === 'appointment' && !isReady(before) ? [{ ...line, eta: now.toISOString(), slipped: false }] : [];
  if (before.eta?.getTime() === after.eta?.getTime()) return [];
  const slipped = before.eta !== null && (after.eta === null || after.eta > before.eta);
  return [{ ...line, eta: after.eta?.toISOString() ?? null, slipped }];
}

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
