import { policyOf } from '@aftersales/directory/directory';
import type { Tx } from '@aftersales/platform/database/tx';
import type { JobRow } from '../job/job.rows';
import { isMiddleDropped, type CheckRules } from './check';

/** The policies in force when the job was opened: a running job keeps them. */
export async function rulesOf(tx: Tx, job: JobRow): Promise<CheckRules> {
  const at = job.openedAt ?? tx.now;
  const middle = await policyOf(tx, 'check.middle', job.storeId, at);
  const final = await policyOf(tx, 'check.final-checkers', job.storeId, at);
  const { hours } = (await tx.one<{ hours: number }>(`select coalesce(sum(flat_hours), 0)::int as hours from operation where store_id = $1 and job_id = $2 and state <> 'dropped'`, [job.storeId, job.id]))!;
  return { middleDropped: isMiddleDropped(middle.value, job.kind, hours), finalCheckers: final.value };
}
