import { Injectable } from '@nestjs/common';
import { demand } from '@aftersales/contracts/kernel/refused';
import type { Operation, PartNeed, VisitKind } from '@aftersales/contracts/kernel/values';
import { CustomerIntroduced } from '@aftersales/contracts/reception/customer';
import * as workingTime from '@aftersales/calendar/working-time';
import { calendarOf, holdsRole, policyOf, storeOf } from '@aftersales/directory/directory';
import { insertRow, lockRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { Promises } from '@aftersales/platform/promises/promises';
import { v7 as uuidv7 } from 'uuid';
import { DeskTasks } from '../desk-task/desk-task.service';
import { Links } from '../link/link.service';
import { arrive, demandMove, type Appointment } from './appointment';
import type { IntroducedCar, RequestInput, WishInput } from './appointment.inputs';
import { expectedToday } from './appointment.queries';
import { slotPromises } from './booking.service';
import { currentFiles } from './files.queries';
import { etaToTake, type Wish } from './round';
import { Rounds } from './rounds.service';

/** What the gate learns of a booked car. The lines keep their ids into the visit's estimate. */
export interface Arrival {
  readonly appointmentId: string;
  readonly customerId: string;
  readonly vehicleId: string;
  readonly brand: string;
  readonly kind: VisitKind;
  readonly concern: string;
  readonly advisorId: string | null;
  readonly operations: readonly Operation[];
  readonly parts: readonly PartNeed[];
  /** After a no-show: a walk-in with what is still held. */
  readonly late: boolean;
}

@Injectable()
export class AppointmentService {
  constructor(private readonly rounds: Rounds, private readonly promises: Promises, private readonly links: Links, private readonly tasks: DeskTasks) {}

  /** REC-1: a request with a wish time; a reply is owed, and both halves are asked at once. */
  async request(tx: Tx, storeId: string, requestedBy: string, { car, ...input }: RequestInput): Promise<string> {
    const id = uuidv7();
    if (input.replaces) {
      const replaced = await lockRow<Appointment>(tx, 'appointment', input.replaces);
      demand(replaced.state === 'released', 'reception.replaces-live', 'The appointment to be replaced is not given up: move it instead.');
    }
    await this.#demandAdvisor(tx, storeId, input.advisorId);
    const { customerId, vehicleId } = car.known ? car : { customerId: uuidv7(), vehicleId: uuidv7() };
    const appointment = await insertRow(tx, 'appointment', {
      id, storeId, version: 1, state: 'requested', kind: input.kind, channel: input.channel, customerId, vehicleId, brand: car.brand, concern: input.concern,
      requestedBy, requestedAt: tx.now, advisorId: input.advisorId, replaces: input.replaces, round: 0, bookedRound: null,
    } as Appointment);
    if (!car.known) await this.#introduce(tx, appointment, car);
    const startsAt = new Date(input.startsAt);
    await this.rounds.ask(tx, appointment, { startsAt, ...withIds(input), partsBy: startsAt });
    await this.#oweReply(tx, appointment);
    return id;
  }

  async #oweReply(tx: Tx, { id, storeId }: Appointment): Promise<void> {
    const policy = await policyOf(tx, 'appointment.reply', storeId);
    const { calendar, version: calendarVersion } = await calendarOf(tx, storeId, 'service');
    const { at: dueAt, steps } = workingTime.add(calendar, tx.now, policy.value.workingMinutes * 60_000);
    const explanation = [{ rule: 'policy', policy: policy.kind, version: policy.version, workingMinutes: policy.value.workingMinutes }, ...steps];
    await this.promises.open(tx, { kind: 'appointment.reply', subject: id, storeId, ownerRole: 'advisor', policy, calendarVersion, dueAt, explanation });
  }

  /** An unknown car or customer: both ids are minted here, the words go to crm sealed. */
  async #introduce(tx: Tx, { id, storeId, customerId, vehicleId }: Appointment, car: IntroducedCar): Promise<void> {
    const { market } = await storeOf(tx, storeId);
    const { brand, vin, model, use, saleDate, mileage, name, phones, plate, email, address, language, preferredChannel } = car;
    publish(tx, CustomerIntroduced, { version: 1 }, { customerId, vehicleId, storeId, appointmentId: id, visitId: null, vin, brand, model, market, use, saleDate, mileage },
      { name, phones, plate, email, address, language, preferredChannel });
  }

  /** The customer has his answer, whatever becomes of the slot. */
  async reply(tx: Tx, id: string, version: number): Promise<void> {
    const appointment = await lockRow<Appointment>(tx, 'appointment', id, version);
    demandMove(appointment, 'reply');
    demand(!appointment.repliedAt, 'reception.replied-already', 'The customer was answered already.');
    await updateRow<Appointment>(tx, 'appointment', appointment, { repliedAt: tx.now });
    await this.promises.keep(tx, 'appointment.reply', id);
  }

  /** Another time: `wish` of a request, `move` of what is booked. */
  async wish(tx: Tx, move: 'wish' | 'move', id: string, version: number, input: WishInput): Promise<void> {
    const appointment = await lockRow<Appointment>(tx, 'appointment', id, version);
    demandMove(appointment, move);
    const last = await this.rounds.of(tx, appointment, appointment.round);
    const startsAt = new Date(input.startsAt);
    const { operations, parts } = withIds({ operations: input.operations ?? last.operations, parts: input.parts ?? last.parts });
    await this.rounds.ask(tx, appointment, { startsAt, operations, parts, partsBy: startsAt });
  }

  /** REC-3: a short part is no refusal when the customer takes its ETA: the same wish again, with the later date. */
  async acceptEta(tx: Tx, id: string, version: number): Promise<void> {
    const appointment = await lockRow<Appointment>(tx, 'appointment', id, version);
    demandMove(appointment, 'accept-eta');
    const last = await this.rounds.of(tx, appointment, appointment.round);
    const { startsAt, operations, parts } = last;
    await this.rounds.ask(tx, appointment, { startsAt, operations, parts, partsBy: etaToTake(last) });
  }

  /** A car is here, and nobody has named its appointment: today's is looked for. Null when it has none. */
  async expected(tx: Tx, storeId: string, vehicleId: string): Promise<Arrival | null> {
    const appointmentId = await expectedToday(tx, storeId, vehicleId);
    return appointmentId ? this.arrived(tx, appointmentId, tx.now) : null;
  }

  /** The car is here (REC-12): no-show and confirmation end. In the visit's own transaction. @throws NotFound, Refused */
  async arrived(tx: Tx, appointmentId: string, at: Date): Promise<Arrival> {
    const before = await lockRow<Appointment>(tx, 'appointment', appointmentId);
    const appointment = await updateRow<Appointment>(tx, 'appointment', before, arrive(before, at));
    for (const kind of ['appointment.answers', ...slotPromises]) await this.promises.void(tx, kind, appointmentId, 'arrived');
    await this.promises.void(tx, 'appointment.reply', appointmentId, 'arrived');
    await this.links.cancel(tx, 'confirm', appointmentId);
    await this.tasks.settle(tx, appointmentId, 'arrived');
    const { brand, kind, concern, advisorId, late } = appointment;
    const { operations, parts } = await this.rounds.of(tx, appointment, appointment.bookedRound ?? appointment.round);
    return { appointmentId, ...(await currentFiles(tx, appointment)), brand, kind, concern, advisorId, operations, parts, late };
  }

  async #demandAdvisor(tx: Tx, storeId: string, advisorId: string | null): Promise<void> {
    const works = !advisorId || (await holdsRole(tx, advisorId, storeId, ['advisor', 'front-desk-supervisor', 'service-manager']));
    demand(works, 'reception.no-advisor', 'That person is no advisor of this store.');
  }
}

type Lines = { operations: readonly (Omit<Operation, 'lineId'> & { lineId?: string })[]; parts: readonly (Omit<PartNeed, 'lineId'> & { lineId?: string })[] };

/** New lines get their id here, once for the whole life of the work. @throws Refused when two lines claim one id */
function withIds({ operations, parts }: Lines): Pick<Wish, 'operations' | 'parts'> {
  const named = [...operations, ...parts].flatMap(({ lineId }) => lineId ?? []);
  demand(new Set(named).size === named.length, 'reception.line-twice', 'Each line has an id of its own.');
  return {
    operations: operations.map(({ lineId = uuidv7(), ...line }) => ({ lineId, ...line })),
    parts: parts.map(({ lineId = uuidv7(), ...line }) => ({ lineId, ...line })),
  };
}
