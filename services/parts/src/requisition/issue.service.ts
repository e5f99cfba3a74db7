import { Injectable } from '@nestjs/common';
import { demand } from '@aftersales/contracts/kernel/refused';
import { PartsIssued, PartsReturned } from '@aftersales/contracts/parts/reservation';
import { updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { linesOf } from '../reservation/hold.service';
import { say } from '../reservation/holders.store';
import { balance } from '../stock/balance.service';
import { lockCards, post } from '../stock/cards.store';
import { giveBack, issue, type RequisitionLine } from './requisition';
import { lockPaper, type RequisitionRow } from './papers.store';

/** Goods over the counter, out and back: only here does a requisition touch the ledger. */
@Injectable()
export class Issue {
  async issue(tx: Tx, id: string, version: number | null, keeperId: string): Promise<RequisitionRow> {
    const { paper: row, visit } = await this.#lock(tx, id, version);
    const changes = { ...issue(row), lines: row.lines };
    const held = (await linesOf(tx, visit.id)).filter(({ level }) => level === 'firm');
    for (const { lineId, partNumber, quantity } of row.lines) {
      const line = held.find((one) => one.lineId === lineId && one.partNumber === partNumber);
      demand(line && line.ready >= quantity, 'parts.not-on-hand', `${partNumber} does not lie on the shelf for this visit.`);
      await tx.query(`update reservation_line set issued = issued + $2, reserved = reserved - $2, ready = ready - $2, version = version + 1 where id = $1`, [line.id, quantity]);
      await post(tx, { storeId: row.storeId, partNumber, quantity: -quantity, reason: 'issue', about: id, staffId: keeperId });
    }
    await say(tx, visit, PartsIssued, { requisitionId: id, lines: row.lines.map(need), technicianId: row.technicianId, advisorId: row.advisorId!, issuedAt: tx.now.toISOString() });
    await this.#balance(tx, row);
    return updateRow(tx, 'requisition', row, { ...changes, keeperId, issuedAt: tx.now });
  }

  /** Unused parts go back on their shelf, and to who waits for them. */
  async giveBack(tx: Tx, id: string, version: number | null, keeperId: string, back: readonly { lineId: string; quantity: number }[]): Promise<RequisitionRow> {
    const { paper: row, visit } = await this.#lock(tx, id, version);
    const lines = giveBack(row, back);
    const returned = back.map(({ lineId, quantity }) => ({ lineId, quantity, partNumber: lines.find((line) => line.lineId === lineId)!.partNumber }));
    for (const { lineId, partNumber, quantity } of returned) {
      await tx.query(`update reservation_line set returned = returned + $4, version = version + 1 where reservation_id = $1 and line_id = $2 and part_number = $3 and level = 'firm'`, [visit.id, lineId, partNumber, quantity]);
      await post(tx, { storeId: row.storeId, partNumber, quantity, reason: 'return', about: id, staffId: keeperId });
    }
    await say(tx, visit, PartsReturned, { requisitionId: id, lines: returned, returnedAt: tx.now.toISOString() });
    await this.#balance(tx, row);
    return updateRow(tx, 'requisition', row, { lines });
  }

  async #lock(tx: Tx, id: string, version: number | null): ReturnType<typeof lockPaper> {
    const locked = await lockPaper(tx, id, version);
    await lockCards(tx, locked.paper.storeId, locked.paper.lines.map(({ partNumber }) => partNumber));
    return locked;
  }

  async #balance(tx: Tx, { storeId, lines }: RequisitionRow): Promise<void> {
    await balance(tx, storeId, lines.map(({ partNumber }) => partNumber));
  }
}

const need = ({ lineId, partNumber, quantity }: RequisitionLine) => ({ lineId, partNumber, quantity });
