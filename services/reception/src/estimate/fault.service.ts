import { Injectable } from '@nestjs/common';
import type { DataOf } from '@aftersales/contracts/kernel/event';
import { Refused } from '@aftersales/contracts/kernel/refused';
import type { FaultFound } from '@aftersales/contracts/workshop/job';
import { lockRowIfKnown } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { DeskTasks } from '../desk-task/desk-task.service';
import { withCurrentIds } from '../visit/visit.store';
import { move, opened, type Visit } from '../visit/visit';
import { standingOf } from './consent';
import type { DraftLine } from './estimate.inputs';
import { EstimateService } from './estimate.service';
import { consentsOf, newestVersion } from './version.queries';

/** WRK-7 at the desk: what the workshop found becomes the next version, priced from the list; the advisor shows it, or prices it otherwise. */
@Injectable()
export class FaultService {
  constructor(private readonly estimates: EstimateService, private readonly tasks: DeskTasks) {}

  async found(tx: Tx, storeId: string, fault: DataOf<typeof FaultFound>): Promise<void> {
    const visit = await lockRowIfKnown<Visit>(tx, 'visit', fault.visitId);
    const [fresh] = await tx.query(
      `insert into visit_fault (id, store_id, version, visit_id, fault_code, safety, operations, parts, evidence_ids, found_at) values ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning id`,
      [fault.faultId, storeId, fault.visitId, fault.faultCode, fault.safety, JSON.stringify(fault.operations), JSON.stringify(fault.parts), JSON.stringify(fault.evidenceIds), fault.foundAt],
    );
    if (!visit || !fresh) return;
    const n = await this.#drafted(tx, await withCurrentIds(tx, visit), fault);
    await this.tasks.open(tx, { kind: 'offer-add-on', subject: visit.id, storeId, reason: n ? 'fault-found' : 'fault-not-priced', dueAt: tx.now });
    if (n) await tx.query(`update visit_fault set n = $2, version = 2 where id = $1`, [fault.faultId, n]);
  }

  /** Null where the desk has to do it: the list has no price, or the visit takes no new lines. */
  async #drafted(tx: Tx, visit: Visit, { faultId, faultCode, safety, operations, parts }: DataOf<typeof FaultFound>): Promise<number | null> {
    const about = { payer: 'customer', faultId, faultCode, safety } as const;
    const before = await newestVersion(tx, visit.id);
    const consents = await consentsOf(tx, visit.id);
    const lines: DraftLine[] = [
      ...(before?.lines ?? []).filter((line) => !['declined', 'refused-by-payer'].includes(standingOf(line, consents, tx.now)) || visit.authorised.some(({ lineId }) => lineId === line.lineId)).map(({ lineId }) => ({ keep: lineId })),
      ...operations.map(({ operationCode, skill, bayType, flatHours }) => ({ kind: 'labour' as const, ...about, operationCode, skill, bayType, flatHours })),
      ...parts.map(({ partNumber, quantity }) => ({ kind: 'part' as const, ...about, partNumber, quantity })),
    ];
    try {
      move(visit, 'estimate');
      return (await tx.savepoint(() => this.estimates.draftFor(tx, opened(visit), lines, null))).n;
    } catch (error) {
      if (error instanceof Refused) return null;
      throw error;
    }
  }
}
