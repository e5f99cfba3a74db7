import { Injectable } from '@nestjs/common';
import { ReminderSent } from '@aftersales/contracts/crm/reminder';
import { nextWindow } from '@aftersales/calendar/windows';
import { calendarOf } from '@aftersales/directory/directory';
import { findRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { Promises } from '@aftersales/platform/promises/promises';
import type { Rung } from '@aftersales/platform/timers/on-timer';
import { wake } from '@aftersales/platform/timers/wake';
import { allows, contactOf } from '../file/contact.queries';
import { remember } from '../file/history.store';
import { Messages } from '../message/messages.service';
import { kinds, ReminderPlanning, type Stage } from './planning.service';
import { isOpen, saidOf, type ReminderRow } from './reminder.row';

const dayMs = 86_400_000;
/** What the platform itself needs at the due instant; more is an outage. */
const graceMs = 60_000;

/** CRM-13: sends a stage of a reminder, once. */
@Injectable()
export class Reminders {
  constructor(private readonly planning: ReminderPlanning, private readonly messages: Messages, private readonly promises: Promises) {}

  async remind(tx: Tx, stage: Stage, { subject, dueAt }: Rung): Promise<string | void> {
    const row = await findRow<ReminderRow>(tx, 'reminder', subject);
    if (!isOpen(row)) return `the reminder is ${row.state}${row.why ? `: ${row.why}` : ''}`;
    // TIM-4: after an outage once, and not in the middle of the night.
    if (stage === 'first' && row.againAt <= tx.now) return 'the second one is due too, and goes alone';
    if (tx.now.getTime() - dueAt.getTime() > graceMs) {
      const { at } = nextWindow((await calendarOf(tx, row.storeId, 'calls')).calendar, tx.now);
      if (at > tx.now) {
        wake(tx, kinds[stage], row, at);
        return 'it is late, and goes in the next call window';
      }
    }
    const contact = await contactOf(tx, row.customerId);
    if (contact && !(['email', 'sms'] as const).some((channel) => allows(contact, 'service', channel))) {
      await this.planning.void(tx, row, 'opted-out');
      return 'the customer wants no messages';
    }
    await this.#send(tx, stage, row);
  }

  async #send(tx: Tx, stage: Stage, row: ReminderRow): Promise<void> {
    const messageId = await this.messages.ask(tx, {
      storeId: row.storeId, about: { thing: 'reminder', id: row.id, askId: null }, occasion: stage, customerId: row.customerId, reason: kinds[stage],
      details: { template: 'reminder', dueOn: row.dueOn, kilometres: row.dueAtKm, vehicleId: row.vehicleId }, expiresAt: new Date(tx.now.getTime() + 3 * dayMs),
    });
    if (!messageId) return;
    const next = await updateRow(tx, 'reminder', row, stage === 'first' ? { state: 'reminded', firstSentAt: tx.now } : { state: 'sent', againSentAt: tx.now });
    publish(tx, ReminderSent, next, { ...saidOf(next), stage, messageId, dueAtKm: row.dueAtKm, sentAt: tx.now.toISOString() });
    await this.promises.keep(tx, kinds[stage], row.id, graceMs);
    await remember(tx, { vehicleId: row.vehicleId, customerId: row.customerId, storeId: row.storeId, what: 'reminder-sent', subject: row.id, version: next.version, at: tx.now, detail: { stage, dueOn: row.dueOn } });
  }
}
