import { Injectable } from '@nestjs/common';
import { storeOf, storesToCall } from '@aftersales/directory/directory';
import { findRow, insertRow, lockRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { LinkClosed, type CustomerLinks } from '@aftersales/platform/http/link-door';
import { v7 as uuidv7 } from 'uuid';
import { Cases } from '../case/case.service';
import { keeperOf } from '../file/alias.store';
import { contactOf } from '../file/contact.queries';
import { caseFor } from '../follow-up/call-sheet';
import { FollowUpClosing } from '../follow-up/close-follow-up.service';
import { isRunning } from '../follow-up/follow-up';
import type { FollowUpRow } from '../follow-up/follow-up.row';
import { languageOf } from '../message/templates';
import { questionnaireOf, type SurveyRow } from '../survey/survey.row';
import { Surveys } from '../survey/survey.service';
import { closedPage, formPage, thanksPage, type Asked } from './page.view';
import { givenIn, type Given } from './survey-link';
import { hashOf } from './survey-link.service';

/** The customer's side of a link (CRM-16): what it shows, and the one answer it takes. */
@Injectable()
export class AnswersByLink implements CustomerLinks {
  constructor(private readonly surveys: Surveys, private readonly cases: Cases, private readonly closing: FollowUpClosing) {}

  find(tx: Tx, token: string): Promise<{ linkId: string; storeId: string } | null> {
    return tx.one(`select id as link_id, store_id from survey_link where token_hash = $1`, [hashOf(token)]);
  }

  async page(tx: Tx, linkId: string): Promise<string> {
    return formPage((await this.#open(tx, linkId)).asked);
  }

  /** A form that answers nothing asks again. Whoever comes second finds the survey answered once it holds its row. */
  async answer(tx: Tx, linkId: string, form: Readonly<Record<string, string>>): Promise<string> {
    const { survey: { id }, asked } = await this.#open(tx, linkId);
    const given = givenIn(form, asked.questions);
    if (given.answers.length === 0) return formPage(asked, given);
    const followUp = await this.#holdFollowUp(tx, id);
    const survey = await lockRow<SurveyRow>(tx, 'survey', id);
    if (survey.state !== 'locked') throw new LinkClosed();
    return thanksPage(asked, await this.#take(tx, survey, followUp, given));
  }

  async closed(tx: Tx, storeId: string | null): Promise<string> {
    const stores = await storesToCall(tx, storeId);
    return closedPage(languageOf(null, stores[0]?.locale ?? 'en'), stores);
  }

  /** As a sheet is taken, without a call: nobody was talked to, so it is no attempt. @returns whether the customer is dissatisfied */
  async #take(tx: Tx, survey: SurveyRow, followUp: FollowUpRow, { answers, remarks }: Given): Promise<boolean> {
    const customer = await keeperOf(tx, survey.contactId);
    const complaint = caseFor({ complaint: null, remarks }, await this.surveys.answer(tx, survey, 'link', { answers, recommend: null }, customer));
    await insertRow(tx, 'call_sheet', {
      id: uuidv7(), storeId: survey.storeId, followUpId: followUp.id, visitId: survey.visitId, surveyId: survey.id, satisfied: !complaint,
      // CRM-10: the page that thanks apologises.
      useOfCar: null, remarks, heard: null, apologised: complaint !== null, writtenBy: customer, writtenAt: tx.now,
    });
    if (complaint) await this.cases.open(tx, survey, followUp.id, complaint);
    const more = await tx.one(`select 1 from survey where follow_up_id = $1 and state = 'locked'`, [followUp.id]);
    // What failed stays failed: its data check is still the advisor's. What was never to be dialled is closed already.
    if (!more && isRunning(followUp.state)) await this.closing.answered(tx, followUp, survey.id, 'answered-by-link');
    // The agent who has its sheet open sees that it changed.
    else await updateRow(tx, 'follow_up', followUp, {});
    return complaint !== null;
  }

  /** Follow-up before survey, as everywhere. A data check may hand the survey on to a new follow-up while we wait: then that one is held too. */
  async #holdFollowUp(tx: Tx, surveyId: string): Promise<FollowUpRow> {
    let { followUpId } = await findRow<SurveyRow>(tx, 'survey', surveyId);
    for (;;) {
      const held = await lockRow<FollowUpRow>(tx, 'follow_up', followUpId!);
      ({ followUpId } = await findRow<SurveyRow>(tx, 'survey', surveyId));
      if (held.id === followUpId) return held;
    }
  }

  async #open(tx: Tx, linkId: string): Promise<{ survey: SurveyRow; asked: Asked }> {
    const survey = await tx.one<SurveyRow>(
      `select s.* from survey_link l join survey s on s.store_id = l.store_id and s.id = l.survey_id where l.id = $1 and l.expires_at > app_now() and s.state = 'locked'`, [linkId],
    );
    if (!survey) throw new LinkClosed();
    const [store, contact, { questions }] = [await storeOf(tx, survey.storeId), await contactOf(tx, survey.contactId), await questionnaireOf(tx, survey)];
    return { survey, asked: { questions, store, day: survey.deliveredDay, language: languageOf(contact?.language ?? null, store.locale) } };
  }
}
