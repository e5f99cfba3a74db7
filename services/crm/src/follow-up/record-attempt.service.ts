import { Injectable } from '@nestjs/common';
import { FollowUpAttempted, FollowUpFailed, type CallOutcome } from '@aftersales/contracts/crm/follow-up';
import { insertRow, lockRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { Promises } from '@aftersales/platform/promises/promises';
import { letSleep, wake } from '@aftersales/platform/timers/wake';
import { v7 as uuidv7 } from 'uuid';
import { contactOf } from '../file/contact.queries';
import { neverDial, withKeptFiles } from './contact.queries';
import { attempt, demandMove, type FailReason } from './follow-up';
import { asksOf, callCalendar, usedWindows, type FollowUpRow } from './follow-up.row';

export interface CallMade {
  readonly outcome: CallOutcome;
  readonly askedFor: Date | null;
  readonly note: string | null;
}

/** One call and what follows from its outcome (CRM-6, CRM-7). */
@Injectable()
export class FollowUpCalls {
  constructor(private readonly promises: Promises) {}

  async attempt(tx: Tx, id: string, version: number | null, call: CallMade, agentId: string): Promise<FollowUpRow> {
    const row = await lockRow<FollowUpRow>(tx, 'follow_up', id, version);
    const [{ calls }, used, contact] = [await callCalendar(tx, row.storeId), await usedWindows(tx, id), await contactOf(tx, row.contactId)];
    const made = attempt({ ...row, asks: asksOf(row), used, doNotCall: neverDial(contact) }, call, calls, tx.now);
    const { next, window, index } = made;
    await insertRow(tx, 'follow_up_attempt', {
      id: uuidv7(), storeId: row.storeId, followUpId: id, attempt: made.attempt, outcome: call.outcome, agentId,
      windowDate: window.date, windowIndex: index, windowKey: window.key, askedFor: call.askedFor, note: call.note, attemptedAt: tx.now,
    });
    // CRM-5: the first attempt keeps the promise, whatever came of it.
    if (made.attempt === 1) await this.promises.keep(tx, 'follow-up.due', id);
    const after = await updateRow(tx, 'follow_up', row, {
      attempts: made.attempt, state: next.state,
      ...(next.state === 'waiting' && { nextAt: next.at, nextSteps: next.steps }),
      ...(next.state === 'reached' && { reachedAt: tx.now, reachedBy: agentId }),
    });
    publish(tx, FollowUpAttempted, after, {
      followUpId: id, visitId: row.visitId, attempt: made.attempt, outcome: call.outcome, agentId, window: { date: window.date, index },
      attemptedAt: tx.now.toISOString(), nextAt: next.state === 'waiting' ? next.at.toISOString() : null,
    });
    if (next.state === 'waiting') wake(tx, 'follow-up.retry', row, next.at);
    else letSleep(tx, 'follow-up.retry', row);
    return next.state === 'failed' ? this.#fail(tx, after, next.reason) : after;
  }

  /** The customer took the call and then would not answer: a refusal, after all. */
  async breakOff(tx: Tx, id: string, version: number | null): Promise<FollowUpRow> {
    const row = await lockRow<FollowUpRow>(tx, 'follow_up', id, version);
    demandMove({ state: row.state, asks: asksOf(row) }, 'break-off');
    return this.#fail(tx, row, 'refuses');
  }

  /** CRM-7: the advisor's data check is open from here on; who refuses is not called again, whatever is corrected. */
  async #fail(tx: Tx, row: FollowUpRow, reason: FailReason): Promise<FollowUpRow> {
    const contact = await contactOf(tx, row.contactId);
    const reopensLeft = reason === 'refuses' ? 0 : row.reopensLeft;
    const failed = await updateRow(tx, 'follow_up', row, { state: 'failed', failedBecause: reason, reopensLeft, contactVersion: contact?.version ?? null });
    const { customerId, vehicleId } = await withKeptFiles(tx, row);
    publish(tx, FollowUpFailed, failed, {
      followUpId: row.id, visitId: row.visitId, customerId, vehicleId, reason, attempts: row.attempts, failedAt: tx.now.toISOString(), reopens: reopensLeft > 0,
    });
    return failed;
  }
}
