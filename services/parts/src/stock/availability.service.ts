import { AvailabilityChanged } from '@aftersales/contracts/parts/part';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import type { Card } from './cards.store';

/** REC-2: what one store could promise now, whole, whenever the card moved since the group was last told. */
export async function tellAvailability(tx: Tx, storeId: string, partNumber: string, nextEta: Date | null): Promise<void> {
  const card = await tx.one<Card>(
    `update stock_card set next_eta = $3, told_version = version + 1, version = version + 1
     where store_id = $1 and part_number = $2 and (told_version <> version or next_eta is distinct from $3) returning *`,
    [storeId, partNumber, nextEta],
  );
  if (card) sayAvailability(tx, card);
}

export function sayAvailability(tx: Tx, card: Card): void {
  publish(tx, AvailabilityChanged, { version: card.version }, {
    storeId: card.storeId, partNumber: card.partNumber, onHand: card.onHand, reserved: card.reserved, free: Math.max(0, card.onHand - card.reserved), inbound: card.inbound,
    nextEta: card.nextEta?.toISOString() ?? null,
  });
}
