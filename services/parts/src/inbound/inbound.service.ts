import { Injectable } from '@nestjs/common';
import { demand, Refused } from '@aftersales/contracts/kernel/refused';
import { findRow, insertRow, lockRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { v7 as uuidv7 } from 'uuid';
import { balance } from '../stock/balance.service';
import { lockCards, post } from '../stock/cards.store';
import { receive, tellEta, type InboundRow } from './inbound';

@Injectable()
export class InboundService {
  /** Goods that a supplier has promised. Who waits for them is told at once. */
  async expect(tx: Tx, storeId: string, { partNumber, quantity, eta }: { partNumber: string; quantity: number; eta: Date | null }): Promise<InboundRow> {
    if (!(await tx.one(`select 1 from part where part_number = $1`, [partNumber]))) throw new Refused('parts.unknown-part', `${partNumber} is not in the catalogue.`);
    demand(eta === null || eta > tx.now, 'parts.eta-passed', 'An expected time of arrival lies ahead.');
    await lockCards(tx, storeId, [partNumber]);
    const line: InboundRow = { id: uuidv7(), storeId, version: 1, partNumber, source: 'order', state: 'expected', quantity, received: 0, eta, createdAt: tx.now };
    await insertRow(tx, 'inbound_line', line);
    await balance(tx, storeId, [partNumber]);
    return line;
  }

  /** PRT-8: it comes at another time; every waiting job and booking is told in the same transaction. */
  async moveEta(tx: Tx, id: string, version: number | null, eta: Date | null, cause: string): Promise<InboundRow> {
    const line = await this.#lock(tx, id, version);
    const moved = await updateRow(tx, 'inbound_line', line, tellEta(line, eta, tx.now));
    await balance(tx, line.storeId, [line.partNumber], { cause });
    return moved;
  }

  /** The goods are here: into the ledger, then to those who wait, in the order of their promise. */
  async receive(tx: Tx, id: string, version: number | null, quantity: number, staffId: string): Promise<InboundRow> {
    const line = await this.#lock(tx, id, version);
    const changes = receive(line, quantity);
    if (line.source === 'transfer') {
      const transfer = await tx.one<{ state: string }>(`select state from transfer where inbound_id = $1`, [id]);
      demand(transfer?.state === 'shipped', 'parts.not-shipped', 'The sister store has not sent these goods yet.');
    }
    await post(tx, { storeId: line.storeId, partNumber: line.partNumber, quantity, reason: 'receipt', about: id, staffId });
    const received = await updateRow(tx, 'inbound_line', line, changes);
    await balance(tx, line.storeId, [line.partNumber]);
    return received;
  }

  /** The card before the line: one order of locks for all that balances. */
  async #lock(tx: Tx, id: string, version: number | null): Promise<InboundRow> {
    const { storeId, partNumber } = await findRow<InboundRow>(tx, 'inbound_line', id);
    await lockCards(tx, storeId, [partNumber]);
    return lockRow<InboundRow>(tx, 'inbound_line', id, version);
  }
}
