import { MessageFailed, MessageSent } from '@aftersales/contracts/crm/message';
import type { Fact } from '@aftersales/contracts/kernel/event';
import { EtaChanged, EtaSlipped, ReservationMade, ReservationRefused } from '@aftersales/contracts/parts/reservation';
import { SlotHeld, SlotLost, SlotRefused } from '@aftersales/contracts/workshop/slot';
import { Consumer, On } from '@aftersales/platform/bus/on';
import type { Tx } from '@aftersales/platform/database/tx';
import { OnTimer, type Rung } from '@aftersales/platform/timers/on-timer';
import { Confirmation } from './confirmation.service';
import { Releasing } from './releasing.service';
import { Rounds } from './rounds.service';
import { TroubleService } from './trouble.service';

/** The answers of workshop, parts and crm, and the timers of a slot. Facts about appointments that nobody knows here change nothing: we mint the ids. */
@Consumer('reception.appointment')
export class AppointmentConsumer {
  constructor(private readonly rounds: Rounds, private readonly confirmation: Confirmation, private readonly releasing: Releasing, private readonly trouble: TroubleService) {}

  @On(SlotHeld)
  slotHeld(tx: Tx, { data: { appointmentId, round, slot, expiresAt } }: Fact<typeof SlotHeld>) {
    return this.rounds.heard(tx, appointmentId, round, { workshop: { answer: 'held', slot, until: expiresAt } });
  }

  @On(SlotRefused)
  slotRefused(tx: Tx, { data: { appointmentId, round, reason, alternatives } }: Fact<typeof SlotRefused>) {
    return this.rounds.heard(tx, appointmentId, round, { workshop: { answer: 'refused', reason, alternatives } });
  }

  @On(SlotLost)
  slotLost(tx: Tx, { data }: Fact<typeof SlotLost>) {
    return this.trouble.slotLost(tx, data);
  }

  @On(ReservationMade)
  async reservationMade(tx: Tx, { data: { holderKind, holderId, round, lines, expiresAt } }: Fact<typeof ReservationMade>) {
    if (holderKind === 'appointment') await this.rounds.heard(tx, holderId, round, { parts: { answer: 'held', lines, until: expiresAt } });
  }

  @On(ReservationRefused)
  async reservationRefused(tx: Tx, { data: { holderKind, holderId, round, short } }: Fact<typeof ReservationRefused>) {
    if (holderKind === 'appointment') await this.rounds.heard(tx, holderId, round, { parts: { answer: 'refused', short } });
  }

  @On(EtaChanged)
  etaChanged(tx: Tx, { data: { holderKind, holderId, lines } }: Fact<typeof EtaChanged>) {
    return this.trouble.etaChanged(tx, holderKind, holderId, lines);
  }

  @On(EtaSlipped)
  etaSlipped(tx: Tx, { data }: Fact<typeof EtaSlipped>) {
    return this.trouble.etaSlipped(tx, data);
  }

  @On(MessageSent)
  messageSent(tx: Tx, { data }: Fact<typeof MessageSent>) {
    return this.confirmation.messageSent(tx, data);
  }

  @On(MessageFailed)
  messageFailed(tx: Tx, { data }: Fact<typeof MessageFailed>) {
    return this.confirmation.messageFailed(tx, data);
  }

  /** REC-1. What is still not answered at its due instant is late: the ledger marks it, the board shows it. */
  @OnTimer('appointment.reply', { locks: 'appointment' })
  async replyOverdue() {}

  @OnTimer('appointment.answers', { locks: 'appointment' })
  answersOverdue(tx: Tx, { subject }: Rung) {
    return this.rounds.answersOverdue(tx, subject);
  }

  @OnTimer('appointment.confirm', { locks: 'appointment' })
  confirmationDue(tx: Tx, { subject }: Rung) {
    return this.confirmation.due(tx, subject);
  }

  @OnTimer('appointment.call-if-silent', { locks: 'appointment' })
  stillSilent(tx: Tx, { subject }: Rung) {
    return this.confirmation.stillSilent(tx, subject);
  }

  @OnTimer('appointment.no-show', { locks: 'appointment' })
  nobodyCame(tx: Tx, { subject }: Rung) {
    return this.releasing.nobodyCame(tx, subject);
  }
}
