import { Injectable } from '@nestjs/common';
import { AppointmentReleased } from '@aftersales/contracts/reception/appointment';
import { calendarOf, policyOf } from '@aftersales/directory/directory';
import { lockRow, lockRowIfKnown, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { Promises } from '@aftersales/platform/promises/promises';
import { DeskTasks } from '../desk-task/desk-task.service';
import { Links } from '../link/link.service';
import { demandMove, isBooked, type Appointment, type Cause } from './appointment';
import { slotPromises } from './booking.service';
import { currentFiles } from './files.queries';
import { partsHeldUntil } from './plan';
import { isPending } from './round';
import { Rounds } from './rounds.service';

/** The platform itself acts at the due instant: a minute later is still on time, longer was an outage. */
export const graceMs = 60_000;

@Injectable()
export class Releasing {
  constructor(private readonly rounds: Rounds, private readonly promises: Promises, private readonly links: Links, private readonly tasks: DeskTasks) {}

  /** The desk gives it up: the customer cancelled, or no slot was found. */
  async byDesk(tx: Tx, id: string, version: number, cause: 'cancelled' | 'refused'): Promise<void> {
    const appointment = await lockRow<Appointment>(tx, 'appointment', id, version);
    demandMove(appointment, cause === 'cancelled' ? 'cancel' : 'refuse');
    await this.release(tx, appointment, cause, null);
  }

  /** Bay, hours and parts are given up in one saga, and everything that waited for the slot ends. The row is held. */
  async release(tx: Tx, appointment: Appointment, cause: Cause, detail: string | null): Promise<Appointment> {
    const { id, storeId } = appointment;
    const wasBooked = isBooked(appointment);
    const round = await this.rounds.of(tx, appointment, appointment.bookedRound ?? appointment.round);
    const { value } = await policyOf(tx, 'appointment.release', storeId);
    const { calendar } = await calendarOf(tx, storeId, 'service');
    await tx.query(`update appointment_round set state = 'freed', version = version + 1 where store_id = $1 and appointment_id = $2 and state in ('asked', 'held', 'booked')`, [storeId, id]);
    const released = await updateRow<Appointment>(tx, 'appointment', appointment, {
      state: 'released', cause, detail, releasedAt: tx.now, trouble: null, partsHeldUntil: partsHeldUntil(cause, wasBooked, tx.now, value, calendar),
    });
    publish(tx, AppointmentReleased, released, {
      appointmentId: id, round: round.round, ...(await currentFiles(tx, released)), kind: released.kind, cause, detail, wasBooked, startsAt: (appointment.slotStartsAt ?? round.startsAt).toISOString(),
    });
    if (cause === 'refused') await this.promises.keep(tx, 'appointment.reply', id);
    else await this.promises.void(tx, 'appointment.reply', id, cause);
    for (const kind of ['appointment.answers', ...slotPromises]) await this.promises.void(tx, kind, id, cause);
    await this.links.cancel(tx, 'confirm', id);
    await this.tasks.settle(tx, id, cause);
    return released;
  }

  /** Timer `appointment.no-show` (REC-9). A slot that the store could not keep, or that the customer was about to move, is no no-show. */
  async nobodyCame(tx: Tx, id: string): Promise<string | void> {
    const appointment = await lockRowIfKnown<Appointment>(tx, 'appointment', id);
    if (!appointment || !isBooked(appointment)) return `the appointment is ${appointment?.state ?? 'unknown'}`;
    await this.promises.keep(tx, 'appointment.no-show', id, graceMs);
    const { trouble, storeId } = appointment;
    if (trouble?.with === 'slot') return void (await this.release(tx, appointment, 'store-cannot', trouble.cause));
    const newest = await this.rounds.of(tx, appointment, appointment.round);
    if (!isPending(newest)) return void (await this.release(tx, appointment, 'no-show', null));
    await this.release(tx, appointment, 'declined', 'other-time');
    await this.tasks.open(tx, { kind: 'rebook', subject: id, storeId, reason: 'other-time', dueAt: tx.now });
  }
}
