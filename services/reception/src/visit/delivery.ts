import { addMonths, localDate } from '@aftersales/calendar/local-time';
import { demand } from '@aftersales/contracts/kernel/refused';
import { checksPassed, type Floor } from './floor';
import type { Line, Visit } from './visit';

/** What is done and told at the hand-over. */
export interface HandOver {
  readonly oldParts: 'handed-over' | 'kept' | 'none';
  readonly valuablesReturned: boolean;
  readonly nextServiceTold: boolean;
  /** Signed by the customer who refused a safety repair. */
  readonly waiverSignatureId: string | null;
}

export interface BeforeDelivery {
  readonly visit: Visit;
  readonly floor: Floor | null;
  /** The customer's share that is neither paid nor released, minor units. */
  readonly owed: number;
  /** Removed parts that are the customer's. */
  readonly customersOldParts: number;
  readonly refusedSafety: boolean;
}

/** REC-21. @throws Refused unless the car may go */
export function demandDeliverable({ visit, floor, owed, customersOldParts, refusedSafety }: BeforeDelivery, done: HandOver): void {
  if (visit.authorised.length > 0) {
    demand(visit.settledAt, 'visit.not-settled', 'The visit is settled before the car goes.');
    demand(owed <= 0, 'visit.not-paid', 'The customer’s share is neither paid nor released.');
    demand(floor && checksPassed(floor), 'visit.checks-open', 'The workshop’s checks have not all passed.');
  }
  const agreed = visit.sheet?.oldParts === 'hand-over' && customersOldParts > 0 ? 'handed-over' : customersOldParts > 0 ? 'kept' : 'none';
  demand(done.oldParts === agreed, 'visit.old-parts', agreed === 'handed-over' ? 'The customer wanted the old parts back.' : agreed === 'kept' ? 'The customer left the old parts to us.' : 'There are no old parts of the customer’s.');
  demand(done.valuablesReturned || !visit.sheet?.valuables.length, 'visit.valuables', 'Valuables were noted at check-in and are given back first.');
  demand(!refusedSafety || done.waiverSignatureId, 'visit.waiver', 'A safety repair was refused: that needs a signed waiver.');
  demand(done.nextServiceTold || visit.authorised.length === 0, 'visit.next-service', 'The next service is told at the hand-over.');
}

/** Was this maintenance, whatever the visit is called (CRM-13)? */
export const isMaintenance = (lines: readonly Line[]): boolean => lines.some((line) => line.kind === 'labour' && line.skill === 'maintenance');

/** The earlier of both is when to come; told at the hand-over. */
export function nextService(zone: string, deliveredAt: Date, mileage: number, interval: { months: number; kilometres: number }): { on: string; atKm: number } {
  return { on: addMonths(localDate(zone, deliveredAt), interval.months), atKm: mileage + interval.kilometres };
}
