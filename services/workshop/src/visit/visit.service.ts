import { Injectable } from '@nestjs/common';
import type { DataOf } from '@aftersales/contracts/kernel/event';
import type { EstimateLine } from '@aftersales/contracts/reception/estimate-line';
import type { LinesDeclined, VisitAuthorised } from '@aftersales/contracts/reception/visit';
import { JobCompleted, JobOpened } from '@aftersales/contracts/workshop/job';
import { insertRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { v7 as uuidv7 } from 'uuid';
import { BlockService } from '../block/block.service';
import { ClockingService } from '../clocking/clocking.service';
import { completion } from '../check/completion.queries';
import { authorise, moveOperation, type JobState } from '../job/job';
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

  /** Opens the job, or extends it. Each consent names all lines with consent, so the newest is enough and an older one changes nothing. */
  async authorised(tx: Tx, storeId: string, factVersion: number, data: DataOf<typeof VisitAuthorised>): Promise<void> {
    let job = await jobOfVisit(tx, storeId, data.visitId);
    if (job.state === 'closed' || factVersion <= job.consentSeen) return;
    const operations = await operationsOf(tx, job);
    const agreed = data.lines.filter(({ kind }) => kind === 'labour').map(workOf);
    const { state, add, moves } = authorise({ state: job.state, operations }, agreed);
    job = await this.clocking.stopAll(tx, job, [...moves.keys()]);
    for (const work of add) await insertRow<OperationRow>(tx, 'operation', { id: uuidv7(), storeId, version: 1, jobId: job.id, ...work, state: 'waiting', rework: 0, leftReason: null, ...undispatched });
    for (const one of operations) {
      const move = moves.get(one.lineId);
      await updateRow(tx, 'operation', one, { ...agreed.find(({ lineId }) => lineId === one.lineId), ...(move && { state: moveOperation(one.state, move) }), ...(move === 'renew' && { ...undispatched, leftReason: null }) });
    }
    await this.#consentToParts(tx, job, data.lines);
    await tx.query(`update fault set state = 'authorised', version = version + 1 where store_id = $1 and job_id = $2 and id = any($3::uuid[]) and state in ('asked', 'declined')`, [storeId, job.id, faultsOf(data.lines)]);
    if (state === 'working') await beginChecksAgain(tx, job);
    await this.blocks.follow(tx, await this.#sayAuthorised(tx, job, data, {
      state, consentSeen: factVersion, estimateVersion: data.version, appointmentId: data.appointmentId, vehicleId: data.vehicleId, repairOrder: data.repairOrder, brand: data.brand, kind: data.kind, advisorId: data.advisorId,
      waiting: data.waiting, openedAt: job.openedAt ?? tx.now, ...(factVersion > job.visitSeen && { promisedAt: new Date(data.promisedAt), visitSeen: factVersion }),
    }));
  }

  /** A completed job that gained nothing to do is not open: the desk, which waits for it since the consent, hears that it is completed, with what is agreed now. */
  async #sayAuthorised(tx: Tx, job: JobRow, { version, promisedAt }: DataOf<typeof VisitAuthorised>, changes: Partial<JobRow> & { state: JobState }): Promise<JobRow> {
    if (changes.state === 'completed') return say(tx, job, JobCompleted, await completion(tx, job, job.completedAt!), changes);
    const all = (await operationsOf(tx, job)).filter((one) => one.state !== 'dropped');
    const operations = all.map(({ lineId, operationCode, skill, bayType, flatHours }) => ({ lineId, operationCode, skill, bayType, flatHours }));
    return say(tx, job, JobOpened, { version, promisedAt, operations }, { ...changes, completedAt: null });
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

const workOf = ({ lineId, operationCode = 'LABOUR', skill = 'general', bayType = 'general', flatHours = 0, faultCode, faultId }: EstimateLine) =>
  ({ lineId, operationCode, skill, bayType, flatHours, faultCode: faultCode ?? null, faultId: faultId ?? null });

const undispatched = { technicianIds: [], proposedId: null, assignedBy: null, assignedAt: null, briefing: null };
