import { Injectable } from '@nestjs/common';
import type { FollowUpClosed, FollowUpFailed, FollowUpPlanned, FollowUpReached } from '@aftersales/contracts/crm/follow-up';
import type { AnswerCorrected, SurveyAnswered, SurveyLocked } from '@aftersales/contracts/crm/survey';
import type { Fact } from '@aftersales/contracts/kernel/event';
import type { VisitDelivered } from '@aftersales/contracts/reception/visit';
import type { Tx } from '@aftersales/platform/database/tx';
import { count, type StoreDay } from './count-days.sql';
import { sharesByFactor } from './csi';

type FollowUpFact = Fact<typeof FollowUpPlanned> | Fact<typeof FollowUpReached> | Fact<typeof FollowUpFailed>;

/**
 * HQ-2, HQ-9: keeps what the figures are made of, and counts the touched days again in the same transaction. What is kept depends on the facts
 * alone: not on their order between topics, not on how often they come, not on a clock. A fact about a visit that is not known yet waits in its table.
 */
@Injectable()
export class KeptFacts {
  /** A newer version of the same visit replaces the older one. */
  delivered(tx: Tx, facts: readonly Fact<typeof VisitDelivered>[]): Promise<void> {
    return this.#keep(tx, facts, () => tx.query(
      `insert into csi_visit (id, store_id, version, brand, kind, advisor_id, technician_ids, delivered_at)
       select distinct on (v."visitId") v."visitId", v."storeId", v.version, v.brand, v.kind, v."advisorId", v."technicianIds", v."deliveredAt"
       from jsonb_to_recordset($1::jsonb) as v("visitId" uuid, "storeId" uuid, version int, brand text, kind text, "advisorId" uuid, "technicianIds" jsonb, "deliveredAt" timestamptz)
       order by v."visitId", v.version desc
       on conflict (id) do update set version = excluded.version, brand = excluded.brand, kind = excluded.kind, advisor_id = excluded.advisor_id,
         technician_ids = excluded.technician_ids, delivered_at = excluded.delivered_at
       where csi_visit.version < excluded.version`,
      [rowsOf(facts)],
    ));
  }

  /** CRM-17: a place in the sample is taken once; of two, the earlier one counts, and the day of the other is counted without it. */
  async locked(tx: Tx, facts: readonly Fact<typeof SurveyLocked>[]): Promise<void> {
    await holdStores(tx);
    const visits = visitsOf(facts);
    const before = await tx.query<StoreDay>(`select distinct store_id, locked_day as day from csi_visit where id = any($1::uuid[]) and locked_day is not null`, [visits]);
    await tx.query(
      `insert into csi_visit (id, store_id, locked_day, locked_position, survey_id, excluded_by, hash, previous_hash)
       select distinct on (v."visitId") v."visitId", v."storeId", v.day, v.position, v."surveyId", v."excludedBy", v.hash, v."previousHash"
       from jsonb_to_recordset($1::jsonb) as v("visitId" uuid, "storeId" uuid, day date, position int, "surveyId" uuid, "excludedBy" text, hash text, "previousHash" text)
       order by v."visitId", v.day, v.position
       on conflict (id) do update set locked_day = excluded.locked_day, locked_position = excluded.locked_position, survey_id = excluded.survey_id,
         excluded_by = excluded.excluded_by, hash = excluded.hash, previous_hash = excluded.previous_hash
       where csi_visit.locked_day is null or (excluded.locked_day, excluded.locked_position) < (csi_visit.locked_day, csi_visit.locked_position)`,
      [rowsOf(facts)],
    );
    await count(tx, visits, before);
  }

  followUp(tx: Tx, facts: readonly FollowUpFact[]): Promise<void> {
    return this.#keep(tx, facts, () => mergeFollowUps(tx, facts));
  }

  /** How it ended is kept, and is in no figure: whether it was planned, reached or failed was said before. */
  followUpClosed(tx: Tx, facts: readonly Fact<typeof FollowUpClosed>[]) {
    return mergeFollowUps(tx, facts);
  }

  /** CRM-16: the answer and each correction are kept; the newest of a survey is the one that counts. */
  answered(tx: Tx, facts: readonly (Fact<typeof SurveyAnswered> | Fact<typeof AnswerCorrected>)[]): Promise<void> {
    return this.#keep(tx, facts, async () => {
      const kept = await tx.query<{ id: string }>(
        `insert into csi_answer (id, store_id, version, survey_id, visit_id, questionnaire, questionnaire_version, channel, answers, recommend, answered_at, replaces)
         select a."answerId", a."storeId", a.version, a."surveyId", a."visitId", a.questionnaire, a."questionnaireVersion", a.channel, a.answers, a.recommend, a."answeredAt", a.replaces
         from jsonb_to_recordset($1::jsonb)
           as a("answerId" uuid, "storeId" uuid, version int, "surveyId" uuid, "visitId" uuid, questionnaire text, "questionnaireVersion" int, channel text, answers jsonb, recommend int, "answeredAt" timestamptz, replaces uuid)
         on conflict (id) do nothing returning id`,
        [rowsOf(facts)],
      );
      const isNew = new Set(kept.map(({ id }) => id));
      const shares = facts.flatMap(({ storeId, data }) => (isNew.delete(data.answerId) ? sharesByFactor(data.answers).map(({ factor, shares: levels }) => ({ storeId, answerId: data.answerId, factor, levels: levels.map(Number) })) : []));
      await tx.query(
        `insert into csi_share (store_id, answer_id, factor, level1, level2, level3, level4, level5)
         select s."storeId", s."answerId", s.factor, (levels->>0)::int, (levels->>1)::int, (levels->>2)::int, (levels->>3)::int, (levels->>4)::int
         from jsonb_to_recordset($1::jsonb) as s("storeId" uuid, "answerId" uuid, factor text, levels jsonb)`,
        [JSON.stringify(shares)],
      );
    });
  }

  /** Writes what was heard, and counts the days of the visits it is about. */
  async #keep(tx: Tx, facts: readonly VisitFact[], write: () => Promise<unknown>): Promise<void> {
    await holdStores(tx);
    await write();
    await count(tx, visitsOf(facts));
  }
}

type VisitFact = Fact & { readonly data: { readonly visitId: string } };

/** One transaction at a time counts a store: what it reads of the store's facts is all there is. All stores of the batch at once, in one order. */
const holdStores = (tx: Tx) => tx.query(`select pg_advisory_xact_lock(hashtextextended('csi/' || store, 0)) from unnest($1::text[]) as store`, [[...tx.scope.stores].sort()]);

/** Planned, reached, failed, closed: each says its own part of the follow-up. */
const mergeFollowUps = (tx: Tx, facts: readonly (FollowUpFact | Fact<typeof FollowUpClosed>)[]) =>
  tx.query(
    `insert into csi_follow_up as f (id, store_id, version, visit_id, because, do_not_call, due_at, reached_at, failed_reason, outcome)
     select distinct on (n."followUpId") n."followUpId", n."storeId", n.version, n."visitId", n.because, n."doNotCall", n."dueAt", n."reachedAt", n.reason, n.outcome
     from jsonb_to_recordset($1::jsonb)
       as n("followUpId" uuid, "storeId" uuid, version int, "visitId" uuid, because text, "doNotCall" boolean, "dueAt" timestamptz, "reachedAt" timestamptz, reason text, outcome text)
     order by n."followUpId", n.version desc
     on conflict (id) do update set version = greatest(f.version, excluded.version), because = coalesce(excluded.because, f.because),
       do_not_call = coalesce(excluded.do_not_call, f.do_not_call), due_at = coalesce(excluded.due_at, f.due_at),
       reached_at = coalesce(excluded.reached_at, f.reached_at), failed_reason = coalesce(excluded.failed_reason, f.failed_reason), outcome = coalesce(excluded.outcome, f.outcome)`,
    [rowsOf(facts)],
  );

const visitsOf = (facts: readonly VisitFact[]): string[] => [...new Set(facts.map(({ data }) => data.visitId))];

const rowsOf = (facts: readonly Fact[]): string => JSON.stringify(facts.map(({ storeId, version, data }) => ({ ...data, storeId, version })));
