import { demand } from '@aftersales/contracts/kernel/refused';
import type { Department } from '@aftersales/contracts/kernel/values';
import type { GivenAnswer, Grievance } from '../survey/survey';

/** What the agent filled in about one visit (CRM-8). */
export interface Sheet {
  readonly visitId: string;
  readonly answers: readonly GivenAnswer[];
  readonly recommend: number | null;
  readonly remarks: string | null;
  /** Heard in the voice, beside the answers: it never enters CSI. */
  readonly heard: string | null;
  /** Said by the customer or heard by the agent: opens a case whatever the levels are. */
  readonly complaint: { readonly department: Department; readonly cause: string; readonly words: string } | null;
}

/** One call, a sheet for each of its visits, none twice and none of another. @throws Refused */
export function checkSheets(asked: readonly { readonly visitId: string }[], sheets: readonly Sheet[]): void {
  const missing = asked.find(({ visitId }) => sheets.filter((sheet) => sheet.visitId === visitId).length !== 1);
  demand(!missing && sheets.length === asked.length, 'follow-up.sheets', 'The call needs one sheet for each visit it asks about.');
  demand(sheets.every(({ answers }) => answers.length > 0), 'follow-up.sheet-empty', 'A sheet without any answer is no call; break it off instead.');
}

/** CRM-10: a complaint, or else the worst level, makes the case. What the customer says in words comes before what the levels say. */
export const caseFor = (sheet: Pick<Sheet, 'complaint' | 'remarks'>, grievance: Grievance | null): { department: Department; cause: string; words: string | null } | null =>
  sheet.complaint ?? (grievance ? { ...grievance, words: sheet.remarks } : null);

/** CRM-10: first the apology. @throws Refused */
export function demandApology(dissatisfied: boolean, apologised: boolean): void {
  demand(!dissatisfied || apologised, 'follow-up.apology-first', 'The customer is dissatisfied: apologise before the sheet is handed in.');
}
