import { Injectable } from '@nestjs/common';
import { Refused } from '@aftersales/contracts/kernel/refused';
import type { Payer } from '@aftersales/contracts/kernel/values';
import { OldPartHandedIn } from '@aftersales/contracts/parts/reservation';
import { insertRow, lockRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { v7 as uuidv7 } from 'uuid';
import { say, type ReservationRow } from '../reservation/holders.store';
import { lockPaper, type RequisitionRow } from './papers.store';
import { exceptOldPart, handInOldPart } from './requisition';

export type Custody = 'claims' | 'customer' | 'core' | 'scrap';

export interface OldPartRow {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly requisitionId: string;
  readonly lineId: string;
  readonly partNumber: string;
  readonly quantity: number;
  readonly payer: Payer;
  readonly tag: string;
  readonly custody: Custody;
  readonly technicianId: string;
  readonly keeperId: string;
  readonly handedInAt: Date;
}

@Injectable()
export class OldParts {
  /** The tagged old part goes into custody: the maker's to claims, a returnable core back to its supplier, else as agreed with the customer. */
  async handIn(tx: Tx, id: string, version: number | null, keeperId: string, { lineId, tag, agreed }: { lineId: string; tag: string; agreed: 'customer' | 'scrap' }): Promise<RequisitionRow> {
    const { paper: row, visit } = await lockPaper(tx, id, version);
    const lines = handInOldPart(row, lineId, keeperId);
    const { partNumber, quantity, payer } = lines.find((line) => line.lineId === lineId)!;
    const core = await tx.one(`select 1 from part where part_number = $1 and returnable_core`, [partNumber]);
    const custody: Custody = payer === 'warranty' ? 'claims' : core ? 'core' : agreed;
    const oldPart: OldPartRow = { id: uuidv7(), storeId: row.storeId, version: 1, requisitionId: id, lineId, partNumber, quantity, payer, tag, custody, technicianId: row.technicianId, keeperId, handedInAt: tx.now };
    // Two at once: the second waits here for the first.
    const [tagged] = await tx.query(
      `insert into old_part (id, store_id, version, requisition_id, line_id, part_number, quantity, payer, tag, custody, technician_id, keeper_id, handed_in_at)
       values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (store_id, tag) do nothing returning id`,
      [oldPart.id, row.storeId, id, lineId, partNumber, quantity, payer, tag, custody, row.technicianId, keeperId, tx.now],
    );
    if (!tagged) throw new Refused('parts.tag-used', `The tag ${tag} hangs on another part.`);
    await sayHandedIn(tx, visit, oldPart);
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

/** A newer consent made the maker pay: what was taken in as the customer's is the claims clerk's from now on. */
export async function passToClaims(tx: Tx, visit: ReservationRow): Promise<ReservationRow> {
  const passed = await tx.query<OldPartRow>(
    `update old_part o set payer = l.payer, custody = 'claims', version = o.version + 1
     from requisition r join reservation_line l on l.reservation_id = r.reservation_id and l.level = 'firm' and l.payer = 'warranty'
     where r.reservation_id = $1 and o.requisition_id = r.id and o.line_id = l.line_id and o.part_number = l.part_number and o.payer <> 'warranty' returning o.*`,
    [visit.id],
  );
  let row = visit;
  for (const oldPart of passed) row = await sayHandedIn(tx, row, oldPart);
  return row;
}

const sayHandedIn = (tx: Tx, visit: ReservationRow, { id, lineId, partNumber, quantity, payer, tag, custody, technicianId, handedInAt }: OldPartRow): Promise<ReservationRow> =>
  say(tx, visit, OldPartHandedIn, { oldPartId: id, lineId, partNumber, quantity, payer, tag, custody, technicianId, handedInAt: handedInAt.toISOString() });
