import { Injectable } from '@nestjs/common';
import { demand, Refused } from '@aftersales/contracts/kernel/refused';
import { findRow, lockRow, NotFound, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { balance } from './balance.service';
import { lockCards, post, type Card } from './cards.store';

export interface Place {
  readonly warehouse: string;
  readonly rack: string;
  readonly level: string;
  readonly bin: string;
}

@Injectable()
export class StockService {
  /** The first line of a card: what lay there when the store began to count. Later goods come by receipt. */
  async open(tx: Tx, storeId: string, staffId: string, { partNumber, quantity, ...place }: Place & { partNumber: string; quantity: number }): Promise<Card> {
    if (!(await tx.one(`select 1 from part where part_number = $1`, [partNumber]))) throw new Refused('parts.unknown-part', `${partNumber} is not in the catalogue.`);
    const card = (await lockCards(tx, storeId, [partNumber])).get(partNumber)!;
    demand(!(await tx.one(`select 1 from stock_move where store_id = $1 and part_number = $2 limit 1`, [storeId, partNumber])), 'parts.card-begun', 'This card has begun: goods come in by receipt.');
    await updateRow(tx, 'stock_card', card, place);
    await post(tx, { storeId, partNumber, quantity, reason: 'opening', about: null, staffId });
    await balance(tx, storeId, [partNumber]);
    return lockRow<Card>(tx, 'stock_card', card.id);
  }

  /** 四號定位: where the part lies. */
  async locate(tx: Tx, storeId: string, cardId: string, version: number | null, place: Place): Promise<Card> {
    // A card is the group's to see: whose it is comes before its version.
    if ((await findRow<Card>(tx, 'stock_card', cardId)).storeId !== storeId) throw new NotFound('stock_card');
    return updateRow(tx, 'stock_card', await lockRow<Card>(tx, 'stock_card', cardId, version), place);
  }

  /** Timer, PRT-8: what was to be here by now is not. Nobody can say when it comes until the buyer tells a new time; who waits hears that now. */
  async overdue(tx: Tx, cardId: string): Promise<string | void> {
    const { storeId, partNumber } = await lockRow<Card>(tx, 'stock_card', cardId);
    const late = await tx.query(
      `update inbound_line set eta = null, version = version + 1 where store_id = $1 and part_number = $2 and state in ('planned', 'expected') and eta <= app_now() returning id`, [storeId, partNumber],
    );
    await balance(tx, storeId, [partNumber], { cause: 'not-arrived' });
    if (late.length === 0) return 'it has come, or is due later';
  }

  /** Timer: a sister gave back what she was asked for; her own waiting lines get it. */
  async serve(tx: Tx, cardId: string): Promise<void> {
    const { storeId, partNumber } = await lockRow<Card>(tx, 'stock_card', cardId);
    await lockCards(tx, storeId, [partNumber]);
    await balance(tx, storeId, [partNumber]);
  }
}
