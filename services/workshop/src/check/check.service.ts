import { Injectable } from '@nestjs/common';
import { CheckFailed, CheckPassed, JobCompleted, type CheckKind } from '@aftersales/contracts/workshop/job';
import { insertRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { v7 as uuidv7 } from 'uuid';
import { park, wash, moveOperation } from '../job/job';
import { beginChecksAgain, cardOf, lockJob, operationsOf, say, type JobRow } from '../job/job.rows';
import { failCheck, passCheck, type Checker } from './check';
import { completion } from './completion.queries';
import { rulesOf } from './rules.queries';

export interface Failing {
  readonly check: CheckKind;
  readonly lineIds: readonly string[];
  readonly reason: string;
  readonly note?: string;
}

@Injectable()
export class CheckService {
  async pass(tx: Tx, jobId: string, version: number | null, by: Checker, check: CheckKind): Promise<void> {
    const job = await lockJob(tx, jobId, version);
    const state = passCheck(await cardOf(tx, job), check, by, await rulesOf(tx, job));
    await this.#sign(tx, job, { check, outcome: 'passed', by: by.id, lineIds: [], reason: null, note: null });
    await say(tx, job, CheckPassed, { check, by: by.id, checkedAt: tx.now.toISOString() }, { state });
  }

  /** The named operations go back to work with the reason, counted; the checks begin again. */
  async fail(tx: Tx, jobId: string, version: number | null, by: Checker, { check, lineIds, reason, note }: Failing): Promise<void> {
    const job = await lockJob(tx, jobId, version);
    const state = failCheck(await cardOf(tx, job), check, by, await rulesOf(tx, job), lineIds);
    for (const operation of await operationsOf(tx, job)) {
      if (lineIds.includes(operation.lineId)) await updateRow(tx, 'operation', operation, { state: moveOperation(operation.state, 'send-back'), rework: operation.rework + 1 });
    }
    await beginChecksAgain(tx, job);
    await this.#sign(tx, job, { check, outcome: 'failed', by: by.id, lineIds, reason, note: note ?? null });
    const rework = job.rework + 1;
    await say(tx, job, CheckFailed, { check, by: by.id, lineIds: [...lineIds], reason, rework, checkedAt: tx.now.toISOString() }, { state, rework });
  }

  async wash(tx: Tx, jobId: string, version: number | null): Promise<void> {
    const job = await lockJob(tx, jobId, version);
    await updateRow(tx, 'job', job, { state: wash(await cardOf(tx, job)), bayId: null, place: 'wash' });
  }

  /** Washed and parked: the desk is told who did what (WRK-10). */
  async park(tx: Tx, jobId: string, version: number | null, place: string): Promise<void> {
    const job = await lockJob(tx, jobId, version);
    await say(tx, job, JobCompleted, await completion(tx, job, tx.now), { state: park(await cardOf(tx, job)), bayId: null, place, completedAt: tx.now });
  }

  async #sign(tx: Tx, job: JobRow, { check, ...signed }: { check: CheckKind; outcome: 'passed' | 'failed'; by: string; lineIds: readonly string[]; reason: string | null; note: string | null }): Promise<void> {
    await insertRow(tx, 'job_check', { id: uuidv7(), storeId: job.storeId, jobId: job.id, kind: check, ...signed, counts: signed.outcome === 'passed', checkedAt: tx.now });
  }
}
