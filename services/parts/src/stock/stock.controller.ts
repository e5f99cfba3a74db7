import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { PartNumber } from '@aftersales/contracts/kernel/values';
import { findRow, NotFound } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { lastSeen, seenCode, seenId, toCursor } from '@aftersales/platform/http/cursor';
import { Command, Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import type { Card } from './cards.store';
import { StockService } from './stock.service';

const place = z.string().regex(/^[A-Za-z0-9-]{1,20}$/);
const PlaceInput = z.strictObject({ warehouse: place, rack: place, level: place, bin: place });
const OpenInput = PlaceInput.extend({ partNumber: PartNumber, quantity: z.int().positive().max(1_000_000_000) });
const CardView = z.object({
  id: z.uuid(), version: z.int(), storeId: z.uuid(), partNumber: z.string(), onHand: z.int(), reserved: z.int(), ready: z.int(), free: z.int(), inbound: z.int(), nextEta: z.iso.datetime().nullable(),
  warehouse: z.string().nullable(), rack: z.string().nullable(), level: z.string().nullable(), bin: z.string().nullable(),
});
const MoveView = z.object({ id: z.uuid(), quantity: z.int(), reason: z.string(), about: z.uuid().nullable(), staffId: z.uuid(), movedAt: z.iso.datetime(), balance: z.int() });
const Page = z.strictObject({ after: z.string().max(500).optional(), limit: z.coerce.number().int().min(1).max(200).default(50) });
const CardsQuery = Page.extend({ partNumber: PartNumber.optional() });

const read = ['parts-manager', 'parts-keeper', 'buyer', 'advisor', 'service-manager', 'front-desk-supervisor', 'workshop-manager', 'technician', 'store-manager', 'finance'];
const view = ({ id, version, storeId, partNumber, onHand, reserved, ready, inbound, nextEta, warehouse, rack, level, bin }: Card) => ({
  id, version, storeId, partNumber, onHand, reserved, ready, free: onHand - reserved, inbound, nextEta, warehouse, rack, level, bin,
});

@Controller('stores/:storeId/stock')
export class StockController {
  constructor(private readonly stock: StockService) {}

  @Command('POST ', { summary: 'Begin the card of a part with what lies there', roles: ['parts-manager'], body: OpenInput, answer: CardView })
  async open(tx: Tx, { storeId, person, body }: Call<z.output<typeof OpenInput>>) {
    return view(await this.stock.open(tx, storeId, person.id, body));
  }

  @Command('POST :cardId/locate', { summary: 'Give the part another place: warehouse, rack, level, bin', roles: ['parts-keeper', 'parts-manager'], body: PlaceInput, answer: CardView, ifMatch: true })
  async locate(tx: Tx, { storeId, params, version, body }: Call<z.output<typeof PlaceInput>>) {
    return view(await this.stock.locate(tx, storeId, params['cardId']!, version, body));
  }

  @Query('GET ', { summary: 'The store\'s cards by part number', roles: read, query: CardsQuery, answer: z.object({ cards: z.array(CardView), next: z.string().nullable() }) })
  async cards(tx: Tx, { storeId, query: { partNumber, after, limit } }: Call<undefined, z.output<typeof CardsQuery>>) {
    const [from] = lastSeen(after, seenCode) ?? [null];
    const rows = await tx.query<Card>(
      `select * from stock_card where store_id = $1 and ($2::text is null or part_number = $2) and ($3::text is null or part_number > $3) order by part_number limit $4`, [storeId, partNumber ?? null, from, limit + 1],
    );
    return { cards: rows.slice(0, limit).map(view), next: rows.length > limit ? toCursor([rows[limit - 1]!.partNumber]) : null };
  }

  @Query('GET :cardId/ledger', { summary: 'The card\'s ledger, oldest first, with the balance after each line', roles: read, query: Page, answer: z.object({ moves: z.array(MoveView), next: z.string().nullable() }) })
  async ledger(tx: Tx, { storeId, params, query: { after, limit } }: Call<undefined, z.output<typeof Page>>) {
    const card = await findRow<Card>(tx, 'stock_card', params['cardId']!);
    if (card.storeId !== storeId) throw new NotFound('stock_card');
    const [from] = lastSeen(after, seenId) ?? [null];
    const rows = await tx.query<z.output<typeof MoveView>>(
      `select id, quantity, reason, about, staff_id, moved_at, balance from (
         select *, sum(quantity) over (order by id)::bigint as balance from stock_move where store_id = $1 and part_number = $2
       ) m where ($3::uuid is null or id > $3) order by id limit $4`,
      [storeId, card.partNumber, from, limit + 1],
    );
    return { moves: rows.slice(0, limit), next: rows.length > limit ? toCursor([rows[limit - 1]!.id]) : null };
  }
}
