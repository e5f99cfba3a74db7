import { Injectable } from '@nestjs/common';
import { CaseAnswered, CaseClosed, CaseOpened, CaseSatisfied } from '@aftersales/contracts/crm/case';
import type { Department } from '@aftersales/contracts/kernel/values';
import { insertRow, lockRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { Forbidden } from '@aftersales/platform/http/errors';
import { publish } from '@aftersales/platform/outbox/publish';
import { v7 as uuidv7 } from 'uuid';
import { FollowUpClosing } from '../follow-up/close-follow-up.service';
import { withKeptFiles } from '../follow-up/contact.queries';
import type { FollowUpRow } from '../follow-up/follow-up.row';
import { FollowUpPlans } from '../follow-up/plan-follow-up.service';
import type { SurveyRow } from '../survey/survey.row';
import { afterSecondCall, answersFor, step } from './case';
import type { CaseRow } from './case.row';

export interface Complaint {
  readonly department: Department;
  readonly cause: string;
  readonly words: string | null;
}

/** CRM-10. Locks: follow-up before case, everywhere. */
@Injectable()
export class Cases {
  constructor(private readonly plans: FollowUpPlans, private readonly closing: FollowUpClosing) {}

  /** One running case a visit: a second grievance about it joins the first. */
  async open(tx: Tx, survey: Pick<SurveyRow, 'storeId' | 'visitId' | 'customerId' | 'contactId' | 'vehicleId'>, followUpId: string | null, complaint: Complaint): Promise<void> {
    const { storeId, visitId, customerId, contactId, vehicleId } = await withKeptFiles(tx, survey);
    if (await tx.one(`select 1 from customer_case where store_id = $1 and visit_id = $2 and state <> 'closed' for no key update`, [storeId, visitId])) return;
    const row = await insertRow<CaseRow>(tx, 'customer_case', {
      id: uuidv7(), storeId, version: 1, visitId, followUpId, customerId, contactId, vehicleId, ...complaint,
      round: 1, state: 'open', outcome: null, openedAt: tx.now, endedAt: null, closedBy: null, closeReason: null, closeNote: null,
    });
    await this.#sayOpened(tx, row, followUpId);
  }

  /** The department's answer; a new follow-up asks the customer whether that was it. */
  async answer(tx: Tx, id: string, version: number | null, given: { measure: string; words: string }, person: { id: string; roles: readonly string[] }): Promise<CaseRow> {
    const row = await lockRow<CaseRow>(tx, 'customer_case', id, version);
    if (!answersFor(row.department, person.roles)) throw new Forbidden('case.other-department', `This case is for ${row.department}; its people answer it.`);
    const state = step(row.state, 'answer');
    await insertRow(tx, 'case_answer', { id: uuidv7(), storeId: row.storeId, caseId: id, round: row.round, ...given, answeredBy: person.id, answeredAt: tx.now });
    const answered = await updateRow(tx, 'customer_case', row, { state });
    publish(tx, CaseAnswered, answered, { ...of(answered), round: row.round, measure: given.measure, answeredBy: person.id, answeredAt: tx.now.toISOString() });
    const { deliveredDay } = (await tx.one<Pick<SurveyRow, 'deliveredDay'>>(`select delivered_day from survey where visit_id = $1`, [row.visitId]))!;
    const last = await tx.one<{ id: string }>(`select id from follow_up where case_id = $1 order by id desc limit 1`, [id]);
    await this.plans.again(tx, { ...row, deliveredDay }, { because: 'case-answered', after: last?.id ?? row.followUpId, caseId: id });
    return answered;
  }

  /** What the customer said to the answer: satisfied ends it, anything else is the same case once more. */
  async heard(tx: Tx, followUp: FollowUpRow, satisfied: boolean, words: string | null): Promise<void> {
    const row = await lockRow<CaseRow>(tx, 'customer_case', followUp.caseId!);
    const state = afterSecondCall(row.state, satisfied);
    if (!satisfied) {
      const again = await updateRow(tx, 'customer_case', row, { state, round: row.round + 1, words: words ?? row.words });
      return this.#sayOpened(tx, again, followUp.id);
    }
    const ended = await updateRow(tx, 'customer_case', row, { state, outcome: 'satisfied', endedAt: tx.now });
    publish(tx, CaseSatisfied, ended, { ...of(ended), followUpId: followUp.id, satisfiedAt: tx.now.toISOString() });
    publish(tx, CaseClosed, ended, { ...of(ended), outcome: 'satisfied', reason: null, closedBy: null, closedAt: tx.now.toISOString() });
  }

  /** By the store manager, with a reason; a call about it is not made any more. */
  async close(tx: Tx, id: string, version: number | null, { reason, note }: { reason: string; note: string | null }, closedBy: string): Promise<CaseRow> {
    const calls = await tx.query<FollowUpRow>(`select * from follow_up where case_id = $1 and state <> 'closed' order by id for no key update`, [id]);
    const row = await lockRow<CaseRow>(tx, 'customer_case', id, version);
    const state = step(row.state, 'close');
    const closed = await updateRow(tx, 'customer_case', row, { state, outcome: 'closed-by-manager', endedAt: tx.now, closedBy, closeReason: reason, closeNote: note });
    publish(tx, CaseClosed, closed, { ...of(closed), outcome: 'closed-by-manager', reason, closedBy, closedAt: tx.now.toISOString() });
    for (const call of calls) await this.closing.close(tx, call, 'closed-by-manager', { cause: reason });
    return closed;
  }

  async #sayOpened(tx: Tx, row: CaseRow, followUpId: string | null): Promise<void> {
    const { customerId, vehicleId } = await withKeptFiles(tx, row);
    publish(tx, CaseOpened, row, { ...of(row), followUpId, customerId, vehicleId, cause: row.cause, openedAt: tx.now.toISOString() });
  }
}

const of = ({ id, visitId, department }: CaseRow) => ({ caseId: id, visitId, department });
