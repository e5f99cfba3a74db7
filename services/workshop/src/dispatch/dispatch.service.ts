import { Injectable } from '@nestjs/common';
import { calendarOf } from '@aftersales/directory/directory';
import { demand } from '@aftersales/contracts/kernel/refused';
import { findRow, NotFound, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { presentLeft, thousandthMs, type Worker } from '../capacity/working-hours';
import { demandMove, isUnfinished } from '../job/job';
import { lockJob, operationsOf } from '../job/job.rows';
import { choose, propose, type Candidate } from './propose';

export interface Assignment {
  readonly lineIds: readonly string[];
  /** Left out: the best one proposed. */
  readonly technicianIds?: readonly string[];
  readonly briefing: string;
  readonly bayId?: string;
}

/** WRK-4: operations go to people on shift with the skill. */
@Injectable()
export class DispatchService {
  async assign(tx: Tx, jobId: string, version: number | null, by: string, { lineIds, technicianIds, briefing, bayId }: Assignment): Promise<void> {
    const job = await lockJob(tx, jobId, version);
    demandMove(job.state, 'assign');
    if (bayId) await findRow(tx, 'bay', bayId);
    const operations = await operationsOf(tx, job);
    for (const lineId of new Set(lineIds)) {
      const operation = operations.find((one) => one.lineId === lineId);
      if (!operation) throw new NotFound('operation');
      demand(isUnfinished(operation.state), 'workshop.operation-not-now', `An operation that is ${operation.state} can't be assigned.`);
      // Asked anew for each line: the one before is load already.
      const { chosen, proposed } = choose(await candidatesOf(tx, job.storeId), operation.skill, technicianIds);
      await updateRow(tx, 'operation', operation, { technicianIds: chosen, proposedId: proposed, assignedBy: by, assignedAt: tx.now, briefing });
    }
    await updateRow(tx, 'job', job, bayId ? { bayId, place: null } : {});
  }

  async moveTo(tx: Tx, jobId: string, version: number | null, to: { bayId: string } | { place: string }): Promise<void> {
    const job = await lockJob(tx, jobId, version);
    demandMove(job.state, 'move-to');
    if ('bayId' in to) await findRow(tx, 'bay', to.bayId);
    await updateRow(tx, 'job', job, 'bayId' in to ? { bayId: to.bayId, place: null } : { bayId: null, place: to.place });
  }

  async proposals(tx: Tx, jobId: string, lineId: string): Promise<Candidate[]> {
    const operation = await tx.one<{ storeId: string; skill: string }>(`select store_id, skill from operation where job_id = $1 and line_id = $2`, [jobId, lineId]);
    if (!operation) throw new NotFound('operation');
    return propose(await candidatesOf(tx, operation.storeId), operation.skill);
  }
}

async function candidatesOf(tx: Tx, storeId: string): Promise<Candidate[]> {
  const { calendar } = await calendarOf(tx, storeId, 'workshop');
  const technicians = await tx.query<Worker & { staffId: string; grade: number; loadHours: number }>(
    `select staff_id, grade, skills, shift, coalesce((
       select jsonb_agg(jsonb_build_object('from', extract(epoch from from_at) * 1000, 'to', extract(epoch from to_at) * 1000))
       from absence a where a.store_id = t.store_id and a.technician_id = t.id and a.to_at > app_now()), '[]') as absences,
       (select coalesce(sum(o.flat_hours), 0)::int from operation o join job j on j.store_id = o.store_id and j.id = o.job_id
        where o.store_id = t.store_id and o.state in ('waiting', 'in-work', 'rework') and j.state <> 'closed' and o.technician_ids ? t.staff_id::text) as load_hours
     from technician t where store_id = $1 and active order by staff_id`,
    [storeId],
  );
  return technicians.map(({ staffId, grade, loadHours, ...worker }) => ({
    staffId, grade, loadHours, skills: worker.skills.map(({ skill }) => skill), presentHours: Math.floor(presentLeft(calendar, tx.now, worker) / thousandthMs),
  }));
}
