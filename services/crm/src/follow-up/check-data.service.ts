import { Injectable } from '@nestjs/common';
import { demand } from '@aftersales/contracts/kernel/refused';
import { lockRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { contactOf } from '../file/contact.queries';
import { FollowUpClosing } from './close-follow-up.service';
import { demandMove } from './follow-up';
import { asksOf, type FollowUpRow } from './follow-up.row';
import { FollowUpPlans } from './plan-follow-up.service';

/** CRM-7: what the advisor found. Corrected data reopens the follow-up, as a new one, as often as the policy said when it was planned. */
@Injectable()
export class DataChecks {
  constructor(private readonly plans: FollowUpPlans, private readonly closing: FollowUpClosing) {}

  async check(tx: Tx, id: string, version: number | null, found: { corrected: boolean; note: string | null }, checkedBy: string): Promise<FollowUpRow> {
    const row = await lockRow<FollowUpRow>(tx, 'follow_up', id, version);
    demandMove({ state: row.state, asks: asksOf(row) }, 'data-check');
    if (found.corrected) {
      const contact = await contactOf(tx, row.contactId);
      const changed = contact !== null && (contact.version !== row.contactVersion || contact.id !== row.contactId);
      demand(changed, 'follow-up.data-unchanged', 'The customer’s file is as it was when the call failed; correct it first.');
    }
    const closed = await this.closing.close(tx, row, 'failed', { cause: row.failedBecause, changes: { checkedBy, checkedAt: tx.now, checkNote: found.note } });
    if (found.corrected && row.reopensLeft > 0 && (await this.#leftToAsk(tx, row))) await this.plans.again(tx, row, { because: 'data-corrected', after: row.id, caseId: row.caseId, reopensLeft: row.reopensLeft - 1 });
    return closed;
  }

  /** A link that was sent may have been answered after the calls had failed. */
  async #leftToAsk(tx: Tx, row: FollowUpRow): Promise<boolean> {
    return asksOf(row) === 'case' || (await tx.one(`select 1 from survey where follow_up_id = $1 and state = 'locked'`, [row.id])) !== null;
  }
}
