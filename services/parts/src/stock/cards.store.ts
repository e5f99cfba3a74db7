import { v7 as uuidv7 } from 'uuid';
import { insertRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';

export interface Card {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly partNumber: string;
  readonly onHand: number;
  readonly reserved: number;
  readonly ready: number;
  readonly inbound: number;
  readonly nextEta: Date | null;
  readonly warehouse: string | null;
  readonly rack: string | null;
  readonly level: string | null;
  readonly bin: string | null;
}

/**
 * The cards of these parts, begun where there is none, held until the end of the transaction. Whoever changes what a card sums up holds it
 * first. Order of locks: the paper (requisition), the holder (reservation), cards by part number, then inbound lines and transfers.
 */
export async function lockCards(tx: Tx, storeId: string, partNumbers: readonly string[]): Promise<Map<string, Card>> {
  const numbers = [...new Set(partNumbers)].sort();
  const read = () => tx.query<Card>(`select * from stock_card where store_id = $1 and part_number = any($2::text[]) order by part_number for no key update`, [storeId, numbers]);
  let cards = await read();
  if (cards.length < numbers.length) {
    await tx.query(
      `insert into stock_card (id, store_id, part_number) select * from unnest($1::uuid[], $2::uuid[], $3::text[]) on conflict (store_id, part_number) do nothing`,
      [numbers.map(() => uuidv7()), numbers.map(() => storeId), numbers],
    );
    cards = await read();
  }
  return new Map(cards.map((card) => [card.partNumber, card]));
}

export interface Move {
  readonly storeId: string;
  readonly partNumber: string;
  /** Thousandths; negative goes out. */
  readonly quantity: number;
  readonly reason: 'opening' | 'receipt' | 'issue' | 'return' | 'transfer-out';
  readonly about: string | null;
  readonly staffId: string;
}

/** One line of the card's ledger (PRT-2). Its trigger moves on-hand, and PostgreSQL refuses what would go below zero. */
export async function post(tx: Tx, move: Move): Promise<void> {
  await insertRow(tx, 'stock_move', { id: uuidv7(), version: 1, ...move, movedAt: tx.now });
}
