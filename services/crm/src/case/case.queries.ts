import type { Department } from '@aftersales/contracts/kernel/values';
import { NotFound } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { lastSeen, seenAt, seenId, toCursor } from '@aftersales/platform/http/cursor';
import { allowed, type CaseState } from './case';
import type { CaseRow } from './case.row';

type Person = { readonly roles: readonly string[] };
type Item = CaseRow & { readonly repairOrder: string };

const items = `select c.*, s.repair_order from customer_case c join survey s on s.store_id = c.store_id and s.visit_id = c.visit_id`;

/** Oldest first: what waits longest is on top. */
export async function cases(tx: Tx, storeId: string, { state, department, cursor, limit }: { state?: CaseState; department?: Department; cursor?: string; limit: number }, person: Person) {
  const after = lastSeen(cursor, seenAt, seenId) ?? [null, null];
  const rows = await tx.query<Item>(
    `${items} where c.store_id = $1 and ($2::timestamptz is null or (c.opened_at, c.id) > ($2, $3::uuid)) and ($5::text is null or c.state = $5) and ($6::text is null or c.department = $6)
     order by c.opened_at, c.id limit $4`,
    [storeId, ...after, limit + 1, state ?? null, department ?? null],
  );
  const last = rows.length > limit ? rows[limit - 1]! : null;
  return { items: rows.slice(0, limit).map((row) => itemOf(row, person)), next: last && toCursor([last.openedAt.toISOString(), last.id]) };
}

export async function caseOf(tx: Tx, id: string, person: Person) {
  const row = await tx.one<Item>(`${items} where c.id = $1`, [id]);
  if (!row) throw new NotFound('case');
  return {
    ...itemOf(row, person), closedBy: row.closedBy, closeReason: row.closeReason, closeNote: row.closeNote,
    answers: await tx.query<{ round: number; measure: string; words: string; answeredBy: string; answeredAt: Date }>(`select round, measure, words, answered_by, answered_at from case_answer where case_id = $1 order by round`, [id]),
    followUps: await tx.query<{ followUpId: string; state: string; outcome: string | null }>(`select id as follow_up_id, state, outcome from follow_up where store_id = $2 and (case_id = $1 or id = $3) order by id`, [id, row.storeId, row.followUpId]),
  };
}

function itemOf({ id, version, visitId, customerId, vehicleId, repairOrder, department, cause, words, round, state, outcome, openedAt, endedAt }: Item, person: Person) {
  return { caseId: id, version, visitId, customerId, vehicleId, repairOrder, department, cause, words, round, state, outcome, allowed: allowed(state, department, person.roles), openedAt, endedAt };
}
