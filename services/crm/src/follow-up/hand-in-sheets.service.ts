import { Injectable } from '@nestjs/common';
import { insertRow, lockRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { v7 as uuidv7 } from 'uuid';
import { Cases } from '../case/case.service';
import type { SurveyRow } from '../survey/survey.row';
import { Surveys } from '../survey/survey.service';
import { caseFor, checkSheets, demandApology, type Sheet } from './call-sheet';
import { FollowUpClosing } from './close-follow-up.service';
import { demandMove } from './follow-up';
import { asksOf, type FollowUpRow } from './follow-up.row';

interface Talk {
  readonly useOfCar: string | null;
  readonly apologised: boolean;
}

/** CRM-8, CRM-10: the end of a call that reached the customer: answers kept, cases opened or ended, follow-up closed. */
@Injectable()
export class CallSheets {
  constructor(private readonly surveys: Surveys, private readonly cases: Cases, private readonly closing: FollowUpClosing) {}

  async handIn(tx: Tx, id: string, version: number | null, talk: Talk & { sheets: readonly Sheet[] }, agentId: string): Promise<FollowUpRow> {
    const row = await this.#reached(tx, id, version, 'sheets');
    // What was answered by link meanwhile is not asked again.
    const surveys = await tx.query<SurveyRow>(`select * from survey where follow_up_id = $1 and state = 'locked' order by id for no key update`, [id]);
    checkSheets(surveys, talk.sheets);
    let dissatisfied = false;
    for (const survey of surveys) {
      const sheet = talk.sheets.find(({ visitId }) => visitId === survey.visitId)!;
      const grievance = await this.surveys.answer(tx, survey, 'call', sheet, agentId);
      const complaint = caseFor(sheet, grievance);
      await this.#keep(tx, row, { ...sheet, surveyId: survey.id, satisfied: !complaint }, talk, agentId);
      if (complaint) await this.cases.open(tx, survey, id, complaint);
      dissatisfied ||= complaint !== null;
    }
    demandApology(dissatisfied, talk.apologised);
    return this.closing.answered(tx, row, surveys.find(({ visitId }) => visitId === row.visitId)?.id ?? null);
  }

  /** The call after a department's answer: was that it? */
  async hearSatisfaction(tx: Tx, id: string, version: number | null, talk: Talk & { satisfied: boolean; remarks: string | null; heard: string | null }, agentId: string): Promise<FollowUpRow> {
    const row = await this.#reached(tx, id, version, 'satisfaction');
    demandApology(!talk.satisfied, talk.apologised);
    await this.cases.heard(tx, row, talk.satisfied, talk.remarks);
    await this.#keep(tx, row, { visitId: row.visitId, surveyId: null, satisfied: talk.satisfied, remarks: talk.remarks, heard: talk.heard }, talk, agentId);
    return this.closing.answered(tx, row, null);
  }

  async #reached(tx: Tx, id: string, version: number | null, move: 'sheets' | 'satisfaction'): Promise<FollowUpRow> {
    const row = await lockRow<FollowUpRow>(tx, 'follow_up', id, version);
    demandMove({ state: row.state, asks: asksOf(row) }, move);
    return row;
  }

  async #keep(tx: Tx, row: FollowUpRow, sheet: Pick<Sheet, 'visitId' | 'remarks' | 'heard'> & { surveyId: string | null; satisfied: boolean }, talk: Talk, agentId: string): Promise<void> {
    await insertRow(tx, 'call_sheet', {
      id: uuidv7(), storeId: row.storeId, followUpId: row.id, visitId: sheet.visitId, surveyId: sheet.surveyId, satisfied: sheet.satisfied,
      useOfCar: talk.useOfCar, remarks: sheet.remarks, heard: sheet.heard, apologised: talk.apologised, writtenBy: agentId, writtenAt: tx.now,
    });
  }
}
