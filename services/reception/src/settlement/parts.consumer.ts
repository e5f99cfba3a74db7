import type { Fact } from '@aftersales/contracts/kernel/event';
import { OldPartHandedIn, PartsIssued, PartsReturned } from '@aftersales/contracts/parts/reservation';
import { Consumer, On } from '@aftersales/platform/bus/on';
import { insertRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { v7 as uuidv7 } from 'uuid';

/** What the store room hands out and takes back for a visit: sums, so their order is all the same. */
@Consumer('reception.settlement')
export class PartsConsumer {
  @On(PartsIssued)
  issued(tx: Tx, { data, storeId }: Fact<typeof PartsIssued>) {
    return this.#moved(tx, storeId!, data, data.issuedAt, 1);
  }

  @On(PartsReturned)
  returned(tx: Tx, { data, storeId }: Fact<typeof PartsReturned>) {
    return this.#moved(tx, storeId!, data, data.returnedAt, -1);
  }

  @On(OldPartHandedIn)
  async oldPart(tx: Tx, { data, storeId }: Fact<typeof OldPartHandedIn>) {
    if (data.holderKind !== 'visit') return;
    await tx.query(
      `insert into visit_old_part (id, store_id, version, visit_id, line_id, custody) values ($1, $2, 1, $3, $4, $5) on conflict (id) do update set custody = excluded.custody`, [data.oldPartId, storeId, data.holderId, data.lineId, data.custody],
    );
  }

  async #moved(tx: Tx, storeId: string, { holderKind, holderId, requisitionId, lines }: Fact<typeof PartsReturned>['data'] | Fact<typeof PartsIssued>['data'], movedAt: string, sign: 1 | -1): Promise<void> {
    if (holderKind !== 'visit') return;
    for (const { lineId, partNumber, quantity } of lines)
      await insertRow(tx, 'part_movement', { id: uuidv7(), storeId, version: 1, visitId: holderId, requisitionId, lineId, partNumber, quantity: sign * quantity, movedAt });
  }
}
