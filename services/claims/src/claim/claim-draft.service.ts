import { Injectable } from '@nestjs/common';
import { addDays, atLocal, localDate } from '@aftersales/calendar/local-time';
import { policyOf } from '@aftersales/directory/directory';
import { insertRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { Promises, type PromiseRow } from '@aftersales/platform/promises/promises';
import { v7 as uuidv7 } from 'uuid';
import { completedAt, type Repair } from '../repair/repair';
import { followLines, type Claim } from './claim';
import { claimable, type AddedEvidence } from './evidence';

export interface ClaimRow extends Claim, AddedEvidence {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly visitId: string;
  readonly vehicleId: string;
  /** The maker knows the claim by it. */
  readonly number: string;
  readonly repairOrder: string;
  readonly note: string | null;
  readonly shortReason: string | null;
  readonly submitBy: Date | null;
  readonly firstSubmittedAt: Date | null;
  readonly decidedAt: Date | null;
  readonly madeAt: Date;
}

interface VisitRepair extends Repair {
  readonly id: string;
  readonly storeId: string;
  readonly zone: string;
}

/** The claim of a visit is drafted with the agreement and follows the repair until it is submitted; nobody types it. */
@Injectable()
export class ClaimDraft {
  constructor(private readonly promises: Promises) {}

  async follow(tx: Tx, repair: VisitRepair): Promise<void> {
    const claim = (await this.#held(tx, repair)) ?? (await this.#drafted(tx, repair));
    if (!claim) return;
    const next = followLines(claim, claimable(repair));
    const followed = next === claim ? claim : await updateRow(tx, 'claim', claim, { lines: next.lines, state: next.state });
    if (!followed.firstSubmittedAt) await this.#owe(tx, followed, repair);
  }

  #held(tx: Tx, repair: VisitRepair): Promise<ClaimRow | null> {
    return tx.one<ClaimRow>(`select * from claim where store_id = $1 and visit_id = $2 for no key update`, [repair.storeId, repair.id]);
  }

  async #drafted(tx: Tx, repair: VisitRepair): Promise<ClaimRow | null> {
    const { agreedAt, vehicleId, repairOrder } = repair;
    if (!agreedAt || !vehicleId || !repairOrder || claimable(repair).length === 0) return null;
    return insertRow<ClaimRow>(tx, 'claim', {
      id: uuidv7(), storeId: repair.storeId, version: 1, visitId: repair.id, vehicleId, number: `W-${repairOrder.replace(/[^\w-]/g, '-')}`, repairOrder, state: 'draft', submission: 0, lines: [], payments: [],
      photos: [], noOldPart: [], note: null, returnReason: null, shortReason: null, submittedBy: null, submitBy: null, firstSubmittedAt: null, decidedAt: null, madeAt: tx.now,
    });
  }

  /** Owed from the repair's completion on, while there is something to claim. What was promised for this completion keeps its day. */
  async #owe(tx: Tx, claim: ClaimRow, repair: VisitRepair): Promise<void> {
    const from = claim.state === 'dropped' ? null : completedAt(repair);
    const made = (await this.promises.on(tx, claim.id)).find(({ kind, outcome, startedAt }) => kind === 'claim.submit-by' && outcome !== 'void' && startedAt.getTime() === from?.getTime());
    if (made?.outcome !== 'open') await this.promises.void(tx, 'claim.submit-by', claim.id, claim.state === 'dropped' ? 'nothing to claim' : from ? 'completed at another time' : 'the job goes on');
    const owed = made ?? (from && (await this.#promise(tx, claim, repair, from)));
    const submitBy = owed?.dueAt ?? null;
    if (submitBy?.getTime() !== claim.submitBy?.getTime()) await updateRow(tx, 'claim', claim, { submitBy });
  }

  /** Until the end of the policy's last day, by the store's own calendar. */
  async #promise(tx: Tx, claim: ClaimRow, { zone }: VisitRepair, from: Date): Promise<PromiseRow> {
    const policy = await policyOf(tx, 'claim.submit-by', claim.storeId);
    const date = localDate(zone, from);
    const last = addDays(date, policy.value.calendarDays);
    return this.promises.open(tx, {
      kind: 'claim.submit-by', subject: claim.id, storeId: claim.storeId, ownerRole: 'claims-clerk', policy, startedAt: from, dueAt: atLocal(zone, last, '24:00'),
      explanation: [{ rule: 'completed', date }, { rule: 'calendar-days', days: policy.value.calendarDays, last }],
    });
  }
}
