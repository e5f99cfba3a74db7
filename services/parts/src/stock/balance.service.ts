import type { Payer } from '@aftersales/contracts/kernel/values';
import type { Tx } from '@aftersales/platform/database/tx';
import { letSleep, wake } from '@aftersales/platform/timers/wake';
import type { InboundRow } from '../inbound/inbound';
import { dropSurplus, planSupply } from '../inbound/plan-supply.service';
import type { Level } from '../reservation/reservation';
import { tellAvailability } from './availability.service';
import type { Card } from './cards.store';
import { supply, type Inbound, type Supply } from './supply';

export interface LineRow {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly reservationId: string;
  readonly round: number;
  readonly lineId: string;
  readonly wantedNumber: string;
  readonly partNumber: string;
  readonly payer: Payer | null;
  readonly level: Level;
  readonly neededBy: Date;
  readonly quantity: number;
  readonly issued: number;
  readonly returned: number;
  readonly reserved: number;
  readonly ready: number;
  readonly source: 'stock' | 'inbound' | 'transfer' | 'order' | null;
  readonly eta: Date | null;
  readonly pickedAt: Date | null;
  readonly toldReady: boolean;
  readonly toldEta: Date | null;
  readonly etaCause: string | null;
}

export interface Why {
  /** The holder in whose transaction this is: it tells itself. */
  readonly for?: string;
  /** Why times move, as `eta-slipped` says it. */
  readonly cause?: string;
}

/**
 * After anything that moves stock, inbound or need: gives what is free to those who lack it, orders what is lacking, drops planned orders
 * that nobody needs, tells the group what is free. The cards are locked. Other holders whom it touches are woken, at once, to tell what it
 * means to them under their own lock (`reservation.tell`): nobody ever waits for a holder while he holds a card.
 */
export async function balance(tx: Tx, storeId: string, partNumbers: readonly string[], why: Why = {}): Promise<void> {
  for (const partNumber of [...new Set(partNumbers)].sort()) await balanceOne(tx, storeId, partNumber, why);
}

async function balanceOne(tx: Tx, storeId: string, partNumber: string, why: Why): Promise<void> {
  const lines = await tx.query<LineRow>(`select * from reservation_line where store_id = $1 and part_number = $2 and quantity > issued`, [storeId, partNumber]);
  let now = await look(tx, storeId, partNumber, lines);
  if (now.gap > 0 && (await planSupply(tx, storeId, partNumber, now.gap))) now = await look(tx, storeId, partNumber, lines);
  const rows = new Map(lines.map((line) => [line.id, line]));
  for (const { id, reserved, ready, eta, from } of now.lines) {
    const before = rows.get(id)!;
    if (before.reserved === reserved && before.ready === ready && before.source === from && before.eta?.getTime() === eta?.getTime()) continue;
    await tx.query(
      `update reservation_line set reserved = $2, ready = $3, eta = $4, source = $5, eta_cause = $6, version = version + 1 where id = $1`,
      [id, reserved, ready, eta, from, why.cause ?? 'other-promise-first'],
    );
    if (before.reservationId !== why.for && before.level !== 'soft') wake(tx, 'reservation.tell', { id: before.reservationId, storeId }, tx.now);
  }
  for (const { id, quantity } of now.surplus) await dropSurplus(tx, id, quantity);
  await tellAvailability(tx, storeId, partNumber, now.nextEta);
  if (now.earliest) wake(tx, 'stock.overdue', { id: now.cardId, storeId }, now.earliest);
  else letSleep(tx, 'stock.overdue', { id: now.cardId });
}

async function look(tx: Tx, storeId: string, partNumber: string, lines: readonly LineRow[]): Promise<Supply & { cardId: string; earliest: Date | null }> {
  const card = (await tx.one<Card & { asked: number }>(
    `select c.*, coalesce((select sum(t.quantity) from transfer t where t.store_id = c.store_id and t.part_number = c.part_number and t.state = 'asked'), 0)::bigint as asked
     from stock_card c where c.store_id = $1 and c.part_number = $2`,
    [storeId, partNumber],
  ))!;
  const inbound = await tx.query<InboundRow & { shipped: boolean }>(
    `select i.*, coalesce(t.state = 'shipped', false) as shipped from inbound_line i left join transfer t on t.inbound_id = i.id
     where i.store_id = $1 and i.part_number = $2 and i.state in ('planned', 'expected') order by i.id for no key update of i`,
    [storeId, partNumber],
  );
  const etas = inbound.flatMap(({ eta }) => (eta ? [eta.getTime()] : []));
  return {
    ...supply(card.onHand - card.asked, lines.map((line) => ({ ...line, quantity: line.quantity - line.issued })), inbound.map(asInbound)),
    cardId: card.id,
    /** When the first of what is to come is overdue. */
    earliest: etas.length ? new Date(Math.min(...etas)) : null,
  };
}

/** An order is planned until somebody has confirmed it, a sister's goods until she has sent them. */
const asInbound = ({ id, quantity, received, eta, source, state, shipped }: InboundRow & { shipped: boolean }): Inbound => ({
  id, open: quantity - received, eta, planned: source === 'transfer' ? !shipped : state === 'planned', from: source === 'transfer' || state === 'planned' ? source : 'inbound',
});
