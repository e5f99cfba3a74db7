import { Injectable } from '@nestjs/common';
import { followUpPlan } from '@aftersales/calendar/follow-up-plan';
import { FollowUpPlanned } from '@aftersales/contracts/crm/follow-up';
import type { DataOf } from '@aftersales/contracts/kernel/event';
import type { VisitDelivered } from '@aftersales/contracts/reception/visit';
import { policyOf } from '@aftersales/directory/directory';
import { insertRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { Promises } from '@aftersales/platform/promises/promises';
import { wake } from '@aftersales/platform/timers/wake';
import { v7 as uuidv7 } from 'uuid';
import { Surveys } from '../survey/survey.service';
import { FollowUpClosing } from './close-follow-up.service';
import { isNeverDialled, withKeptFiles } from './contact.queries';
import { callCalendar, type FollowUpRow } from './follow-up.row';

type About = Pick<FollowUpRow, 'storeId' | 'visitId' | 'customerId' | 'contactId' | 'vehicleId' | 'deliveredDay'>;
type Why = Pick<FollowUpRow, 'because' | 'after' | 'caseId'> & { readonly reopensLeft?: number };

/** CRM-4, CRM-5: follow-ups come from what happened – a delivery, a department's answer, corrected data –, never by hand. */
@Injectable()
export class FollowUpPlans {
  constructor(private readonly promises: Promises, private readonly closing: FollowUpClosing, private readonly surveys: Surveys) {}

  async delivered(tx: Tx, storeId: string, fact: DataOf<typeof VisitDelivered>): Promise<void> {
    const visit = await withKeptFiles(tx, fact);
    const survey = await this.surveys.lock(tx, storeId, visit);
    if (!survey || survey.state === 'excluded') return;
    const sameCall = await this.#callOfTheDay(tx, survey);
    const planned = await this.#plan(tx, survey, { because: 'delivered', after: null, caseId: null }, survey.deliveredAt, sameCall);
    await tx.query(`update survey set follow_up_id = $2 where id = $1`, [survey.id, planned.outcome === 'merged' ? sameCall!.id : planned.id]);
  }

  /** A new call about the same visit, counted from now. The visits it asks about move along with it. */
  async again(tx: Tx, about: About, why: Why): Promise<FollowUpRow> {
    const planned = await this.#plan(tx, await withKeptFiles(tx, about), why, tx.now, null);
    if (why.because === 'data-corrected') await tx.query(`update survey set follow_up_id = $2 where follow_up_id = $1`, [why.after, planned.id]);
    return planned;
  }

  /** CRM-4: several cars of one person on one day are one call. The survey's day is held by now, so two deliveries at once see each other. */
  async #callOfTheDay(tx: Tx, { storeId, contactId, deliveredDay }: About): Promise<FollowUpRow | null> {
    return tx.one<FollowUpRow>(
      `select f.* from follow_up f left join file_alias a on a.from_id = f.contact_id
       where f.store_id = $1 and coalesce(a.to_id, f.contact_id) = $2 and f.delivered_day = $3 and f.because = 'delivered' and f.state in ('waiting', 'open')
       order by f.id limit 1 for no key update of f`,
      [storeId, contactId, deliveredDay],
    );
  }

  async #plan(tx: Tx, about: About, { reopensLeft, ...why }: Why, from: Date, sameCall: FollowUpRow | null): Promise<FollowUpRow> {
    const { storeId, visitId, customerId, contactId, vehicleId, deliveredDay } = about;
    const [due, attempts, check, calendar, doNotCall] = [
      await policyOf(tx, 'follow-up.due', storeId), await policyOf(tx, 'follow-up.attempts', storeId), await policyOf(tx, 'follow-up.data-check', storeId),
      await callCalendar(tx, storeId), await isNeverDialled(tx, about.contactId),
    ];
    const plan = followUpPlan(calendar.calls, from, due.value);
    const row = await insertRow<FollowUpRow>(tx, 'follow_up', {
      id: uuidv7(), version: 1, storeId, visitId, customerId, contactId, vehicleId, deliveredDay, ...why, opensAt: plan.opensAt, dueAt: plan.dueAt, nextAt: plan.opensAt, nextSteps: plan.steps,
      attempts: 0, attemptsWanted: attempts.value.attempts, reopensLeft: reopensLeft ?? check.value.reopens, state: 'waiting', outcome: null, failedBecause: null,
      reachedAt: null, reachedBy: null, contactVersion: null, checkedBy: null, checkedAt: null, checkNote: null,
    });
    publish(tx, FollowUpPlanned, row, {
      followUpId: row.id, visitId: row.visitId, customerId: row.customerId, vehicleId: row.vehicleId, because: row.because, after: row.after, doNotCall,
      opensAt: row.opensAt.toISOString(), dueAt: row.dueAt.toISOString(),
    });
    if (doNotCall) return this.closing.close(tx, row, 'do-not-call');
    if (sameCall) return this.closing.close(tx, row, 'merged', { cause: sameCall.id });
    await this.promises.open(tx, {
      kind: 'follow-up.due', subject: row.id, storeId, ownerRole: 'crm-agent', policy: due, calendarVersion: calendar.version, startedAt: from, dueAt: row.dueAt, explanation: plan.steps,
    });
    wake(tx, 'follow-up.retry', row, row.opensAt);
    return row;
  }
}
