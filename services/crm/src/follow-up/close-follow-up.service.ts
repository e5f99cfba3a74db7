import { Injectable } from '@nestjs/common';
import { FollowUpClosed, FollowUpReached } from '@aftersales/contracts/crm/follow-up';
import { updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { Promises } from '@aftersales/platform/promises/promises';
import { letSleep } from '@aftersales/platform/timers/wake';
import type { FollowUpOutcome, FollowUpRow } from './follow-up.row';

/** The end of a follow-up, however it came: nothing rings any more, and a promise not met yet is void, because … */
@Injectable()
export class FollowUpClosing {
  constructor(private readonly promises: Promises) {}

  async close(tx: Tx, row: FollowUpRow, outcome: FollowUpOutcome, { cause = null as string | null, changes = {} as Partial<FollowUpRow> } = {}): Promise<FollowUpRow> {
    const closed = await updateRow(tx, 'follow_up', row, { ...changes, state: 'closed', outcome });
    await this.promises.void(tx, 'follow-up.due', row.id, outcome);
    letSleep(tx, 'follow-up.retry', row);
    publish(tx, FollowUpClosed, closed, { followUpId: row.id, visitId: row.visitId, outcome, cause, closedAt: tx.now.toISOString() });
    return closed;
  }

  /** All of it is answered: a case when any of its visits left somebody dissatisfied. Reached is only who was talked to; an answer by link alone is said by the survey. */
  async answered(tx: Tx, row: FollowUpRow, surveyId: string | null, cause: string | null = null): Promise<FollowUpRow> {
    const dissatisfied = (await tx.one(`select 1 from call_sheet where follow_up_id = $1 and not satisfied`, [row.id])) !== null;
    const closed = await this.close(tx, row, dissatisfied ? 'case' : 'satisfied', { cause });
    if (row.reachedAt) {
      publish(tx, FollowUpReached, closed, { followUpId: row.id, visitId: row.visitId, attempt: row.attempts, agentId: row.reachedBy!, reachedAt: row.reachedAt.toISOString(), surveyId, dissatisfied });
    }
    return closed;
  }
}
