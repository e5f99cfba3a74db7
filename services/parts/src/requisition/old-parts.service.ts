import { Injectable } from '@nestjs/common';
import { Refused } from '@aftersales/contracts/kernel/refused';
import { OldPartHandedIn } from '@aftersales/contracts/parts/reservation';
import { insertRow, lockRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { v7 as uuidv7 } from 'uuid';
import { say, type ReservationRow } from '../reservation/holders.store';
import { exceptOldPart, handInOldPart } from './requisition';
import type { RequisitionRow } from './requisition.service';

export type Custody = 'claims' | 'customer' | 'core' | 'scrap';

@Injectable()
export class OldParts {
  /** The tagged old part goes into custody: the maker's to claims, a returnable core back to its supplier, else as agreed with the customer. */
  async handIn(tx: Tx, id: string, version: number | null, keeperId: string, { lineId, tag, agreed }: { lineId: string; tag: string; agreed: 'customer' | 'scrap' }): Promise<RequisitionRow> {
    const row = await lockRow<RequisitionRow>(tx, 'requisition', id, version);
    const lines = handInOldPart(row, lineId, keeperId);
    const visit = await lockRow<ReservationRow>(tx, 'reservation', row.reservationId);
    const { partNumber, quantity, payer } = lines.find((line) => line.lineId === lineId)!;
    if (await tx.one(`select 1 from old_part where store_id = $1 and tag = $2`, [row.storeId, tag])) throw new Refused('parts.tag-used', `The tag ${tag} hangs on another part.`);
    const core = await tx.one(`select 1 from part where part_number = $1 and returnable_core`, [partNumber]);
    const custody: Custody = payer === 'warranty' ? 'claims' : core ? 'core' : agreed;
    const oldPart = { id: uuidv7(), storeId: row.storeId, version: 1, requisitionId: id, lineId, partNumber, quantity, payer, tag, custody, technicianId: row.technicianId, keeperId, handedInAt: tx.now };
    await insertRow(tx, 'old_part', oldPart);
    await say(tx, visit, OldPartHandedIn, { oldPartId: oldPart.id, lineId, partNumber, quantity, payer, tag, custody, technicianId: row.technicianId, handedInAt: tx.now.toISOString() });
    return updateRow(tx, 'requisition', row, { lines });
  }

  /** The recorded exception: who let it pass, and why. */
  async except(tx: Tx, id: string, version: number | null, approverId: string, { lineId, reason }: { lineId: string; reason: string }): Promise<RequisitionRow> {
    const row = await lockRow<RequisitionRow>(tx, 'requisition', id, version);
    const lines = exceptOldPart(row, lineId, approverId);
    await insertRow(tx, 'old_part_exception', { id: uuidv7(), storeId: row.storeId, version: 1, requisitionId: id, lineId, approverId, reason, approvedAt: tx.now });
    return updateRow(tx, 'requisition', row, { lines });
  }
}
