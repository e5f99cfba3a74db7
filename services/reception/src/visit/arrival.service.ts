import { Injectable } from '@nestjs/common';
import { demand } from '@aftersales/contracts/kernel/refused';
import { CustomerIntroduced } from '@aftersales/contracts/reception/customer';
import { VisitArrived, VisitLeft } from '@aftersales/contracts/reception/visit';
import { VisitLabelled } from '@aftersales/contracts/reception/visit-label';
import { storeOf } from '@aftersales/directory/directory';
import { insertRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { v7 as uuidv7 } from 'uuid';
import { AppointmentService, type Arrival } from '../appointment/appointment.service';
import { carOf, currentId, idsOf } from './car.queries';
import { visitFor } from './visit.store';
import { move, type Booked, type Visit } from './visit';
import type { ArriveInput, IdentifyInput, IntroduceInput } from './visit.inputs';

/** REC-12: the gate, and whose car it is. */
@Injectable()
export class ArrivalService {
  constructor(private readonly appointments: AppointmentService) {}

  async arrive(tx: Tx, storeId: string, input: ArriveInput): Promise<Visit> {
    const named = input.appointmentId ? await this.appointments.arrived(tx, input.appointmentId, tx.now) : null;
    const vehicleId = await this.#vehicleOf(tx, storeId, input, named);
    const expected = named ?? (vehicleId ? await this.appointments.expected(tx, storeId, vehicleId) : null);
    await this.#demandNotHere(tx, storeId, vehicleId, input.plate ?? null);
    const car = vehicleId ? await carOf(tx, vehicleId) : null;
    const customerId = car?.customerId ?? expected?.customerId ?? null;
    const visit: Visit = {
      id: uuidv7(), storeId, version: 1, state: 'arrived', how: input.how, late: expected?.late ?? false, waiting: input.waiting, arrivedAt: tx.now, appointmentId: expected?.appointmentId ?? null,
      customerId, vehicleId, contactId: car?.contactId ?? null, plate: plateOf(input.plate), keyTag: null, kind: expected?.kind ?? null, brand: car?.brand ?? expected?.brand ?? null,
      repairOrder: null, booked: expected && bookedOf(expected), sheet: null, mileage: null, mileageCorrected: false, signatureId: null, advisorId: null, openedAt: null, authorised: [], promisedAt: null, warnedAt: null, completedAt: null,
      readyAt: null, settledAt: null, deliveredAt: null, handover: null,
    };
    await insertRow(tx, 'visit', visit);
    sayArrived(tx, visit);
    label(tx, visit);
    return visit;
  }

  /** Another file than the plate said, or the first one that was found; it may be that of a car that is expected. */
  async identify(tx: Tx, visitId: string, version: number | null, input: IdentifyInput): Promise<Visit> {
    const visit = await visitFor(tx, 'identify', visitId, version);
    const vehicleId = await currentId(tx, input.vehicleId);
    const expected = visit.appointmentId ? null : await this.appointments.expected(tx, visit.storeId, vehicleId);
    if (vehicleId !== visit.vehicleId) await this.#demandNotHere(tx, visit.storeId, vehicleId, null);
    const car = await carOf(tx, vehicleId);
    const customerId = car?.customerId ?? (input.customerId ? await currentId(tx, input.customerId) : (expected?.customerId ?? null));
    const next = await updateRow(tx, 'visit', visit, {
      vehicleId, customerId, contactId: car?.contactId ?? null, brand: car?.brand ?? input.brand ?? expected?.brand ?? null, plate: plateOf(input.plate) ?? visit.plate,
      ...(expected && { appointmentId: expected.appointmentId, late: expected.late, kind: visit.kind ?? expected.kind, booked: bookedOf(expected) }),
    });
    if (expected) sayArrived(tx, next);
    if (next.plate !== visit.plate) label(tx, next);
    return next;
  }

  /** An unknown car, an unknown customer, or both: reception mints the ids, crm opens the file or finds it (files-merged). */
  async introduce(tx: Tx, visitId: string, version: number | null, input: IntroduceInput): Promise<Visit> {
    const visit = await visitFor(tx, 'introduce', visitId, version);
    demand(!visit.customerId || !visit.vehicleId, 'visit.known', 'Car and customer are known: nobody types them twice.');
    const { name, phones, email, address, language, preferredChannel, use, saleDate, mileage, vin, brand, model } = input;
    const taken = vin ? await tx.one<{ id: string }>(`select id from visit_vehicle where vin = $1 and id is distinct from $2 limit 1`, [vin, visit.vehicleId]) : null;
    demand(!taken, 'visit.vin-known', 'There is a file of this VIN: take that one.');
    const next = await updateRow(tx, 'visit', visit, {
      vehicleId: visit.vehicleId ?? uuidv7(), customerId: visit.customerId ?? uuidv7(), brand: visit.brand ?? brand, plate: plateOf(input.plate) ?? visit.plate,
    });
    const { market } = await storeOf(tx, visit.storeId);
    publish(tx, CustomerIntroduced, next, {
      customerId: next.customerId!, vehicleId: next.vehicleId!, storeId: visit.storeId, appointmentId: visit.appointmentId, visitId, vin, brand, model, market, use, saleDate, mileage,
    }, { name, phones, plate: next.plate, email, address, language, preferredChannel });
    if (next.plate !== visit.plate) label(tx, next);
    return next;
  }

  /** The car has gone before anything was signed: nobody waits for it, and nothing is held for it. */
  async leave(tx: Tx, visitId: string, version: number | null): Promise<Visit> {
    const visit = await visitFor(tx, 'leave', visitId, version);
    const left = await updateRow(tx, 'visit', visit, { state: move(visit, 'leave') });
    publish(tx, VisitLeft, left, { visitId, appointmentId: left.appointmentId, kind: left.kind, leftAt: tx.now.toISOString() });
    return left;
  }

  /** The booking, the file, the VIN, or the plate of an earlier visit here. */
  async #vehicleOf(tx: Tx, storeId: string, input: ArriveInput, expected: Arrival | null): Promise<string | null> {
    const known = input.vehicleId ?? expected?.vehicleId;
    if (known) return currentId(tx, known);
    const byVin = input.vin ? await tx.one<{ id: string }>(`select id from visit_vehicle where vin = $1 limit 1`, [input.vin]) : null;
    if (byVin) return currentId(tx, byVin.id);
    const byPlate = input.plate
      ? await tx.one<{ vehicleId: string }>(`select vehicle_id from visit where store_id = $1 and plate = $2 and vehicle_id is not null order by arrived_at desc limit 1`, [storeId, plateOf(input.plate)])
      : null;
    return byPlate && currentId(tx, byPlate.vehicleId);
  }

  /** Gate and desk may see the same car at once: the second one waits here, and finds it. */
  async #demandNotHere(tx: Tx, storeId: string, vehicleId: string | null, plate: string | null): Promise<void> {
    const read = plateOf(plate);
    for (const name of [vehicleId, read].filter(Boolean).sort()) await tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`arrival ${storeId} ${name}`]);
    const here = await tx.one(`select 1 from visit where store_id = $1 and state not in ('delivered', 'left') and (vehicle_id = any($2::uuid[]) or plate = $3) limit 1`, [storeId, vehicleId ? await idsOf(tx, vehicleId) : [], read]);
    demand(!here, 'visit.here-already', 'This car has arrived already.');
  }
}

const bookedOf = ({ concern, operations, parts }: Arrival): Booked => ({ concern, operations, parts });

/** At the gate; and once more when the car turns out to be an expected one: what is held for its appointment is this visit's. */
function sayArrived(tx: Tx, visit: Visit): void {
  const { id: visitId, appointmentId, vehicleId, how, arrivedAt, late, waiting } = visit;
  publish(tx, VisitArrived, visit, { visitId, appointmentId, vehicleId, how, arrivedAt: arrivedAt.toISOString(), late, waiting });
}

/** Plates are compared without blanks, dashes and case. */
const plateOf = (plate: string | null | undefined): string | null => plate?.toUpperCase().replace(/[\s·-]/g, '') || null;

export function label(tx: Tx, visit: Visit): void {
  publish(tx, VisitLabelled, visit, { visitId: visit.id, plate: visit.plate, keyTag: visit.keyTag });
}
