import type { Fact } from '@aftersales/contracts/kernel/event';
import { AppointmentReleased } from '@aftersales/contracts/reception/appointment';
import { ConfirmationDue, ConsentAsked } from '@aftersales/contracts/reception/asked-by-link';
import { PromiseMoved, VisitReady } from '@aftersales/contracts/reception/visit';
import { Consumer, On } from '@aftersales/platform/bus/on';
import { findRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { OnTimer, type Rung } from '@aftersales/platform/timers/on-timer';
import type { MessageRow } from './message.row';
import { Messages } from './messages.service';
import { Outcomes } from './outcomes.service';

const dayMs = 86_400_000;

/** What the desk has crm write. */
@Consumer('crm.message')
export class MessageConsumer {
  constructor(private readonly messages: Messages, private readonly outcomes: Outcomes) {}

  @On(ConfirmationDue)
  confirmation(tx: Tx, { storeId, sealed, data: { appointmentId, askId, customerId, startsAt, expiresAt } }: Fact<typeof ConfirmationDue>) {
    return this.messages.ask(tx, {
      storeId: storeId!, about: { thing: 'confirmation', id: appointmentId, askId }, occasion: askId, customerId, reason: 'confirmation-due',
      details: { template: 'confirmation', at: startsAt }, link: sealed?.link, expiresAt: new Date(expiresAt),
    });
  }

  @On(ConsentAsked)
  consent(tx: Tx, { storeId, sealed, data: { visitId, askId, customerId, expiresAt } }: Fact<typeof ConsentAsked>) {
    return this.messages.ask(tx, {
      storeId: storeId!, about: { thing: 'consent', id: visitId, askId }, occasion: askId, customerId, reason: 'consent-asked',
      details: { template: 'consent', until: expiresAt }, link: sealed?.link, expiresAt: new Date(expiresAt),
    });
  }

  @On(VisitReady)
  ready(tx: Tx, { storeId, version, data: { visitId, customerId, readyAt } }: Fact<typeof VisitReady>) {
    return this.messages.ask(tx, {
      storeId: storeId!, about: { thing: 'ready', id: visitId, askId: null }, occasion: String(version), customerId, reason: 'visit-ready',
      details: { template: 'ready' }, expiresAt: new Date(Date.parse(readyAt) + dayMs),
    });
  }

  /** Told by the desk itself unless it says that crm shall write. */
  @On(PromiseMoved)
  async promiseMoved(tx: Tx, { storeId, version, data: { visitId, customerId, promisedAt, how } }: Fact<typeof PromiseMoved>) {
    if (how !== 'message') return;
    await this.messages.ask(tx, {
      storeId: storeId!, about: { thing: 'promise-moved', id: visitId, askId: null }, occasion: String(version), customerId, reason: 'promise-moved',
      details: { template: 'promise-moved', at: promisedAt }, expiresAt: new Date(promisedAt),
    });
  }

  /** REC-7: a slot that the store can't keep is told before it, with an apology. */
  @On(AppointmentReleased)
  async released(tx: Tx, { storeId, version, data: { appointmentId, customerId, cause, wasBooked, startsAt } }: Fact<typeof AppointmentReleased>) {
    if (cause !== 'store-cannot' || !wasBooked) return;
    await this.messages.ask(tx, {
      storeId: storeId!, about: { thing: 'apology', id: appointmentId, askId: null }, occasion: String(version), customerId, reason: 'store-cannot',
      details: { template: 'apology', at: startsAt }, expiresAt: new Date(startsAt),
    });
  }

  /** What is still queued has nothing to say any more. What is on its way is left to its sender; after an outage too, it is not sent late. */
  @OnTimer('message.expire', { locks: 'message' })
  async expire(tx: Tx, { subject }: Rung) {
    const row = await findRow<MessageRow>(tx, 'message', subject);
    if (row.state !== 'queued') return `the message is ${row.state}`;
    await this.outcomes.happened(tx, row, row.attempts ? 'given-up' : 'expired', 'expired');
  }
}
