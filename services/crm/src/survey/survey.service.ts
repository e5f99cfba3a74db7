import { Injectable } from '@nestjs/common';
import { localDate } from '@aftersales/calendar/local-time';
import { AnswerCorrected, SurveyAnswered, SurveyLocked } from '@aftersales/contracts/crm/survey';
import type { DataOf } from '@aftersales/contracts/kernel/event';
import { demand } from '@aftersales/contracts/kernel/refused';
import type { VisitDelivered } from '@aftersales/contracts/reception/visit';
import { policyOf, storeOf } from '@aftersales/directory/directory';
import { insertRow, lockRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { v7 as uuidv7 } from 'uuid';
import { emptyDay, link, type SampleEntry, type SampleHead } from './sample';
import { sha256 } from './sample.digest';
import { answersTo, grievanceIn, type GivenAnswer, type Grievance } from './survey';
import { answerOf, questionnaireInForce, questionnaireOf, type SurveyAnswerRow, type SurveyRow } from './survey.row';

export interface Given {
  readonly answers: readonly GivenAnswer[];
  readonly recommend: number | null;
}

/** Every delivered visit of a customer is asked this one. */
const serviceQuestionnaire = 'csi-service';

@Injectable()
export class Surveys {
  /**
   * CRM-17: the visit takes its place in the store-day's list, asked or excluded by a named rule, and its survey is fixed: questionnaire version
   * and the level that counts as dissatisfied. Null when it is in the list already. The day's row is held: deliveries of one day come one after another.
   */
  async lock(tx: Tx, storeId: string, visit: DataOf<typeof VisitDelivered>): Promise<SurveyRow | null> {
    const [store, excluded, dissatisfied, questionnaire] = [
      await storeOf(tx, storeId), await policyOf(tx, 'follow-up.excluded-kinds', storeId), await policyOf(tx, 'follow-up.dissatisfied', storeId), await questionnaireInForce(tx, serviceQuestionnaire),
    ];
    const deliveredAt = new Date(visit.deliveredAt);
    const excludedBy = excluded.value.kinds.includes(visit.kind) ? `kind-${visit.kind}` : null;
    const survey: SurveyRow = {
      id: uuidv7(), storeId, version: 1, visitId: visit.visitId, customerId: visit.customerId, contactId: visit.contactId, vehicleId: visit.vehicleId,
      repairOrder: visit.repairOrder, kind: visit.kind, advisorId: visit.advisorId, deliveredAt, deliveredDay: localDate(store.zone, deliveredAt),
      nextServiceOn: visit.nextServiceOn, nextServiceAtKm: visit.nextServiceAtKm,
      questionnaire: questionnaire.code, questionnaireVersion: questionnaire.questionnaireVersion, dissatisfiedFrom: dissatisfied.value.fromLevel,
      followUpId: null, state: excludedBy ? 'excluded' : 'locked',
    };
    const day = await this.#holdDay(tx, storeId, survey.deliveredDay);
    if (await tx.one(`select 1 from sample_entry where store_id = $1 and visit_id = $2`, [storeId, visit.visitId])) return null;
    await insertRow(tx, 'survey', survey);
    await this.#append(tx, day, { storeId, day: survey.deliveredDay, visitId: visit.visitId, surveyId: survey.id, deliveredAt, excludedBy });
    return survey;
  }

  /** CRM-16: one survey a visit, answered once. Returns what makes the customer dissatisfied, if anything does. */
  async answer(tx: Tx, survey: SurveyRow, channel: 'call' | 'link', given: Given, writtenBy: string): Promise<Grievance | null> {
    demand(survey.state === 'locked', 'survey.answered', 'This survey was answered; what was wrong is corrected with a reason.');
    const { answer, grievance } = await this.#compose(tx, survey, given, { channel, answeredAt: tx.now, replaces: null, reason: null, note: null, writtenBy });
    const answered = await updateRow(tx, 'survey', survey, { state: 'answered' });
    publish(tx, SurveyAnswered, answered, factOf(answered, answer));
    return grievance;
  }

  /** CRM-16: never edited; the correction is a whole new answer in place of the one that counted, and counts where that one did. Returns what is a grievance only now. */
  async correct(tx: Tx, surveyId: string, version: number | null, given: Given & { reason: string; note: string | null }, correctedBy: string): Promise<{ survey: SurveyRow; grievance: Grievance | null }> {
    const survey = await lockRow<SurveyRow>(tx, 'survey', surveyId, version);
    const before = await answerOf(tx, surveyId);
    demand(before, 'survey.not-answered', 'There is no answer yet to correct.');
    const { answer, grievance } = await this.#compose(tx, survey, given, { channel: before.channel, answeredAt: before.answeredAt, replaces: before.id, reason: given.reason, note: given.note, writtenBy: correctedBy });
    const corrected = await updateRow(tx, 'survey', survey, {});
    publish(tx, AnswerCorrected, corrected, { ...factOf(corrected, answer), replaces: before.id, reason: given.reason, correctedBy, correctedAt: tx.now.toISOString() });
    const known = grievanceIn((await questionnaireOf(tx, survey)).questions, before.answers, survey.dissatisfiedFrom);
    return { survey: corrected, grievance: known ? null : grievance };
  }

  async #compose(tx: Tx, survey: SurveyRow, given: Given, more: Pick<SurveyAnswerRow, 'channel' | 'answeredAt' | 'replaces' | 'reason' | 'note' | 'writtenBy'>) {
    const { questions } = await questionnaireOf(tx, survey);
    const answers = answersTo(questions, given.answers);
    const answer: SurveyAnswerRow = { id: uuidv7(), storeId: survey.storeId, surveyId: survey.id, answers, recommend: given.recommend, writtenAt: tx.now, ...more };
    await insertRow(tx, 'survey_answer', answer);
    return { answer, grievance: grievanceIn(questions, answers, survey.dissatisfiedFrom) };
  }

  async #holdDay(tx: Tx, storeId: string, day: string): Promise<SampleDayRow> {
    await tx.query(`insert into sample_day (id, store_id, version, day, length, head) values ($1, $2, 0, $3, $4, $5) on conflict (store_id, day) do nothing`, [uuidv7(), storeId, day, emptyDay.length, emptyDay.head]);
    return (await tx.one<SampleDayRow>(`select * from sample_day where store_id = $1 and day = $2 for no key update`, [storeId, day]))!;
  }

  async #append(tx: Tx, day: SampleDayRow, entry: SampleEntry): Promise<void> {
    const next = link(sha256, day, entry);
    await insertRow(tx, 'sample_entry', { id: uuidv7(), ...next });
    const locked = await updateRow(tx, 'sample_day', day, { length: next.position, head: next.hash });
    publish(tx, SurveyLocked, locked, { ...next, deliveredAt: next.deliveredAt.toISOString() });
  }
}

interface SampleDayRow extends SampleHead {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
}

const factOf = (survey: SurveyRow, { id, channel, answers, recommend, answeredAt }: SurveyAnswerRow): DataOf<typeof SurveyAnswered> => ({
  surveyId: survey.id, answerId: id, visitId: survey.visitId, questionnaire: survey.questionnaire, questionnaireVersion: survey.questionnaireVersion,
  channel, answers: [...answers], recommend, answeredAt: answeredAt.toISOString(),
});
