import { Injectable } from '@nestjs/common';
import { demand } from '@aftersales/contracts/kernel/refused';
import { JobBlocked, JobUnblocked } from '@aftersales/contracts/workshop/job';
import { insertRow, NotFound, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { v7 as uuidv7 } from 'uuid';
import { demandMove } from '../job/job';
import { lockJob, operationsOf, say, type JobRow } from '../job/job.rows';
import { ClockingService } from '../clocking/clocking.service';
import { byFacts, byHand, wholeJob, type Standstill } from './block';
import { openOf, partsOf, type BlockRow } from './block.rows';

/** What stands still, why and since when (WRK-6). A job that is already locked comes in, and goes out with the versions its facts took. */
@Injectable()
export class BlockService {
  constructor(private readonly clocking: ClockingService) {}

  /** By hand: who works on what stands still now is clocked off. */
  async block(tx: Tx, jobId: string, version: number | null, by: string, { reason, lineIds, note }: { reason: (typeof byHand)[number]; lineIds?: readonly string[]; note?: string }): Promise<void> {
    const job = await lockJob(tx, jobId, version);
    demandMove(job.state, 'block');
    const operations = await operationsOf(tx, job);
    for (const lineId of lineIds ?? []) demand(operations.some((one) => one.lineId === lineId), 'workshop.not-of-this-job', 'A named line is no operation of this job.');
    demand(!(await openOf(tx, job)).some((block) => block.reason === reason), 'workshop.blocked-already', `The job is blocked for ${reason} already.`);
    const still = lineIds ?? wholeJob(operations);
    await this.#open(tx, await this.clocking.stopAll(tx, job, still), { reason, lineIds: still }, by, note ?? null);
  }

  async unblock(tx: Tx, jobId: string, version: number | null, by: string, blockId: string): Promise<void> {
    const job = await lockJob(tx, jobId, version);
    demandMove(job.state, 'unblock');
    const block = (await openOf(tx, job)).find(({ id }) => id === blockId);
    if (!block) throw new NotFound('job_block');
    demand((byHand as readonly string[]).includes(block.reason), 'workshop.unblocked-by-facts', 'Parts that come and answers to add-ons end this by themselves.');
    await this.#end(tx, job, block, by);
  }

  /** Opens and ends what facts block: parts that are short or here, add-ons asked or answered. Nothing blocks a job without consent yet. */
  async follow(tx: Tx, job: JobRow): Promise<JobRow> {
    const parts = await partsOf(tx, job);
    const faults = await tx.query<{ state: string }>(`select state from fault where store_id = $1 and job_id = $2`, [job.storeId, job.id]);
    const wanted = job.state === 'expected' || job.state === 'completed' || job.state === 'closed' ? [] : byFacts(parts, faults);
    for (const block of await openOf(tx, job)) {
      const still = wanted.find(({ reason }) => reason === block.reason);
      if (!(byHand as readonly string[]).includes(block.reason) && !still) job = await this.#end(tx, job, block, null);
      else if (still && still.lineIds.join() !== block.lineIds.join()) job = await this.#restate(tx, job, block, still.lineIds);
    }
    const open = await openOf(tx, job);
    for (const one of wanted) if (!open.some(({ reason }) => reason === one.reason)) job = await this.#open(tx, job, one, null, null);
    return job;
  }

  /** The car is gone: nothing stands still any more. */
  async endAll(tx: Tx, job: JobRow): Promise<JobRow> {
    for (const block of await openOf(tx, job)) job = await this.#end(tx, job, block, null);
    return job;
  }

  async #open(tx: Tx, job: JobRow, { reason, lineIds }: Standstill, openedBy: string | null, note: string | null): Promise<JobRow> {
    const block = await insertRow<BlockRow>(tx, 'job_block', { id: uuidv7(), storeId: job.storeId, version: 1, jobId: job.id, reason, lineIds, since: tx.now, until: null, openedBy, closedBy: null, note });
    return say(tx, job, JobBlocked, { blockId: block.id, reason, lineIds: [...lineIds], since: block.since.toISOString() });
  }

  async #restate(tx: Tx, job: JobRow, block: BlockRow, lineIds: readonly string[]): Promise<JobRow> {
    await updateRow(tx, 'job_block', block, { lineIds });
    return say(tx, job, JobBlocked, { blockId: block.id, reason: block.reason, lineIds: [...lineIds], since: block.since.toISOString() });
  }

  async #end(tx: Tx, job: JobRow, block: BlockRow, closedBy: string | null): Promise<JobRow> {
    await updateRow(tx, 'job_block', block, { until: tx.now, closedBy });
    return say(tx, job, JobUnblocked, {
      blockId: block.id, reason: block.reason, since: block.since.toISOString(), until: tx.now.toISOString(), blockedMs: Math.max(0, tx.now.getTime() - block.since.getTime()),
    });
  }
}
