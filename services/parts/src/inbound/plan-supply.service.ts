import { addOpenDays } from '@aftersales/calendar/open-days';
import { calendarOf, policyOf } from '@aftersales/directory/directory';
import { findRow, insertRow, lockRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { wake } from '@aftersales/platform/timers/wake';
import { v7 as uuidv7 } from 'uuid';
import { sayAvailability } from '../stock/availability.service';
import type { Card } from '../stock/cards.store';
import type { TransferRow } from '../transfer/transfer';
import type { InboundRow } from './inbound';

/**
 * A shortage of booked or consented lines becomes planned inbound (REC-3): from the sister store that has it all free, else an order; due at
 * the close of the policy's nth working day of the parts desk. Nothing for a number that can't be had.
 */
export async function planSupply(tx: Tx, storeId: string, partNumber: string, quantity: number): Promise<boolean> {
  const sister = await freeAtSister(tx, storeId, partNumber, quantity);
  const orderable = sister ?? (await tx.one(`select 1 from part where part_number = $1 and active`, [partNumber]));
  if (!orderable) return false;
  const { value } = await policyOf(tx, 'parts.lead-time', storeId);
  const { calendar } = await calendarOf(tx, storeId, 'parts');
  const eta = addOpenDays(calendar, tx.now, sister ? value.sisterStoreWorkingDays : value.orderWorkingDays).closesAt;
  const inbound: InboundRow = { id: uuidv7(), storeId, version: 1, partNumber, source: sister ? 'transfer' : 'order', state: 'planned', quantity, received: 0, eta, createdAt: tx.now };
  await insertRow(tx, 'inbound_line', inbound);
  if (sister) {
    const transfer: TransferRow = { id: uuidv7(), storeId: sister.storeId, version: 1, toStoreId: storeId, inboundId: inbound.id, partNumber, quantity, state: 'asked', askedAt: tx.now };
    await insertRow(tx, 'transfer', transfer);
    sayAvailability(tx, await findRow<Card>(tx, 'stock_card', sister.id));
  }
  return true;
}

/** Held on her shelf by the transfer's trigger, so she can't promise it to somebody else. */
async function freeAtSister(tx: Tx, storeId: string, partNumber: string, quantity: number): Promise<Card | null> {
  const candidates = await tx.query<{ id: string }>(
    `select id from stock_card where part_number = $1 and store_id <> $2 and on_hand - reserved >= $3 order by on_hand - reserved desc, id limit 3`, [partNumber, storeId, quantity],
  );
  for (const { id } of candidates) {
    const card = await lockRow<Card>(tx, 'stock_card', id);
    if (card.onHand - card.reserved >= quantity) return card;
  }
  return null;
}

/** Planned inbound that nobody needs any more shrinks; what a sister was asked for is hers again, unless it is on its way. */
export async function dropSurplus(tx: Tx, inboundId: string, quantity: number): Promise<void> {
  const transfer = await lockTransfer(tx, inboundId);
  if (transfer && transfer.state !== 'asked') return;
  const line = await lockRow<InboundRow>(tx, 'inbound_line', inboundId);
  const left = line.quantity - quantity;
  await updateRow(tx, 'inbound_line', line, { quantity: left, ...(left === line.received && { state: 'cancelled' }) });
  if (!transfer) return;
  await updateRow(tx, 'transfer', transfer, { quantity: left, ...(left === 0 && { state: 'cancelled' }) });
  const card = (await tx.one<Card>(`select * from stock_card where store_id = $1 and part_number = $2`, [transfer.storeId, transfer.partNumber]))!;
  sayAvailability(tx, card);
  // Somebody of hers may wait for it: her own transaction gives it out.
  wake(tx, 'stock.serve', { id: card.id, storeId: card.storeId }, tx.now);
}

/** Her card before the transfer, as she herself locks them. */
async function lockTransfer(tx: Tx, inboundId: string): Promise<TransferRow | null> {
  await tx.query(`select c.id from stock_card c join transfer t on t.store_id = c.store_id and t.part_number = c.part_number where t.inbound_id = $1 for no key update of c`, [inboundId]);
  return tx.one<TransferRow>(`select * from transfer where inbound_id = $1 for no key update`, [inboundId]);
}
