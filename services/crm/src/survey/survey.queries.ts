import { NotFound } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { brokenAt, emptyDay, type SampleHead, type SampleLink } from './sample';
import { sha256 } from './sample.digest';
import { allowed } from './survey';
import type { SurveyAnswerRow, SurveyRow } from './survey.row';

/** CRM-17: a store-day's list as it was locked, and whether it still is. */
export async function sampleOf(tx: Tx, storeId: string, day: string) {
  const head = (await tx.one<SampleHead>(`select length, head from sample_day where store_id = $1 and day = $2`, [storeId, day])) ?? emptyDay;
  const chain = await tx.query<SampleLink>(
    `select store_id, day, position, visit_id, survey_id, delivered_at, excluded_by, previous_hash, hash from sample_entry where store_id = $1 and day = $2 order by position`, [storeId, day],
  );
  return { day, ...head, brokenAt: brokenAt(sha256, chain, head), entries: chain.map(({ storeId: _, day: __, ...entry }) => entry) };
}

/** One survey with its answer and everything that was corrected, the answer that counts first. */
export async function surveyOf(tx: Tx, id: string, person: { readonly roles: readonly string[] }) {
  const survey = await tx.one<SurveyRow>(`select * from survey where id = $1`, [id]);
  if (!survey) throw new NotFound('survey');
  const written = await tx.query<SurveyAnswerRow>(`select * from survey_answer where survey_id = $1 order by id desc`, [id]);
  const { version, visitId, vehicleId, repairOrder, advisorId, deliveredAt, questionnaire, questionnaireVersion, state } = survey;
  return {
    surveyId: id, version, visitId, vehicleId, repairOrder, advisorId, deliveredAt, questionnaire, questionnaireVersion, state, allowed: allowed(state, person.roles),
    answers: written.map(({ id: answerId, channel, answers, recommend, answeredAt, replaces, reason, note, writtenBy, writtenAt }) => ({ answerId, channel, answers, recommend, answeredAt, replaces, reason, note, writtenBy, writtenAt })),
  };
}
