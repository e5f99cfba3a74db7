import { Injectable } from '@nestjs/common';
import type { DataOf } from '@aftersales/contracts/kernel/event';
import { demand } from '@aftersales/contracts/kernel/refused';
import type { EtaSlipped } from '@aftersales/contracts/parts/reservation';
import type { SlotLost } from '@aftersales/contracts/workshop/slot';
import { lockRow, lockRowIfKnown, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { DeskTasks } from '../desk-task/desk-task.service';
import { demandMove, isBooked, type Appointment, type Booked, type Channel, type Trouble } from './appointment';
import { Confirmation } from './confirmation.service';
import { Releasing } from './releasing.service';
import { lateLines, withEtas, type Round } from './round';
import { Rounds } from './rounds.service';

/** REC-7: what the store had promised can't be kept. The customer is told before the slot, by a person, and the cause stays on record. */
@Injectable()
export class TroubleService {
  constructor(private readonly rounds: Rounds, private readonly confirmation: Confirmation, private readonly releasing: Releasing, private readonly tasks: DeskTasks) {}

  /** workshop.slot-lost: bay down, technician absent, or a hold that expired before the booking. */
  async slotLost(tx: Tx, { appointmentId, round: number, cause, alternatives }: DataOf<typeof SlotLost>): Promise<void> {
    const appointment = await lockRowIfKnown<Appointment>(tx, 'appointment', appointmentId);
    const round = appointment && (await this.rounds.find(tx, appointment, number));
    if (!appointment || !round) return;
    if (round.state === 'held') return this.rounds.lost(tx, appointment, round, { answer: 'refused', reason: cause, alternatives });
    if (round.state === 'booked' && isBooked(appointment)) await this.#trouble(tx, appointment, 'slot', cause, alternatives);
  }

  /** parts.eta-slipped: trouble only when it is later than what the customer took. */
  async etaSlipped(tx: Tx, { holderKind, holderId, lines, cause }: DataOf<typeof EtaSlipped>): Promise<void> {
    const kept = holderKind === 'appointment' ? await this.#withEtas(tx, holderId, lines) : null;
    if (kept && lateLines(kept.round, lines).length > 0) await this.#trouble(tx, kept.appointment, 'parts', cause, []);
  }

  /** parts.eta-changed: earlier, or known at last; what was late may be in time again. */
  async etaChanged(tx: Tx, holderKind: string, holderId: string, lines: readonly { lineId: string; eta: string | null }[]): Promise<void> {
    const kept = holderKind === 'appointment' ? await this.#withEtas(tx, holderId, lines) : null;
    if (kept?.appointment.trouble?.with !== 'parts' || kept.round.partsAnswer?.answer !== 'held') return;
    const notOnHand = kept.round.partsAnswer.lines.filter(({ from, eta }) => from !== 'stock' || eta !== null);
    if (lateLines(kept.round, notOnHand).length > 0) return;
    await updateRow<Appointment>(tx, 'appointment', kept.appointment, { trouble: null });
    await this.tasks.settle(tx, holderId, 'in-time-again', 'tell-customer');
  }

  async #withEtas(tx: Tx, appointmentId: string, lines: readonly { lineId: string; eta: string | null }[]): Promise<{ appointment: Booked; round: Round } | null> {
    const appointment = await lockRowIfKnown<Appointment>(tx, 'appointment', appointmentId);
    if (!appointment || !isBooked(appointment)) return null;
    const round = await this.rounds.of(tx, appointment, appointment.bookedRound);
    return { appointment: await updateRow(tx, 'appointment', appointment, {}) as Booked, round: await updateRow<Round>(tx, 'appointment_round', round, { partsAnswer: withEtas(round.partsAnswer, lines) }) };
  }

  async #trouble(tx: Tx, appointment: Booked, what: Trouble['with'], cause: string, alternatives: Trouble['alternatives']): Promise<void> {
    if (appointment.trouble?.with === 'slot') return; // it is gone already: late parts make no difference
    await updateRow<Appointment>(tx, 'appointment', appointment, { trouble: { with: what, cause, since: tx.now.toISOString(), alternatives, told: null } });
    await this.tasks.open(tx, { kind: 'tell-customer', subject: appointment.id, storeId: appointment.storeId, reason: cause, dueAt: appointment.slotStartsAt });
  }

  /** The customer was called: he puts up with it (late parts), or the desk moves or gives the slot up next. */
  async told(tx: Tx, id: string, version: number, by: string, { how, keeps, proposals }: { how: Channel; keeps: boolean; proposals: string[] }): Promise<void> {
    const appointment = await lockRow<Appointment>(tx, 'appointment', id, version);
    demandMove(appointment, 'told');
    const { trouble } = appointment;
    demand(trouble, 'reception.no-trouble', 'There is nothing to tell: the slot is kept.');
    demand(!trouble.told, 'reception.told-already', 'The customer was told already.');
    demand(!keeps || trouble.with === 'parts', 'reception.slot-lost', 'The bay is not to be had at this time: offer another one.');
    demand(keeps || proposals.length > 0, 'reception.proposals', 'Whoever is told gets new proposals.');
    await this.tasks.settle(tx, id, keeps ? 'keeps' : 'told', 'tell-customer');
    if (keeps) await this.confirmation.coming(tx, appointment, how);
    else await updateRow<Appointment>(tx, 'appointment', appointment, { trouble: { ...trouble, told: { at: tx.now.toISOString(), by, how, proposals } } });
  }

  /** The store gives the slot up: crm apologises, and who was not called yet is called. */
  async storeCannot(tx: Tx, id: string, version: number, detail: string): Promise<void> {
    const appointment = await lockRow<Appointment>(tx, 'appointment', id, version);
    demandMove(appointment, 'store-cannot');
    const booked = appointment as Booked;
    await this.releasing.release(tx, appointment, 'store-cannot', detail);
    const kind = appointment.trouble?.told ? 'rebook' : 'tell-customer';
    await this.tasks.open(tx, { kind, subject: id, storeId: appointment.storeId, reason: detail, dueAt: booked.slotStartsAt });
  }
}
