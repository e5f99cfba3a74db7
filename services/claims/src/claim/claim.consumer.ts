import { Consumer } from '@aftersales/platform/bus/on';
import { findRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { OnTimer, type Rung } from '@aftersales/platform/timers/on-timer';
import type { ClaimRow } from './claim-draft.service';

@Consumer('claims.claim')
export class ClaimConsumer {
  /** What was not sent by now is late, which the promise ledger says; a claim already sent kept its promise. Late after an outage: likewise, with that cause. */
  @OnTimer('claim.submit-by', { locks: 'claim' })
  async submitBy(tx: Tx, { subject }: Rung): Promise<string | void> {
    const { state, firstSubmittedAt } = await findRow<ClaimRow>(tx, 'claim', subject);
    if (firstSubmittedAt) return 'the claim was submitted';
    if (state === 'dropped') return 'there is nothing to claim';
  }
}
