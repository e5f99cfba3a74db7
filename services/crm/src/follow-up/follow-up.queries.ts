import { NotFound } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { lastSeen, seenAt, seenId, toCursor } from '@aftersales/platform/http/cursor';
import { nextWindow, windowAt } from '@aftersales/calendar/windows';
import { questionnaireOf, type SurveyRow } from '../survey/survey.row';
import { masked, neverDialSql } from './contact.queries';
import { allowed, callers, linkMayGo, type Asks } from './follow-up';
import { asksOf, callCalendar, type FollowUpRow } from './follow-up.row';

type Person = { readonly roles: readonly string[] };
type Contact = NonNullable<Parameters<typeof masked>[0]>;
type ItemRow = FollowUpRow & Contact & { readonly repairOrder: string; readonly advisorId: string; readonly lastOutcome: string | null; readonly doNotCall: boolean; readonly unanswered: boolean };

const items = `select f.*, s.repair_order, s.advisor_id, (select outcome from follow_up_attempt a where a.follow_up_id = f.id order by attempt desc limit 1) as last_outcome,
    exists (select 1 from survey q where q.store_id = f.store_id and q.follow_up_id = f.id and q.state = 'locked') as unanswered,
    coalesce(${neverDialSql}, false) as do_not_call, c.name, c.language, c.preferred_from, c.preferred_to,
    coalesce((select jsonb_agg(jsonb_build_object('number', number) order by position) from customer_phone where customer_id = c.id), '[]') as phones
  from follow_up f
  join survey s on s.store_id = f.store_id and s.visit_id = f.visit_id
  left join file_alias m on m.from_id = f.contact_id
  left join customer c on c.id = coalesce(m.to_id, f.contact_id)`;
const page = `f.store_id = $1 and ($2::timestamptz is null or (f.due_at, f.id) > ($2, $3::uuid))`;

/** CRM-5: who may be called at this moment: opened, no call in this window yet, and never who does not want it. By due, oldest first. */
export async function callList(tx: Tx, storeId: string, { cursor, limit }: { cursor?: string; limit: number }, person: Person) {
  const after = lastSeen(cursor, seenAt, seenId) ?? [null, null];
  const { calls } = await callCalendar(tx, storeId);
  const window = windowAt(calls, tx.now);
  if (!window) return { items: [], next: null, window: null, opensAt: nextWindow(calls, tx.now).at };
  const rows = await tx.query<ItemRow>(
    `${items} where ${page} and f.state = 'open' and not coalesce(${neverDialSql}, false)
       and not exists (select 1 from follow_up_attempt a where a.follow_up_id = f.id and a.window_key = $5)
     order by f.due_at, f.id limit $4`,
    [storeId, ...after, limit + 1, window.key],
  );
  return { ...pageOf(rows, limit, person), window: window.key, opensAt: window.from };
}

export async function followUps(tx: Tx, storeId: string, { state, advisorId, cursor, limit }: { state?: string; advisorId?: string; cursor?: string; limit: number }, person: Person) {
  const after = lastSeen(cursor, seenAt, seenId) ?? [null, null];
  const rows = await tx.query<ItemRow>(`${items} where ${page} and ($5::text is null or f.state = $5) and ($6::uuid is null or s.advisor_id = $6) order by f.due_at, f.id limit $4`, [storeId, ...after, limit + 1, state ?? null, advisorId ?? null]);
  return pageOf(rows, limit, person);
}

/** One follow-up with its calls and its call sheet (CRM-8): each visit with the questions of the version it was locked with. */
export async function followUp(tx: Tx, id: string, person: Person) {
  const row = await tx.one<ItemRow>(`${items} where f.id = $1`, [id]);
  if (!row) throw new NotFound('follow_up');
  const visits = await tx.query<SurveyRow>(`select * from survey where store_id = $1 and (follow_up_id = $2 or visit_id = $3) order by delivered_at, id`, [row.storeId, id, row.visitId]);
  const own = visits.find(({ visitId }) => visitId === row.visitId)!;
  return {
    ...itemOf(row, person), after: row.after, attemptsWanted: row.attemptsWanted, nextSteps: row.nextSteps, failedBecause: row.failedBecause, reopens: row.reopensLeft > 0, reachedAt: row.reachedAt,
    calls: await tx.query<CallRow>(`select attempt, outcome, agent_id, window_key, asked_for, note, attempted_at from follow_up_attempt where follow_up_id = $1 order by attempt`, [id]),
    callSheet: { script: (await questionnaireOf(tx, own)).script, visits: await Promise.all(visits.map((visit) => visitOf(tx, visit, asksOf(row)))) },
    sheets: await tx.query<SheetRow>(`select visit_id, satisfied, use_of_car, remarks, heard, apologised from call_sheet where follow_up_id = $1 order by written_at, id`, [id]),
  };
}

async function visitOf(tx: Tx, { id, visitId, vehicleId, repairOrder, kind, deliveredAt, nextServiceOn, nextServiceAtKm, state, questionnaire, questionnaireVersion }: SurveyRow, asks: Asks) {
  const { questions } = await questionnaireOf(tx, { questionnaire, questionnaireVersion });
  return {
    visitId, surveyId: id, vehicleId, repairOrder, kind, deliveredAt, nextServiceOn, nextServiceAtKm, state, questionnaire, questionnaireVersion,
    questions: asks === 'case' ? [] : questions.map(({ question, factor, text }) => ({ question, factor, text })),
  };
}

interface CallRow { attempt: number; outcome: string; agentId: string; windowKey: string; askedFor: Date | null; note: string | null; attemptedAt: Date }
interface SheetRow { visitId: string; satisfied: boolean; useOfCar: string | null; remarks: string | null; heard: string | null; apologised: boolean }

function itemOf(row: ItemRow, person: Person) {
  const { id, version, visitId, because, caseId, customerId, vehicleId, repairOrder, advisorId, state, outcome, opensAt, dueAt, nextAt, attempts, lastOutcome, doNotCall } = row;
  return {
    followUpId: id, version, visitId, because, caseId, customerId, vehicleId, repairOrder, advisorId, state, outcome, allowed: allowedTo(row, person), opensAt, dueAt, nextAt,
    attempts, lastOutcome, doNotCall, contact: masked(row),
  };
}

const allowedTo = (row: ItemRow, { roles }: Person) =>
  [...allowed(row.state, asksOf(row), roles), ...(linkMayGo(row) && callers.some((role) => roles.includes(role)) ? ['send-link' as const] : [])];

function pageOf(rows: readonly ItemRow[], limit: number, person: Person) {
  const last = rows.length > limit ? rows[limit - 1]! : null;
  return { items: rows.slice(0, limit).map((row) => itemOf(row, person)), next: last && toCursor([last.dueAt.toISOString(), last.id]) };
}
