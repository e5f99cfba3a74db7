import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { demand } from '@aftersales/contracts/kernel/refused';
import { AlternativesOffered, AppointmentMoved, AppointmentRequested } from '@aftersales/contracts/reception/appointment';
import { policyOf } from '@aftersales/directory/directory';
import { insertRow, lockRowIfKnown, NotFound, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { Promises } from '@aftersales/platform/promises/promises';
import { v7 as uuidv7 } from 'uuid';
import { isBooked, type Appointment } from './appointment';
import { currentFiles } from './files.queries';
import { alternatives, giveUpWaiting, hear, isPending, refusedBy, silent, type Half, type PartsAnswer, type Round, type Wish, type WorkshopAnswer } from './round';

/** The booking saga (REC-3): a round asks workshop and parts, hears both, and holds or frees. The caller holds the appointment's row. */
@Injectable()
export class Rounds {
  constructor(private readonly promises: Promises) {}

  /** @throws NotFound */
  async of(tx: Tx, appointment: Pick<Appointment, 'id' | 'storeId'>, round: number): Promise<Round> {
    const found = await this.find(tx, appointment, round);
    if (!found) throw new NotFound('appointment_round');
    return found;
  }

  find(tx: Tx, { id, storeId }: Pick<Appointment, 'id' | 'storeId'>, round: number): Promise<Round | null> {
    return tx.one<Round>(`select * from appointment_round where store_id = $1 and appointment_id = $2 and round = $3`, [storeId, id, round]);
  }

  /** Asks both halves for a slot; a booked one stays booked until the new one is. @throws Refused when the wish is too near */
  async ask(tx: Tx, appointment: Appointment, wish: Wish): Promise<Appointment> {
    await this.demandLeadTime(tx, appointment.storeId, wish.startsAt);
    const before = await this.find(tx, appointment, appointment.round);
    const sameWork = before && isDeepStrictEqual([before.operations, before.parts], [wish.operations, wish.parts]);
    const freed = before && isPending(before) ? await this.#free(tx, appointment, before) : appointment;

    const { value, version } = await policyOf(tx, 'appointment.answers', appointment.storeId);
    const next = await updateRow<Appointment>(tx, 'appointment', freed, { round: freed.round + 1 });
    await insertRow(tx, 'appointment_round', {
      id: uuidv7(), storeId: next.storeId, version: 1, appointmentId: next.id, round: next.round, state: 'asked', ...wish, askedAt: tx.now,
      silentFrom: after(tx.now, value.showSilentAfterSeconds), estimate: sameWork ? before.estimate : null,
    });
    const said = {
      appointmentId: next.id, round: next.round, ...(await currentFiles(tx, next)), brand: next.brand, kind: next.kind, channel: next.channel,
      startsAt: wish.startsAt.toISOString(), operations: [...wish.operations], parts: [...wish.parts], partsBy: wish.partsBy.toISOString(),
    };
    if (isBooked(next)) publish(tx, AppointmentMoved, next, { ...said, from: { startsAt: next.slotStartsAt.toISOString(), endsAt: next.slotEndsAt.toISOString() } });
    else publish(tx, AppointmentRequested, next, { ...said, replaces: next.replaces });
    await this.promises.void(tx, 'appointment.answers', next.id, 'new wish');
    await this.promises.open(tx, {
      kind: 'appointment.answers', subject: next.id, storeId: next.storeId, ownerRole: 'system', policy: { kind: 'appointment.answers', version }, dueAt: after(tx.now, value.seconds),
      explanation: [{ rule: 'policy', policy: 'appointment.answers', version, seconds: value.seconds }],
    });
    return next;
  }

  /** How near a slot may still be booked is policy, at the wish and again at the booking. */
  async demandLeadTime(tx: Tx, storeId: string, startsAt: Date): Promise<void> {
    const { value } = await policyOf(tx, 'appointment.lead-time', storeId);
    demand(startsAt.getTime() - tx.now.getTime() >= value.wallMinutes * 60_000, 'reception.lead-time', `A slot is booked at least ${value.wallMinutes} minutes ahead.`);
  }

  /** An answer, to the round that it names: one to an older or closed round changes nothing. */
  async heard(tx: Tx, appointmentId: string, number: number, answer: { workshop: WorkshopAnswer } | { parts: PartsAnswer }): Promise<void> {
    const appointment = await lockRowIfKnown<Appointment>(tx, 'appointment', appointmentId);
    const round = appointment && (await this.find(tx, appointment, number));
    const changes = round && hear(round, answer);
    if (!changes) return;
    const next = await updateRow<Round>(tx, 'appointment_round', round, changes);
    const changed = await updateRow<Appointment>(tx, 'appointment', appointment, {});
    if (round.state !== 'asked' || next.state === 'asked') return;
    await this.promises.keep(tx, 'appointment.answers', appointmentId);
    if (next.state === 'refused') await this.#offerAlternatives(tx, changed, next, []);
  }

  /** Timer `appointment.answers`: who is still silent has refused. What the ledger says of it, the platform writes. */
  async answersOverdue(tx: Tx, appointmentId: string): Promise<string | void> {
    const appointment = await lockRowIfKnown<Appointment>(tx, 'appointment', appointmentId);
    const round = appointment && (await this.find(tx, appointment, appointment.round));
    const changes = round && giveUpWaiting(round);
    if (!changes) return 'both have answered';
    await this.#offerAlternatives(tx, appointment, await updateRow<Round>(tx, 'appointment_round', round, changes), silent(round));
  }

  /** A held round that the floor has lost again before it was booked: the other half is freed. */
  async lost(tx: Tx, appointment: Appointment, round: Round, answer: WorkshopAnswer): Promise<void> {
    await this.#offerAlternatives(tx, appointment, await updateRow<Round>(tx, 'appointment_round', round, { state: 'refused', workshopAnswer: answer }), []);
  }

  async #offerAlternatives(tx: Tx, appointment: Appointment, round: Round, silent: Half[]): Promise<void> {
    const next = await updateRow<Appointment>(tx, 'appointment', appointment, {});
    publish(tx, AlternativesOffered, next, { appointmentId: next.id, round: round.round, refusedBy: refusedBy(round), silent, alternatives: [...alternatives(round)] });
  }

  /** The customer wants something else: what this round holds, or may yet hold, is free again. */
  async #free(tx: Tx, appointment: Appointment, round: Round): Promise<Appointment> {
    await updateRow<Round>(tx, 'appointment_round', round, { state: 'freed' });
    const next = await updateRow<Appointment>(tx, 'appointment', appointment, {});
    publish(tx, AlternativesOffered, next, { appointmentId: next.id, round: round.round, refusedBy: [], silent: [], alternatives: [] });
    return next;
  }
}

const after = (now: Date, seconds: number): Date => new Date(now.getTime() + seconds * 1_000);
