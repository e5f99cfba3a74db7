import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { addDays, atLocal, localDate, localTime } from '@aftersales/calendar/local-time';
import { demand } from '@aftersales/contracts/kernel/refused';
import { policyOf, storeOf } from '@aftersales/directory/directory';
import { Settings } from '@aftersales/platform/config/config';
import { insertRow, lockRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { v7 as uuidv7 } from 'uuid';
import type { CrmSettings } from '../crm.settings';
import { keeperOf } from '../file/alias.store';
import { linkMayGo } from '../follow-up/follow-up';
import type { FollowUpRow } from '../follow-up/follow-up.row';
import { Messages } from '../message/messages.service';
import type { SurveyRow } from '../survey/survey.row';

/** CRM-16: the survey by link instead of by call. Who has no time or prefers it gets one, and who is not to be called may: it is a message of service. */
@Injectable()
export class SurveyLinks {
  constructor(private readonly settings: Settings<CrmSettings>, private readonly messages: Messages) {}

  /** A link for each visit of the follow-up that is not answered yet. One sent before stays open: whichever is used first uses up all. */
  async send(tx: Tx, followUpId: string, version: number | null, sentBy: string): Promise<FollowUpRow> {
    const row = await lockRow<FollowUpRow>(tx, 'follow_up', followUpId, version);
    const surveys = await tx.query<SurveyRow>(`select * from survey where follow_up_id = $1 and state = 'locked' order by id for no key update`, [followUpId]);
    demand(surveys.length > 0, 'survey.answered', 'There is no unanswered survey on this follow-up.');
    demand(linkMayGo({ ...row, unanswered: true }), 'follow-up.link', 'A link goes out while the customer is to be called, or to somebody who is never dialled.');
    const expiresAt = await this.#expiry(tx, row.storeId);
    for (const survey of surveys) await this.#send(tx, survey, expiresAt, sentBy);
    return updateRow(tx, 'follow_up', row, {});
  }

  /** So many days from now, at the same time of the store's day. */
  async #expiry(tx: Tx, storeId: string): Promise<Date> {
    const [{ zone }, { value }] = [await storeOf(tx, storeId), await policyOf(tx, 'survey.link-expiry', storeId)];
    return atLocal(zone, addDays(localDate(zone, tx.now), value.calendarDays), localTime(zone, tx.now));
  }

  async #send(tx: Tx, { id: surveyId, storeId, contactId, vehicleId }: SurveyRow, expiresAt: Date, sentBy: string): Promise<void> {
    const [id, token] = [uuidv7(), randomBytes(32).toString('base64url')];
    await insertRow(tx, 'survey_link', { id, storeId, surveyId, tokenHash: hashOf(token), expiresAt, sentBy, sentAt: tx.now });
    await this.messages.ask(tx, {
      storeId, about: { thing: 'survey', id: surveyId, askId: id }, occasion: id, customerId: await keeperOf(tx, contactId), reason: 'survey-link',
      details: { template: 'survey', until: expiresAt.toISOString(), vehicleId }, link: new URL(`/l/${token}`, this.settings.values.AFTERSALES_PUBLIC_URL).href, expiresAt,
    });
  }
}

export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');
