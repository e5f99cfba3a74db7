import { Injectable } from '@nestjs/common';
import { demand } from '@aftersales/contracts/kernel/refused';
import { AppointmentBooked } from '@aftersales/contracts/reception/appointment';
import { calendarOf, policyOf, storeOf } from '@aftersales/directory/directory';
import { lockRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { Promises } from '@aftersales/platform/promises/promises';
import { DeskTasks } from '../desk-task/desk-task.service';
import { Links } from '../link/link.service';
import { demandMove, type Appointment, type Booked } from './appointment';
import { currentFiles } from './files.queries';
import { planFor, type PlanPolicies } from './plan';
import { Rounds } from './rounds.service';
import { isPending, type Estimate, type Round } from './round';

/** What waits for a booked slot: ends with it, whatever ends it. */
export const slotPromises = ['appointment.confirm', 'appointment.call-if-silent', 'appointment.no-show'] as const;

@Injectable()
export class Booking {
  constructor(private readonly rounds: Rounds, private readonly promises: Promises, private readonly links: Links, private readonly tasks: DeskTasks) {}

  /** REC-4: hours and cost are read back and kept with the booking, the papers to bring are told. */
  async readBack(tx: Tx, id: string, version: number, told: Omit<Estimate, 'readBackAt'>): Promise<void> {
    const appointment = await lockRow<Appointment>(tx, 'appointment', id, version);
    demandMove(appointment, 'read-back');
    const round = await this.rounds.of(tx, appointment, appointment.round);
    demand(isPending(round), 'reception.no-wish', 'There is no wish that an estimate could be for: ask for a time first.');
    const { currency } = await storeOf(tx, appointment.storeId);
    demand(told.cost.currency === currency, 'reception.currency', `This store sells in ${currency}.`);
    await updateRow<Round>(tx, 'appointment_round', round, { estimate: { ...told, readBackAt: tx.now.toISOString() } });
    await updateRow<Appointment>(tx, 'appointment', appointment, {});
  }

  /** REC-3: both halves are held and the estimate is agreed. A slot that was booked before is free from here on. */
  async book(tx: Tx, id: string, version: number, advisorId: string | null): Promise<void> {
    const before = await lockRow<Appointment>(tx, 'appointment', id, version);
    demandMove(before, 'book');
    const round = await this.rounds.of(tx, before, before.round);
    const held = round.workshopAnswer;
    demand(round.state === 'held' && held?.answer === 'held', 'reception.not-held', 'Workshop and parts do not both hold this time.');
    demand(round.estimate, 'reception.read-back-first', 'The estimate of hours and cost is read back before a slot is booked.');
    const [slotStartsAt, slotEndsAt] = [new Date(held.slot.startsAt), new Date(held.slot.endsAt)];
    await this.rounds.demandLeadTime(tx, before.storeId, slotStartsAt);

    if (before.bookedRound !== null) await this.#endOldSlot(tx, before);
    await updateRow<Round>(tx, 'appointment_round', round, { state: 'booked' });
    const { plan, open } = await this.#plan(tx, before.storeId, slotStartsAt);
    const booked = await updateRow<Appointment>(tx, 'appointment', before, {
      state: 'booked', bookedRound: round.round, slotStartsAt, slotEndsAt, plan, advisorId: advisorId ?? before.advisorId,
      askId: null, askedAt: null, message: null, confirmedAt: null, trouble: null,
    }) as Booked;
    publish(tx, AppointmentBooked, booked, {
      appointmentId: id, round: round.round, ...(await currentFiles(tx, booked)), kind: booked.kind, channel: booked.channel, slot: held.slot, advisorId: booked.advisorId,
      operations: [...round.operations], parts: [...round.parts], partsBy: round.partsBy.toISOString(),
    });
    await this.promises.keep(tx, 'appointment.reply', id);
    await open(booked);
  }

  async #endOldSlot(tx: Tx, { id, storeId, bookedRound }: Appointment): Promise<void> {
    await tx.query(`update appointment_round set state = 'freed', version = version + 1 where store_id = $1 and appointment_id = $2 and round = $3`, [storeId, id, bookedRound]);
    for (const kind of slotPromises) await this.promises.void(tx, kind, id, 'moved');
    await this.links.cancel(tx, 'confirm', id);
    await this.tasks.settle(tx, id, 'moved');
  }

  /** The instants, by the policies and the calendar of now; and how to promise them. */
  async #plan(tx: Tx, storeId: string, slotStartsAt: Date) {
    const confirm = await policyOf(tx, 'appointment.confirm', storeId);
    const noShow = await policyOf(tx, 'appointment.no-show', storeId);
    const linkExpiry = await policyOf(tx, 'appointment.link-expiry', storeId);
    const { calendar, version: calendarVersion } = await calendarOf(tx, storeId, 'service');
    const policies: PlanPolicies = { confirm: confirm.value, confirmVersion: confirm.version, noShow: noShow.value, linkExpiry: linkExpiry.value };
    const { plan, steps } = planFor(slotStartsAt, tx.now, policies, calendar);
    const open = async ({ id }: Booked): Promise<void> => {
      const promise = { subject: id, storeId, ownerRole: 'system' };
      if (plan.confirmAt)
        await this.promises.open(tx, {
          ...promise, kind: 'appointment.confirm', policy: confirm, calendarVersion, dueAt: new Date(plan.confirmAt),
          explanation: [{ rule: 'policy', policy: confirm.kind, version: confirm.version }, ...steps],
        });
      await this.promises.open(tx, {
        ...promise, kind: 'appointment.no-show', policy: noShow, dueAt: new Date(plan.noShowAt),
        explanation: [{ rule: 'policy', policy: noShow.kind, version: noShow.version }, { rule: 'after-slot', slot: slotStartsAt.toISOString(), wallMinutes: noShow.value.wallMinutes }],
      });
    };
    return { plan, open };
  }
}
