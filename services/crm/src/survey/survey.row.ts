import type { Answer } from '@aftersales/contracts/crm/survey';
import type { Tx } from '@aftersales/platform/database/tx';
import type { Question, SurveyState, Text } from './survey';

export interface SurveyRow {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly visitId: string;
  readonly customerId: string;
  readonly contactId: string;
  readonly vehicleId: string;
  readonly repairOrder: string;
  readonly kind: string;
  readonly advisorId: string;
  readonly deliveredAt: Date;
  readonly deliveredDay: string;
  readonly nextServiceOn: string | null;
  readonly nextServiceAtKm: number | null;
  readonly questionnaire: string;
  readonly questionnaireVersion: number;
  readonly dissatisfiedFrom: number;
  readonly followUpId: string | null;
  readonly state: SurveyState;
}

export interface SurveyAnswerRow {
  readonly id: string;
  readonly storeId: string;
  readonly surveyId: string;
  readonly channel: 'call' | 'link';
  readonly answers: readonly Answer[];
  readonly recommend: number | null;
  readonly answeredAt: Date;
  readonly replaces: string | null;
  readonly reason: string | null;
  readonly note: string | null;
  readonly writtenBy: string;
  readonly writtenAt: Date;
}

export interface QuestionnaireRow {
  readonly id: string;
  readonly version: number;
  readonly code: string;
  readonly questionnaireVersion: number;
  readonly questions: readonly Question[];
  readonly script: readonly { readonly step: string; readonly text: Text }[];
  readonly publishedAt: Date;
  readonly publishedBy: string | null;
}

/** The version that is read out now; what is locked keeps its own. */
export async function questionnaireInForce(tx: Tx, code: string): Promise<QuestionnaireRow> {
  return (await tx.one<QuestionnaireRow>(`select * from questionnaire where code = $1 order by questionnaire_version desc limit 1`, [code]))!;
}

export async function questionnaireOf(tx: Tx, { questionnaire, questionnaireVersion }: Pick<SurveyRow, 'questionnaire' | 'questionnaireVersion'>): Promise<QuestionnaireRow> {
  return (await tx.one<QuestionnaireRow>(`select * from questionnaire where code = $1 and questionnaire_version = $2`, [questionnaire, questionnaireVersion]))!;
}

/** The answer that counts: the one that nothing replaces. */
export const answerOf = (tx: Tx, surveyId: string): Promise<SurveyAnswerRow | null> =>
  tx.one<SurveyAnswerRow>(
    `select a.* from survey_answer a where a.survey_id = $1 and not exists (select 1 from survey_answer b where b.store_id = a.store_id and b.survey_id = a.survey_id and b.replaces = a.id)`, [surveyId],
  );
