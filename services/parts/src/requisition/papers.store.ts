import { lockRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import type { ReservationRow } from '../reservation/holders.store';
import type { LineRow } from '../stock/balance.service';
import { isOpen, type Requisition } from './requisition';

export interface RequisitionRow extends Requisition {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  /** = the visit. */
  readonly reservationId: string;
  readonly exemptPolicy: string;
  readonly exemptVersion: number;
  readonly keeperId: string | null;
  readonly signedAt: Date;
  readonly countersignedAt: Date | null;
  readonly issuedAt: Date | null;
}

/** The paper, then its visit: while both are held, nobody consents to anything else. */
export async function lockPaper(tx: Tx, id: string, version: number | null): Promise<{ paper: RequisitionRow; visit: ReservationRow }> {
  const row = await lockRow<RequisitionRow>(tx, 'requisition', id, version);
  const visit = await lockRow<ReservationRow>(tx, 'reservation', row.reservationId);
  return { paper: (await asAgreed(tx, [row]))[0]!, visit };
}

/** Who pays may be agreed anew after a paper was signed (REC-17): an open one names who pays now, an issued one who paid when it was. */
export async function asAgreed(tx: Tx, rows: readonly RequisitionRow[]): Promise<RequisitionRow[]> {
  const visits = rows.filter(isOpen).map(({ reservationId }) => reservationId);
  if (visits.length === 0) return [...rows];
  const agreed = await tx.query<LineRow>(`select * from reservation_line where reservation_id = any($1::uuid[]) and level = 'firm'`, [visits]);
  const payers = new Map(agreed.map(({ reservationId, lineId, partNumber, payer }) => [[reservationId, lineId, partNumber].join(' '), payer]));
  return rows.map((row) => (isOpen(row) ? { ...row, lines: row.lines.map((line) => ({ ...line, payer: payers.get([row.reservationId, line.lineId, line.partNumber].join(' ')) ?? line.payer })) } : row));
}
