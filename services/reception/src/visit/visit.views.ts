import { z } from 'zod';
import { VisitKind } from '@aftersales/contracts/kernel/values';
import { Operation, PartNeed } from '@aftersales/contracts/kernel/values';
import { Sheet } from './check-in';
import { allowed, moves, states, type Visit, type VisitMove } from './visit';

const instant = z.iso.datetime().nullable();
const id = z.uuid().nullable();

/** A visit as a list shows it. */
export const VisitShort = z.object({
  visitId: z.uuid(), version: z.int(), state: z.enum(states), allowed: z.array(z.enum(Object.keys(moves) as [VisitMove, ...VisitMove[]])),
  how: z.enum(['gate', 'plate', 'desk']), late: z.boolean(), waiting: z.boolean(), arrivedAt: z.iso.datetime(), appointmentId: id, customerId: id, vehicleId: id, contactId: id,
  plate: z.string().nullable(), keyTag: z.string().nullable(), kind: VisitKind.nullable(), brand: z.string().nullable(), repairOrder: z.string().nullable(), mileage: z.int().nullable(), advisorId: id,
  openedAt: instant, promisedAt: instant, warnedAt: instant, completedAt: instant, readyAt: instant, settledAt: instant, deliveredAt: instant,
});

export function visitShort(visit: Visit, roles: readonly string[]) {
  const { id: visitId, version, state, how, late, waiting, arrivedAt, appointmentId, customerId, vehicleId, contactId, plate, keyTag, kind, brand, repairOrder, mileage, advisorId, openedAt, promisedAt, warnedAt, completedAt, readyAt, settledAt, deliveredAt } = visit;
  return {
    visitId, version, state, allowed: allowed(visit, roles), how, late, waiting, arrivedAt, appointmentId, customerId, vehicleId, contactId, plate, keyTag, kind, brand, repairOrder, mileage, advisorId,
    openedAt, promisedAt, warnedAt, completedAt, readyAt, settledAt, deliveredAt,
  };
}

/** With all that the desk knows: what check-in starts from, the floor, the promise. */
export const VisitWhole = z.object({
  ...VisitShort.shape,
  booked: z.object({ concern: z.string(), operations: z.array(Operation), parts: z.array(PartNeed) }).nullable(),
  sheet: Sheet.nullable(),
  known: z.object({ vin: z.string().nullable(), brand: z.string().nullable(), model: z.string().nullable(), market: z.string().nullable(), customerId: id, contactId: id, mileage: z.int().nullable() }).nullable(),
  /** Three guarantees and campaigns, as claims last said (CLM-3). */
  standing: z.record(z.string(), z.any()).nullable(),
  /** Work the customer said no to at earlier visits, in any store (REC-17). */
  declinedBefore: z.array(z.record(z.string(), z.any())),
  faults: z.array(z.object({ faultId: z.uuid(), faultCode: z.string(), safety: z.boolean(), evidenceIds: z.array(z.uuid()), foundAt: z.iso.datetime(), n: z.int().nullable() })),
  floor: z.object({ state: z.enum(['open', 'working', 'completed']), blockedBy: z.array(z.string()), checks: z.array(z.string()), reworks: z.int(), finishedLineIds: z.array(z.uuid()), completedAt: z.string().nullable() }).nullable(),
  promiseMoves: z.array(z.object({ beforeAt: z.iso.datetime(), promisedAt: z.iso.datetime(), cause: z.string(), how: z.string(), toldAt: z.iso.datetime() })),
  estimate: z.object({ newest: z.int(), state: z.string(), shown: z.int().nullable() }).nullable(),
  /** Removed parts that are the customer's, to be handed over or kept as agreed. */
  customersOldParts: z.int(),
  authorisedLineIds: z.array(z.uuid()),
  handover: z.record(z.string(), z.any()).nullable(),
});

export const VisitPage = z.object({ visits: z.array(VisitShort), next: z.string().nullable() });
