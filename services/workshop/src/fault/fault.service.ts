import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { demand } from '@aftersales/contracts/kernel/refused';
import type { Operation, PartNeed } from '@aftersales/contracts/kernel/values';
import { FaultFound } from '@aftersales/contracts/workshop/job';
import { insertRow, NotFound, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { v7 as uuidv7 } from 'uuid';
import { BlockService } from '../block/block.service';
import { vehicleOf } from '../files/vehicle.queries';
import { demandMove } from '../job/job';
import { lockJob, say, type JobRow } from '../job/job.rows';

export interface Found {
  readonly faultCode: string;
  readonly safety: boolean;
  readonly operations: readonly Omit<Operation, 'lineId'>[];
  readonly parts: readonly Omit<PartNeed, 'lineId'>[];
  readonly evidenceIds: readonly string[];
  readonly note?: string;
}

interface FaultRow extends Omit<Found, 'note'> {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly jobId: string;
  readonly state: 'reported' | 'asked' | 'authorised' | 'declined' | 'rejected';
  readonly note: string | null;
  readonly foundBy: string;
  readonly foundAt: Date;
  readonly decidedBy: string | null;
  readonly reason: string | null;
}

export interface Taken {
  readonly kind: 'photo' | 'recording' | 'reading';
  readonly contentType: string;
  readonly content: string;
}

/** A found fault (WRK-7): found with evidence, confirmed by a second person, then asked of the customer by the desk. */
@Injectable()
export class FaultService {
  constructor(private readonly blocks: BlockService) {}

  /** Bytes of what was seen or measured; the same bytes again are the same evidence. */
  async keepEvidence(tx: Tx, jobId: string, by: string, { kind, contentType, content }: Taken): Promise<{ id: string }> {
    const job = await lockJob(tx, jobId);
    demandMove(job.state, 'report-fault');
    const bytes = Buffer.from(content, 'base64');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const known = await tx.one<{ id: string }>(`select id from evidence where store_id = $1 and job_id = $2 and sha256 = $3`, [job.storeId, jobId, sha256]);
    if (known) return known;
    const id = uuidv7();
    await tx.query(
      `insert into evidence (id, store_id, job_id, kind, content_type, content, sha256, taken_by, taken_at) values ($1, $2, $3, $4, $5, decode($6, 'base64'), $7, $8, $9)`,
      [id, job.storeId, jobId, kind, contentType, bytes.toString('base64'), sha256, by, tx.now],
    );
    return { id };
  }

  async report(tx: Tx, jobId: string, version: number | null, by: string, { note, ...found }: Found): Promise<void> {
    const job = await lockJob(tx, jobId, version);
    demandMove(job.state, 'report-fault');
    const known = await tx.query(`select id from evidence where store_id = $1 and job_id = $2 and id = any($3::uuid[])`, [job.storeId, jobId, found.evidenceIds]);
    demand(known.length === new Set(found.evidenceIds).size, 'workshop.evidence', 'Evidence that is named is not kept with this job.');
    await insertRow<FaultRow>(tx, 'fault', { id: uuidv7(), storeId: job.storeId, version: 1, jobId, state: 'reported', ...found, note: note ?? null, foundBy: by, foundAt: tx.now, decidedBy: null, reason: null });
    await updateRow(tx, 'job', job, {});
  }

  async confirm(tx: Tx, jobId: string, version: number | null, by: string, faultId: string): Promise<void> {
    const job = await lockJob(tx, jobId, version);
    demandMove(job.state, 'confirm-fault');
    const fault = await this.#reported(tx, job, faultId, by);
    await updateRow(tx, 'fault', fault, { state: 'asked', decidedBy: by });
    const told = await say(tx, job, FaultFound, {
      vehicleId: await vehicleOf(tx, job.vehicleId!), faultId, faultCode: fault.faultCode, safety: fault.safety, operations: [...fault.operations], parts: [...fault.parts], evidenceIds: [...fault.evidenceIds],
      foundBy: fault.foundBy, confirmedBy: by, foundAt: fault.foundAt.toISOString(),
    });
    await this.blocks.follow(tx, told);
  }

  async reject(tx: Tx, jobId: string, version: number | null, by: string, faultId: string, reason: string): Promise<void> {
    const job = await lockJob(tx, jobId, version);
    demandMove(job.state, 'reject-fault');
    await updateRow(tx, 'fault', await this.#reported(tx, job, faultId, by), { state: 'rejected', decidedBy: by, reason });
    await updateRow(tx, 'job', job, {});
  }

  async #reported(tx: Tx, job: JobRow, faultId: string, by: string): Promise<FaultRow> {
    const fault = await tx.one<FaultRow>(`select * from fault where store_id = $1 and job_id = $2 and id = $3`, [job.storeId, job.id, faultId]);
    if (!fault) throw new NotFound('fault');
    demand(fault.state === 'reported', 'workshop.fault-decided', 'This find is decided already.');
    demand(fault.foundBy !== by, 'workshop.second-person', 'Who found a fault does not confirm it.');
    return fault;
  }
}
