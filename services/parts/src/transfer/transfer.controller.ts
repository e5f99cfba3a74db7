import { Controller } from '@nestjs/common';
import { z } from 'zod';
import { findRow, lockRow, NotFound, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { Command, Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { balance } from '../stock/balance.service';
import { lockCards, post } from '../stock/cards.store';
import { ship, transferAllowed, type TransferRow } from './transfer';

const TransferView = z.object({
  id: z.uuid(), version: z.int(), fromStoreId: z.uuid(), toStoreId: z.uuid(), partNumber: z.string(), quantity: z.int(), state: z.enum(['asked', 'shipped', 'cancelled']), allowed: z.array(z.string()), askedAt: z.iso.datetime(),
});
const Which = z.strictObject({ state: z.enum(['asked', 'shipped', 'cancelled']).default('asked'), limit: z.coerce.number().int().min(1).max(200).default(100) });
const roles = ['parts-keeper', 'parts-manager'];
const view = ({ id, version, storeId, toStoreId, partNumber, quantity, state, askedAt }: TransferRow, as: readonly string[]) => ({
  id, version, fromStoreId: storeId, toStoreId, partNumber, quantity, state, allowed: transferAllowed(state, as), askedAt,
});

/** What sister stores ask of this one. They receive it on their inbound line. */
@Controller('stores/:storeId/transfers')
export class TransferController {
  @Query('GET ', { summary: 'What sister stores ask for', roles, query: Which, answer: z.object({ transfers: z.array(TransferView) }) })
  async list(tx: Tx, { storeId, person, query }: Call<undefined, z.output<typeof Which>>) {
    const rows = await tx.query<TransferRow>(`select * from transfer where store_id = $1 and state = $2 order by asked_at, id limit $3`, [storeId, query.state, query.limit]);
    return { transfers: rows.map((row) => view(row, person.roles)) };
  }

  @Command('POST :transferId/ship', { summary: 'Send what a sister store asked for', roles, answer: TransferView, ifMatch: true })
  async ship(tx: Tx, { storeId, params, version, person }: Call) {
    const { partNumber, storeId: giver } = await findRow<TransferRow>(tx, 'transfer', params['transferId']!);
    if (giver !== storeId) throw new NotFound('transfer');
    await lockCards(tx, storeId, [partNumber]);
    const transfer = await lockRow<TransferRow>(tx, 'transfer', params['transferId']!, version);
    const shipped = await updateRow(tx, 'transfer', transfer, ship(transfer));
    await post(tx, { storeId, partNumber, quantity: -transfer.quantity, reason: 'transfer-out', about: transfer.id, staffId: person.id });
    await balance(tx, storeId, [partNumber]);
    return view(shipped, person.roles);
  }
}
