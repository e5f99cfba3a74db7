import { Injectable } from '@nestjs/common';
import type { DataOf } from '@aftersales/contracts/kernel/event';
import type { EstimateLine } from '@aftersales/contracts/reception/estimate-line';
import type { LinesDeclined, VisitAuthorised } from '@aftersales/contracts/reception/visit';
import { JobOpened } from '@aftersales/contracts/workshop/job';
import { insertRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { v7 as uuidv7 } from 'uuid';
import { BlockService } from '../block/block.service';
import { ClockingService } from '../clocking/clocking.service';
import { authorise, moveOperation } from '../job/job';
import { beginChecksAgain, jobOfVisit, operationsOf, say, type JobRow, type OperationRow } from '../job/job.rows';

/** What the desk says of a visit becomes its card: known at the gate, opened by consent, extended by the next version, closed with the hand-over. */
@Injectable()
export class VisitService {
  constructor(private readonly blocks: BlockService, private readonly clocking: ClockingService) {}

  async know(tx: Tx, storeId: string, visitId: string, known: Partial<Omit<JobRow, 'id' | 'version' | 'state'>>): Promise<void> {
    const job = await jobOfVisit(tx, storeId, visitId);
    if (job.state !== 'closed') await updateRow(tx, 'job', job, known);
  }

  async promiseMoved(tx: Tx, storeId: string, visitId: string, factVersion: number, promisedAt: string): Promise<void> {
    const job = await jobOfVisit(tx, storeId, visitId);
    if (job.state !== 'closed' && factVersion > job.visitSeen) await updateRow(tx, 'job', job, { promisedAt: new Date(promisedAt), visitSeen: factVersion });
  }

  /** Opens the job, or extends it. Each version names all lines with consent, so the newest is enough and an older one changes nothing. */
  async authorised(tx: Tx, storeId: string, factVersion: number, data: DataOf<typeof VisitAuthorised>): Promise<void> {
    let job = await jobOfVisit(tx, storeId, data.visitId);
    if (job.state === 'closed' || data.version <= job.estimateVersion) return;
    const labour = data.lines.filter(({ kind }) => kind === 'labour');
    const operations = await operationsOf(tx, job);
    const { state, add, restore, drop } = authorise({ state: job.state, operations }, labour);
    for (const line of add) await insertRow(tx, 'operation', newOperation(job, line));
    for (const one of operations) {
      if (restore.includes(one.lineId)) await updateRow(tx, 'operation', one, { state: moveOperation(one.state, 'restore') });
      if (drop.includes(one.lineId)) await updateRow(tx, 'operation', one, { state: moveOperation(one.state, 'drop') });
    }
    await this.#consentToParts(tx, job, data.lines);
    await tx.query(`update fault set state = 'authorised', version = version + 1 where store_id = $1 and job_id = $2 and id = any($3::uuid[]) and state in ('asked', 'declined')`, [storeId, job.id, faultsOf(data.lines)]);
    if (state === 'working') await beginChecksAgain(tx, job);
    const all = (await operationsOf(tx, job)).filter((one) => one.state !== 'dropped');
    job = await say(tx, job, JobOpened, {
      version: data.version, promisedAt: data.promisedAt,
      operations: all.map(({ lineId, operationCode, skill, bayType, flatHours }) => ({ lineId, operationCode, skill, bayType, flatHours })),
    }, {
      state, estimateVersion: data.version, appointmentId: data.appointmentId, vehicleId: data.vehicleId, repairOrder: data.repairOrder, brand: data.brand, kind: data.kind, advisorId: data.advisorId,
      waiting: data.waiting, openedAt: job.openedAt ?? tx.now, ...(factVersion > job.visitSeen && { promisedAt: new Date(data.promisedAt), visitSeen: factVersion }),
    });
    await this.blocks.follow(tx, job);
  }

  /** An add-on refused: the job goes on without. A find of which another line has consent goes on with it. */
  async declined(tx: Tx, storeId: string, data: DataOf<typeof LinesDeclined>): Promise<void> {
    const job = await jobOfVisit(tx, storeId, data.visitId);
    await tx.query(`update fault set state = 'declined', version = version + 1 where store_id = $1 and job_id = $2 and id = any($3::uuid[]) and state = 'asked'`, [storeId, job.id, faultsOf(data.lines)]);
    await this.blocks.follow(tx, job);
  }

  /** Handed over, or left before anything was signed: the card is closed, and what the floor called the car by is forgotten. */
  async gone(tx: Tx, storeId: string, visitId: string): Promise<void> {
    let job = await jobOfVisit(tx, storeId, visitId);
    if (job.state === 'closed') return;
    job = await this.blocks.endAll(tx, await this.clocking.stopAll(tx, job));
    await updateRow(tx, 'job', job, { state: 'closed', plate: null, keyTag: null });
  }

  async #consentToParts(tx: Tx, job: JobRow, lines: readonly EstimateLine[]): Promise<void> {
    const parts = lines.filter(({ partNumber, customersOwn }) => partNumber && !customersOwn);
    await tx.query(`update job_part set consented = false, version = version + 1 where store_id = $1 and job_id = $2 and not line_id = any($3::uuid[])`, [job.storeId, job.id, parts.map(({ lineId }) => lineId)]);
    for (const { lineId, partNumber, quantity, faultCode, faultId } of parts) {
      await tx.query(
        `insert into job_part (id, store_id, version, job_id, line_id, part_number, quantity, consented, fault_code, fault_id, short, on_shelf, issued) values ($1, $2, 1, $3, $4, $5, $6, true, $7, $8, false, false, 0)
         on conflict (store_id, job_id, line_id) do update set part_number = $5, quantity = $6, consented = true, fault_code = $7, fault_id = $8, version = job_part.version + 1`,
        [uuidv7(), job.storeId, job.id, lineId, partNumber, quantity ?? 0, faultCode ?? null, faultId ?? null],
      );
    }
  }
}

const faultsOf = (lines: readonly EstimateLine[]): string[] => [...new Set(lines.flatMap(({ faultId }) => faultId ?? []))];

function newOperation(job: JobRow, line: EstimateLine): OperationRow {
  return {
    id: uuidv7(), storeId: job.storeId, version: 1, jobId: job.id, lineId: line.lineId, operationCode: line.operationCode ?? 'LABOUR', skill: line.skill ?? 'general', bayType: line.bayType ?? 'general',
    flatHours: line.flatHours ?? 0, faultCode: line.faultCode ?? null, faultId: line.faultId ?? null, state: 'waiting', rework: 0, technicianIds: [], proposedId: null, assignedBy: null, assignedAt: null, briefing: null, leftReason: null,
  };
}
