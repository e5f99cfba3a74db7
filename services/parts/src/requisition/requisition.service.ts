import { Injectable } from '@nestjs/common';
import { demand } from '@aftersales/contracts/kernel/refused';
import { policyOf } from '@aftersales/directory/directory';
import { insertRow, lockRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { v7 as uuidv7 } from 'uuid';
import { linesOf } from '../reservation/hold.service';
import type { ReservationRow } from '../reservation/holders.store';
import { openOf } from '../reservation/tell.service';
import { lockPaper, type RequisitionRow } from './papers.store';
import { countersign, signClaims, withdraw, type RequisitionLine } from './requisition';

/** The papers (PRT-5); the goods move in issue.service.ts. */
@Injectable()
export class RequisitionService {
  /** A technician asks for consented lines, and signs. Which old parts are due is decided now, by the policy in force. */
  async sign(tx: Tx, storeId: string, technicianId: string, visitId: string, asked: readonly { lineId: string; quantity: number }[]): Promise<RequisitionRow> {
    const visit = await lockRow<ReservationRow>(tx, 'reservation', visitId);
    const consented = (await linesOf(tx, visit.id)).filter((line) => line.level === 'firm' && visit.holderKind === 'visit');
    const others = await tx.query<{ lines: RequisitionLine[] }>(`select lines from requisition where store_id = $1 and reservation_id = $2 and state in ('signed', 'countersigned')`, [storeId, visitId]);
    const onPaper = others.flatMap(({ lines }) => lines);
    const policy = await policyOf(tx, 'parts.old-part-exempt', storeId);
    const lines: RequisitionLine[] = [];
    for (const { lineId, quantity } of asked) {
      // Where another number was agreed after some of the first was issued, that is a line of the same id, and done with.
      const ofLine = consented.filter((one) => one.lineId === lineId);
      const line = ofLine.find((one) => openOf(one) > 0) ?? ofLine[0];
      demand(line, 'parts.no-consent', 'Nobody has consented to this line.');
      const open = openOf(line) - onPaper.filter((other) => other.lineId === lineId && other.partNumber === line.partNumber).reduce((sum, other) => sum + other.quantity, 0);
      demand(quantity <= open, 'parts.more-than-consented', `Only ${Math.max(0, open) / 1000} are left of this line.`);
      const part = await tx.one<{ class: string }>(`select class from part where part_number = $1`, [line.partNumber]);
      const exempt = (policy.value.classes as readonly string[]).includes(part?.class ?? 'component');
      lines.push({ lineId, partNumber: line.partNumber, quantity, returned: 0, payer: line.payer ?? 'customer', oldPart: exempt ? 'exempt' : 'due' });
    }
    const row: RequisitionRow = {
      id: uuidv7(), storeId, version: 1, reservationId: visitId, state: 'signed', lines, exemptPolicy: policy.policyId, exemptVersion: policy.version,
      technicianId, advisorId: null, claimsClerkId: null, keeperId: null, signedAt: tx.now, countersignedAt: null, issuedAt: null,
    };
    return insertRow(tx, 'requisition', row);
  }

  async countersign(tx: Tx, id: string, version: number | null, advisorId: string): Promise<RequisitionRow> {
    const row = await lockRow<RequisitionRow>(tx, 'requisition', id, version);
    return updateRow(tx, 'requisition', row, { ...countersign(row, advisorId), countersignedAt: tx.now });
  }

  async signClaims(tx: Tx, id: string, version: number | null, clerkId: string): Promise<RequisitionRow> {
    const { paper } = await lockPaper(tx, id, version);
    return updateRow(tx, 'requisition', paper, signClaims(paper, clerkId));
  }

  async withdraw(tx: Tx, id: string, version: number | null): Promise<RequisitionRow> {
    const row = await lockRow<RequisitionRow>(tx, 'requisition', id, version);
    return updateRow(tx, 'requisition', row, withdraw(row));
  }
}
