import type { Tx } from '@aftersales/platform/database/tx';
import type { JobRow } from '../job/job.rows';
import type { PartLine, Standstill } from './block';

export interface BlockRow extends Standstill {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly jobId: string;
  readonly since: Date;
  readonly until: Date | null;
  readonly openedBy: string | null;
  readonly closedBy: string | null;
  readonly note: string | null;
}

export const openOf = (tx: Tx, job: Pick<JobRow, 'id' | 'storeId'>) => tx.query<BlockRow>(`select * from job_block where store_id = $1 and job_id = $2 and until is null order by since, id`, [job.storeId, job.id]);

export const partsOf = (tx: Tx, job: Pick<JobRow, 'id' | 'storeId'>) => tx.query<PartLine>(`select line_id, consented, short, fault_code from job_part where store_id = $1 and job_id = $2 order by line_id`, [job.storeId, job.id]);
