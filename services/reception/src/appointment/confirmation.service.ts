import { Injectable } from '@nestjs/common';
import { demand } from '@aftersales/contracts/kernel/refused';
import type { DataOf } from '@aftersales/contracts/kernel/event';
import type { MessageFailed, MessageSent } from '@aftersales/contracts/crm/message';
import { AppointmentConfirmed } from '@aftersales/contracts/reception/appointment';
import { ConfirmationDue } from '@aftersales/contracts/reception/asked-by-link';
import { lockRow, lockRowIfKnown, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { Promises } from '@aftersales/platform/promises/promises';
import { DeskTasks } from '../desk-task/desk-task.service';
import { Links } from '../link/link.service';
import { demandMove, isBooked, type Appointment, type Booked, type Channel } from './appointment';
import { currentFiles } from './files.queries';
import { whenConfirmationRings } from './plan';
import { graceMs } from './releasing.service';

/** REC-6: the customer is asked whether he comes; who is silent is called. */
@Injectable()
export class Confirmation {
  constructor(private readonly promises: Promises, private readonly links: Links, private readonly tasks: DeskTasks) {}

  /** Timer `appointment.confirm`. Rung late, it asks nobody about a slot that began, and calls when no answer could come in time (TIM-4). */
  async due(tx: Tx, id: string): Promise<string | void> {
    const appointment = await lockRowIfKnown<Appointment>(tx, 'appointment', id);
    if (!appointment || appointment.state !== 'booked' || !isBooked(appointment)) return `the appointment is ${appointment?.state ?? 'unknown'}`;
    if (appointment.trouble) return this.#notAsked(tx, 'appointment.confirm', id);
    const what = whenConfirmationRings(appointment.slotStartsAt, appointment.plan, tx.now);
    if (what === 'drop') return 'the slot began';
    if (what === 'call') return this.#callNow(tx, appointment, 'confirmation-too-late');
    await this.promises.keep(tx, 'appointment.confirm', id, graceMs);
    await this.#ask(tx, appointment);
  }

  async #ask(tx: Tx, appointment: Booked): Promise<void> {
    const { id, storeId, plan, bookedRound: round, slotStartsAt } = appointment;
    const expiresAt = new Date(plan.linkUntil);
    const { askId, url } = await this.links.ask(tx, { question: 'confirm', subject: id, version: round, storeId, expiresAt });
    const asked = await updateRow<Appointment>(tx, 'appointment', appointment, { askId, askedAt: tx.now });
    publish(tx, ConfirmationDue, asked, {
      appointmentId: id, round, askId, ...(await currentFiles(tx, asked)), kind: asked.kind, startsAt: slotStartsAt.toISOString(), expiresAt: expiresAt.toISOString(),
    }, { link: url });
    await this.promises.open(tx, {
      kind: 'appointment.call-if-silent', subject: id, storeId, ownerRole: 'system', policy: { kind: 'appointment.confirm', version: plan.confirmVersion }, dueAt: new Date(plan.callAt),
      explanation: [{ rule: 'policy', policy: 'appointment.confirm', version: plan.confirmVersion }, { rule: 'before-slot', slot: slotStartsAt.toISOString() }],
    });
  }

  /** Timer `appointment.call-if-silent`. */
  async stillSilent(tx: Tx, id: string): Promise<string | void> {
    const appointment = await lockRowIfKnown<Appointment>(tx, 'appointment', id);
    if (!appointment || appointment.state !== 'booked' || !isBooked(appointment)) return `the appointment is ${appointment?.state ?? 'unknown'}`;
    if (appointment.trouble) return this.#notAsked(tx, 'appointment.call-if-silent', id);
    if (tx.now >= appointment.slotStartsAt) return 'the slot began';
    await this.promises.keep(tx, 'appointment.call-if-silent', id, graceMs);
    await this.#callNow(tx, appointment, 'no-answer');
  }

  async #notAsked(tx: Tx, kind: string, id: string): Promise<string> {
    await this.promises.void(tx, kind, id, 'the store can not keep it');
    return 'the store can not keep the slot: the desk tells the customer';
  }

  /** crm says what became of the message; that of an older question is of no interest. */
  async messageSent(tx: Tx, { about }: DataOf<typeof MessageSent>): Promise<void> {
    const appointment = about.thing === 'confirmation' ? await lockRowIfKnown<Appointment>(tx, 'appointment', about.id) : null;
    if (appointment && appointment.askId === about.askId) await updateRow<Appointment>(tx, 'appointment', appointment, { message: 'sent' });
  }

  /** It will not go out: the desk calls at once. */
  async messageFailed(tx: Tx, { about, reason }: DataOf<typeof MessageFailed>): Promise<void> {
    if (about.thing === 'apology') return this.#apologyFailed(tx, about.id, reason);
    const appointment = about.thing === 'confirmation' ? await lockRowIfKnown<Appointment>(tx, 'appointment', about.id) : null;
    if (!appointment || appointment.askId !== about.askId || !isBooked(appointment) || appointment.state !== 'booked') return;
    const failed = await updateRow<Appointment>(tx, 'appointment', appointment, { message: 'failed' });
    await this.promises.void(tx, 'appointment.call-if-silent', appointment.id, 'message failed: called at once');
    if (tx.now < appointment.slotStartsAt) await this.#callNow(tx, failed as Booked, reason);
  }

  async #apologyFailed(tx: Tx, appointmentId: string, reason: string): Promise<void> {
    const appointment = await lockRowIfKnown<Appointment>(tx, 'appointment', appointmentId);
    if (appointment) await this.tasks.open(tx, { kind: 'tell-customer', subject: appointment.id, storeId: appointment.storeId, reason, dueAt: tx.now });
  }

  /** Coming, said to the desk. */
  async byDesk(tx: Tx, id: string, version: number, how: Channel): Promise<void> {
    const appointment = await lockRow<Appointment>(tx, 'appointment', id, version);
    demandMove(appointment, 'confirm');
    demand(!appointment.trouble, 'reception.slot-in-trouble', 'The store can not keep this time: tell the customer first.');
    await this.coming(tx, appointment, how);
  }

  /** The customer comes: nobody is asked or called any more. The row is held. */
  async coming(tx: Tx, appointment: Appointment, how: Channel): Promise<Appointment> {
    const { id } = appointment;
    const confirmed = await updateRow<Appointment>(tx, 'appointment', appointment, { state: 'confirmed', confirmedAt: tx.now, trouble: null });
    publish(tx, AppointmentConfirmed, confirmed, { appointmentId: id, round: confirmed.bookedRound!, how });
    for (const kind of ['appointment.confirm', 'appointment.call-if-silent']) await this.promises.void(tx, kind, id, 'answered');
    await this.links.cancel(tx, 'confirm', id);
    await this.tasks.settle(tx, id, 'coming', 'call-customer');
    return confirmed;
  }

  async #callNow(tx: Tx, { id, storeId, slotStartsAt }: Booked, reason: string): Promise<void> {
    await this.tasks.open(tx, { kind: 'call-customer', subject: id, storeId, reason, dueAt: slotStartsAt });
  }
}
