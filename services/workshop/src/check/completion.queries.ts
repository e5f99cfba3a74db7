import type { CheckKind, JobCompleted } from '@aftersales/contracts/workshop/job';
import type { DataOf } from '@aftersales/contracts/kernel/event';
import type { Tx } from '@aftersales/platform/database/tx';
import { vehicleOf } from '../files/vehicle.queries';
import { operationsOf, type JobRow } from '../job/job.rows';

/** What was done, by whom, in which time, with which parts: all that desk and claims need of a finished job. */
export async function completion(tx: Tx, job: JobRow, completedAt: Date): Promise<Omit<DataOf<typeof JobCompleted>, 'jobId' | 'visitId'>> {
  const about = [job.storeId, job.id];
  const operations = await operationsOf(tx, job);
  const clocked = await tx.query<{ lineId: string; staffId: string; hours: number }>(`select line_id, staff_id, sum(clocked_hours)::int as hours from clocking where store_id = $1 and job_id = $2 group by line_id, staff_id order by min(started_at)`, about);
  const checks = await tx.query<{ check: CheckKind; by: string; checkedAt: Date }>(`select kind as "check", by, checked_at from job_check where store_id = $1 and job_id = $2 and counts order by checked_at`, about);
  const parts = await tx.query<{ lineId: string; partNumber: string; issued: number; faultCode: string | null }>(`select line_id, part_number, issued, fault_code from job_part where store_id = $1 and job_id = $2 and (consented or issued > 0) order by line_id`, about);
  const evidence = await tx.query<{ id: string }>(`select id from evidence where store_id = $1 and job_id = $2 order by id`, about);
  const left = operations.filter(({ state }) => state === 'left');
  return {
    vehicleId: await vehicleOf(tx, job.vehicleId!),
    completedAt: completedAt.toISOString(),
    operations: operations.filter(({ state }) => state === 'done').map(({ lineId, operationCode, flatHours, faultCode }) => {
      const own = clocked.filter((one) => one.lineId === lineId);
      return { lineId, operationCode, flatHours, clockedHours: own.reduce((sum, { hours }) => sum + hours, 0), technicianIds: own.map(({ staffId }) => staffId), faultCode };
    }),
    // A part for work that was left and that nobody took is as unfinished as the work.
    unfinishedLineIds: [...left.map(({ lineId }) => lineId), ...parts.filter(({ issued, faultCode }) => issued <= 0 && left.some((one) => one.faultCode === faultCode)).map(({ lineId }) => lineId)],
    replacedParts: parts.filter(({ issued }) => issued > 0).map(({ lineId, partNumber, issued }) => ({ lineId, partNumber, quantity: issued })),
    checks: checks.map(({ check, by, checkedAt }) => ({ check, by, checkedAt: checkedAt.toISOString() })),
    technicianIds: [...new Set(clocked.map(({ staffId }) => staffId))],
    inspectorIds: [...new Set(checks.filter(({ check }) => check !== 'own').map(({ by }) => by))],
    evidenceIds: evidence.map(({ id }) => id),
  };
}
