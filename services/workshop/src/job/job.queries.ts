import type { CheckKind } from '@aftersales/contracts/workshop/job';
import { findRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { lastSeen, seenId, toCursor } from '@aftersales/platform/http/cursor';
import type { Person } from '@aftersales/platform/http/operation-spec';
import { standsOn } from '../block/block';
import { openOf, partsOf } from '../block/block.rows';
import { nextCheck } from '../check/check';
import { rulesOf } from '../check/rules.queries';
import { allowedIn, type JobState } from './job';
import { operationsOf, type JobRow } from './job.rows';

/** The whole card, with what is open to this person now. */
export async function jobView(tx: Tx, jobId: string, person: Person) {
  const job = await findRow<JobRow>(tx, 'job', jobId);
  const about = [job.storeId, job.id];
  const { storeId, appointmentId, consentSeen, visitSeen, partsSeen, ...card } = job;
  const [rules, open, partLines] = [await rulesOf(tx, job), await openOf(tx, job), await partsOf(tx, job)];
  const clocked = await tx.query<{ lineId: string; staffId: string; startedAt: Date; stoppedAt: Date | null; clockedHours: number | null }>(
    `select line_id, staff_id, started_at, stopped_at, clocked_hours from clocking where store_id = $1 and job_id = $2 order by started_at`, about);
  return {
    ...card,
    allowed: allowedIn(job.state, person.roles),
    nextCheck: nextCheck(job.state, rules.middleDropped),
    operations: (await operationsOf(tx, job)).map((one) => {
      const own = clocked.filter(({ lineId }) => lineId === one.lineId);
      return {
        lineId: one.lineId, operationCode: one.operationCode, skill: one.skill, bayType: one.bayType, state: one.state, flatHours: one.flatHours, faultCode: one.faultCode, faultId: one.faultId, rework: one.rework,
        technicianIds: one.technicianIds, proposedId: one.proposedId, briefing: one.briefing, leftReason: one.leftReason,
        clockedHours: own.reduce((sum, { clockedHours }) => sum + (clockedHours ?? 0), 0),
        clockedOn: own.filter(({ stoppedAt }) => !stoppedAt).map(({ staffId, startedAt }) => ({ technicianId: staffId, since: startedAt })),
        blocked: open.some((block) => standsOn(one, block, partLines)),
      };
    }),
    parts: await tx.query<{ lineId: string; partNumber: string; quantity: number; consented: boolean; short: boolean; onShelf: boolean; issued: number; eta: Date | null }>(
      `select line_id, part_number, quantity, consented, short, on_shelf, issued, eta from job_part where store_id = $1 and job_id = $2 order by line_id`, about),
    blocks: await tx.query<{ id: string; reason: string; lineIds: string[]; since: Date; until: Date | null; note: string | null }>(`select id, reason, line_ids, since, until, note from job_block where store_id = $1 and job_id = $2 order by since, id`, about),
    blockedMs: await blockedMs(tx, job),
    faults: await tx.query<{ id: string; state: string; faultCode: string; safety: boolean; evidenceIds: string[]; foundBy: string; foundAt: Date; decidedBy: string | null }>(
      `select id, state, fault_code, safety, evidence_ids, found_by, found_at, decided_by from fault where store_id = $1 and job_id = $2 order by found_at, id`, about),
    checks: await tx.query<{ check: CheckKind; outcome: string; by: string; lineIds: string[]; reason: string | null; counts: boolean; checkedAt: Date }>(
      `select kind as "check", outcome, by, line_ids, reason, counts, checked_at from job_check where store_id = $1 and job_id = $2 order by checked_at, id`, about),
  };
}

/** Time stood still, by reason; what is still open counts up to now. */
async function blockedMs(tx: Tx, { id, storeId }: JobRow): Promise<Record<string, number>> {
  const rows = await tx.query<{ reason: string; ms: number }>(
    `select reason, (extract(epoch from sum(coalesce(until, app_now()) - since)) * 1000)::bigint as ms from job_block where store_id = $1 and job_id = $2 group by reason`, [storeId, id]);
  return Object.fromEntries(rows.map(({ reason, ms }) => [reason, Math.max(0, ms)]));
}

export interface JobsAsked {
  readonly visitId?: string;
  readonly state?: JobState;
  readonly cursor?: string;
  readonly limit: number;
}

/** Newest first. */
export async function jobsOf(tx: Tx, storeId: string, { visitId, state, cursor, limit }: JobsAsked) {
  const [after] = lastSeen(cursor, seenId) ?? [];
  const jobs = await tx.query<{ id: string; version: number; visitId: string; state: JobState; repairOrder: string | null; promisedAt: Date | null }>(
    `select id, version, visit_id, state, repair_order, promised_at from job
     where store_id = $1 and ($2::uuid is null or visit_id = $2) and ($3::text is null or state = $3) and ($4::uuid is null or id < $4) order by id desc limit $5`,
    [storeId, visitId ?? null, state ?? null, after ?? null, limit + 1],
  );
  const page = jobs.slice(0, limit);
  return { jobs: page, next: jobs.length > limit ? toCursor([page.at(-1)!.id]) : null };
}
