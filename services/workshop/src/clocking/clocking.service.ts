import { Injectable } from '@nestjs/common';
import { demand } from '@aftersales/contracts/kernel/refused';
import { OperationStarted, OperationStopped } from '@aftersales/contracts/workshop/job';
import { policyOf } from '@aftersales/directory/directory';
import { insertRow, NotFound, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { v7 as uuidv7 } from 'uuid';
import { standsOn } from '../block/block';
import { openOf, partsOf } from '../block/block.rows';
import { demandMove, moveOperation } from '../job/job';
import { lockJob, operationsOf, say, type JobRow, type OperationRow } from '../job/job.rows';
import { clockedHours, type Clocked } from './split';

export interface ClockingRow {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly jobId: string;
  readonly lineId: string;
  readonly staffId: string;
  readonly flatHours: number;
  readonly startedAt: Date;
  readonly stoppedAt: Date | null;
  readonly clockedHours: number | null;
}

/** WRK-5. Lock order: job, then technician: whoever is on two cars is asked about both under one lock. */
@Injectable()
export class ClockingService {
  async clockOn(tx: Tx, jobId: string, version: number | null, staffId: string, lineId: string): Promise<void> {
    const job = await lockJob(tx, jobId, version);
    demandMove(job.state, 'clock-on');
    const operation = await operationOf(tx, job, lineId);
    demand(operation.technicianIds.includes(staffId), 'workshop.not-assigned', 'This operation is assigned to somebody else.');
    await this.#lockTechnician(tx, job.storeId, staffId);
    const parts = await partsOf(tx, job);
    for (const block of await openOf(tx, job)) demand(!standsOn(operation, block, parts), 'workshop.blocked', `This operation is blocked for ${block.reason}.`);
    const running = await runningOf(tx, job, lineId);
    demand(!running.some((one) => one.staffId === staffId), 'workshop.clocked-on', 'This technician is clocked on to it already.');
    await updateRow(tx, 'operation', operation, { state: moveOperation(operation.state, 'clock-on') });
    await insertRow<ClockingRow>(tx, 'clocking', { id: uuidv7(), storeId: job.storeId, version: 1, jobId, lineId, staffId, flatHours: operation.flatHours, startedAt: tx.now, stoppedAt: null, clockedHours: null });
    await say(tx, job, OperationStarted, { lineId, technicianId: staffId, startedAt: tx.now.toISOString() });
  }

  async clockOff(tx: Tx, jobId: string, version: number | null, staffId: string, lineId: string, finished: boolean): Promise<void> {
    const job = await lockJob(tx, jobId, version);
    demandMove(job.state, 'clock-off');
    const operation = await operationOf(tx, job, lineId);
    const running = await runningOf(tx, job, lineId);
    const mine = running.find((one) => one.staffId === staffId);
    demand(mine, 'workshop.not-clocked-on', 'This technician is not clocked on to it.');
    demand(!finished || running.length === 1, 'workshop.others-clocked-on', 'Somebody else still works on it: the last one finishes it.');
    if (finished) await updateRow(tx, 'operation', operation, { state: moveOperation(operation.state, 'finish') });
    await this.#stop(tx, job, mine, finished);
  }

  /** Hands off these operations, now (a block by hand), or all of the job's. */
  async stopAll(tx: Tx, job: JobRow, lineIds?: readonly string[]): Promise<JobRow> {
    const running = await tx.query<ClockingRow>(`select * from clocking where store_id = $1 and job_id = $2 and stopped_at is null order by staff_id, id`, [job.storeId, job.id]);
    for (const one of running) if (!lineIds || lineIds.includes(one.lineId)) job = await this.#stop(tx, job, one, false);
    return job;
  }

  async leaveUndone(tx: Tx, jobId: string, version: number | null, lineId: string, reason: string): Promise<void> {
    const job = await lockJob(tx, jobId, version);
    demandMove(job.state, 'leave-undone');
    const operation = await operationOf(tx, job, lineId);
    demand((await runningOf(tx, job, lineId)).length === 0, 'workshop.clocked-on', 'Somebody is still clocked on to it.');
    await updateRow(tx, 'operation', operation, { state: moveOperation(operation.state, 'leave'), leftReason: reason });
    await updateRow(tx, 'job', job, {});
  }

  /** Under the split rule that was in force when the stretch began. */
  async #stop(tx: Tx, job: JobRow, mine: ClockingRow, finished: boolean): Promise<JobRow> {
    await this.#lockTechnician(tx, job.storeId, mine.staffId);
    const others = await tx.query<ClockingRow>(
      `select * from clocking where store_id = $1 and id <> $2 and (staff_id = $3 or (job_id = $4 and line_id = $5)) and started_at < $6 and (stopped_at is null or stopped_at > $7)`,
      [job.storeId, mine.id, mine.staffId, job.id, mine.lineId, tx.now, mine.startedAt],
    );
    const { value } = await policyOf(tx, 'clock.split', job.storeId, mine.startedAt);
    const hours = clockedHours({ ...clocked(mine), to: tx.now.getTime() }, others.map(clocked), value);
    await updateRow(tx, 'clocking', mine, { stoppedAt: tx.now, clockedHours: hours });
    return say(tx, job, OperationStopped, { lineId: mine.lineId, technicianId: mine.staffId, startedAt: mine.startedAt.toISOString(), stoppedAt: tx.now.toISOString(), clockedHours: hours, finished });
  }

  async #lockTechnician(tx: Tx, storeId: string, staffId: string): Promise<void> {
    await tx.query(`select 1 from technician where store_id = $1 and staff_id = $2 for no key update`, [storeId, staffId]);
  }
}

const clocked = ({ staffId, jobId, lineId, flatHours, startedAt, stoppedAt }: ClockingRow): Clocked => ({
  staffId, operation: `${jobId}/${lineId}`, flatHours, from: startedAt.getTime(), to: stoppedAt?.getTime() ?? null,
});

const runningOf = (tx: Tx, job: JobRow, lineId: string) => tx.query<ClockingRow>(`select * from clocking where store_id = $1 and job_id = $2 and line_id = $3 and stopped_at is null`, [job.storeId, job.id, lineId]);

async function operationOf(tx: Tx, job: JobRow, lineId: string): Promise<OperationRow> {
  const operation = (await operationsOf(tx, job)).find((one) => one.lineId === lineId);
  if (!operation) throw new NotFound('operation');
  return operation;
}
