import type { AnyContract, DataOf } from '@aftersales/contracts/kernel/event';
import type { CheckKind } from '@aftersales/contracts/workshop/job';
import { lockRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { v7 as uuidv7 } from 'uuid';
import type { Card, JobState, OperationState } from './job';

export interface JobRow {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly visitId: string;
  readonly state: JobState;
  readonly appointmentId: string | null;
  readonly vehicleId: string | null;
  readonly repairOrder: string | null;
  readonly brand: string | null;
  readonly kind: string | null;
  readonly advisorId: string | null;
  readonly waiting: boolean;
  readonly concerns: readonly string[];
  readonly arrivedAt: Date | null;
  readonly openedAt: Date | null;
  readonly promisedAt: Date | null;
  readonly estimateVersion: number;
  /** The newest fact of consent: one version of the estimate may be agreed to in parts. */
  readonly consentSeen: number;
  /** The newest fact of the visit that moved its promise. */
  readonly visitSeen: number;
  /** The newest fact of parts about what is short. */
  readonly partsSeen: number;
  readonly plate: string | null;
  readonly keyTag: string | null;
  readonly bayId: string | null;
  readonly place: string | null;
  readonly rework: number;
  readonly completedAt: Date | null;
}

export interface OperationRow {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly jobId: string;
  readonly lineId: string;
  readonly operationCode: string;
  readonly skill: string;
  readonly bayType: string;
  readonly flatHours: number;
  readonly faultCode: string | null;
  readonly faultId: string | null;
  readonly state: OperationState;
  readonly rework: number;
  readonly technicianIds: readonly string[];
  readonly proposedId: string | null;
  readonly assignedBy: string | null;
  readonly assignedAt: Date | null;
  readonly briefing: string | null;
  readonly leftReason: string | null;
}

export const lockJob = (tx: Tx, jobId: string, version?: number | null) => lockRow<JobRow>(tx, 'job', jobId, version);

/** The job of a visit, held; whatever is heard of the visit first opens the card. */
export async function jobOfVisit(tx: Tx, storeId: string, visitId: string): Promise<JobRow> {
  await tx.query(
    `insert into job (id, store_id, version, visit_id, state, waiting, concerns, estimate_version, consent_seen, visit_seen, parts_seen, rework)
     values ($1, $2, 0, $3, 'expected', false, '[]', 0, 0, 0, 0, 0) on conflict (store_id, visit_id) do nothing`,
    [uuidv7(), storeId, visitId],
  );
  return (await tx.one<JobRow>(`select * from job where store_id = $1 and visit_id = $2 for no key update`, [storeId, visitId]))!;
}

export const operationsOf = (tx: Tx, job: Pick<JobRow, 'id' | 'storeId'>) => tx.query<OperationRow>(`select * from operation where store_id = $1 and job_id = $2 order by id`, [job.storeId, job.id]);

export async function cardOf(tx: Tx, job: JobRow): Promise<Card> {
  const about = [job.storeId, job.id];
  const operations = await tx.query<{ lineId: string; state: OperationState }>(`select line_id, state from operation where store_id = $1 and job_id = $2 order by id`, about);
  const clocked = await tx.query<{ staffId: string; running: boolean }>(`select staff_id, bool_or(stopped_at is null) as running from clocking where store_id = $1 and job_id = $2 group by staff_id order by min(started_at)`, about);
  const passed = await tx.query<{ check: CheckKind; by: string }>(`select kind as "check", by from job_check where store_id = $1 and job_id = $2 and counts order by checked_at`, about);
  const blocked = await tx.one(`select 1 from job_block where store_id = $1 and job_id = $2 and until is null`, about);
  return { state: job.state, operations, workers: clocked.map(({ staffId }) => staffId), clockedOn: clocked.some(({ running }) => running), blocked: blocked !== null, passed };
}

/** The row's changes and one fact, one version: hearers put a job's facts in order by it. */
export async function say<C extends AnyContract>(tx: Tx, job: JobRow, contract: C, data: Omit<DataOf<C>, 'jobId' | 'visitId'>, changes: Partial<Omit<JobRow, 'id' | 'version'>> = {}): Promise<JobRow> {
  const next = await updateRow(tx, 'job', job, changes);
  publish(tx, contract, next, { jobId: job.id, visitId: job.visitId, ...data } as DataOf<C>);
  return next;
}

/** New work, or work sent back: whatever was checked is to be checked again. */
export const beginChecksAgain = (tx: Tx, job: Pick<JobRow, 'id' | 'storeId'>) => tx.query(`update job_check set counts = false where store_id = $1 and job_id = $2 and counts`, [job.storeId, job.id]);
