import { Refused } from '@aftersales/contracts/kernel/refused';
import type { EstimateLine } from '@aftersales/contracts/reception/estimate-line';
import type { Operation, PartNeed, VisitKind } from '@aftersales/contracts/kernel/values';
import type { Sheet } from './check-in';

export const states = ['arrived', 'opened', 'in-work', 'completed', 'ready', 'delivered', 'left'] as const;
export type VisitState = (typeof states)[number];

/** A line of the estimate as the desk keeps it: `since` is the version that brought it in this form, `tax` is contained in its amount. */
export interface Line extends EstimateLine {
  readonly since: number;
  readonly tax: number;
  readonly taxBasisPoints: number;
  /** What the price list says; null where it says nothing. */
  readonly listPrice: number | null;
  /** In the customer's words, for paper and page; never in a fact. */
  readonly title: string | null;
}

/** What the appointment knew; its lineIds stay the same up to the settlement. */
export interface Booked {
  readonly concern: string;
  readonly operations: readonly Operation[];
  readonly parts: readonly PartNeed[];
}

export interface Visit {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly state: VisitState;
  readonly how: 'gate' | 'plate' | 'desk';
  readonly late: boolean;
  readonly waiting: boolean;
  readonly arrivedAt: Date;
  readonly appointmentId: string | null;
  readonly customerId: string | null;
  readonly vehicleId: string | null;
  readonly contactId: string | null;
  readonly plate: string | null;
  readonly keyTag: string | null;
  readonly kind: VisitKind | null;
  readonly brand: string | null;
  readonly repairOrder: string | null;
  readonly booked: Booked | null;
  readonly sheet: Sheet | null;
  readonly mileage: number | null;
  readonly mileageCorrected: boolean;
  readonly signatureId: string | null;
  readonly advisorId: string | null;
  readonly openedAt: Date | null;
  readonly authorised: readonly Line[];
  readonly promisedAt: Date | null;
  readonly warnedAt: Date | null;
  readonly completedAt: Date | null;
  readonly readyAt: Date | null;
  readonly settledAt: Date | null;
  readonly deliveredAt: Date | null;
  readonly handover: object | null;
}

export const desk = ['advisor', 'front-desk-supervisor', 'service-manager'] as const;
const till = ['cashier', 'front-desk-supervisor', 'service-manager'] as const;
const approving = ['service-manager', 'store-manager', 'finance', 'front-desk-supervisor'] as const;

interface Move {
  readonly from: readonly VisitState[];
  /** Null: the visit stays where it is. */
  readonly to: VisitState | null;
  /** Nobody: a fact does it. */
  readonly roles: readonly string[];
  readonly when?: (visit: Visit) => boolean;
}

const untouched = (visit: Visit): boolean => visit.authorised.length === 0;
const unsettled = (visit: Visit): boolean => visit.settledAt === null;
const settled = (visit: Visit): boolean => visit.settledAt !== null;

/** The legal moves, as data: the server answers which are open now, and the console shows exactly those. */
export const moves = {
  identify: { from: ['arrived'], to: null, roles: desk },
  introduce: { from: ['arrived'], to: null, roles: desk },
  'check-in': { from: ['arrived'], to: null, roles: desk },
  open: { from: ['arrived'], to: 'opened', roles: desk, when: (visit) => visit.sheet !== null },
  leave: { from: ['arrived'], to: 'left', roles: desk },
  estimate: { from: ['opened', 'in-work', 'completed', 'ready'], to: null, roles: desk, when: unsettled },
  authorise: { from: ['opened', 'in-work', 'completed', 'ready'], to: 'in-work', roles: [], when: unsettled },
  'move-promise': { from: ['opened', 'in-work', 'completed'], to: null, roles: desk, when: (visit) => visit.promisedAt !== null },
  complete: { from: ['in-work'], to: 'completed', roles: [] },
  pass: { from: ['completed'], to: 'ready', roles: desk },
  settle: { from: ['completed', 'ready'], to: null, roles: [...till, 'advisor'], when: unsettled },
  pay: { from: ['completed', 'ready', 'delivered'], to: null, roles: till, when: settled },
  release: { from: ['completed', 'ready'], to: null, roles: approving, when: settled },
  // Nothing was agreed to: the car goes back as it came.
  deliver: { from: ['ready', 'opened'], to: 'delivered', roles: desk, when: (visit) => visit.state === 'ready' || untouched(visit) },
} as const satisfies Record<string, Move>;
export type VisitMove = keyof typeof moves;

const isOpen = (visit: Visit, { from, when }: Move): boolean => from.includes(visit.state) && (!when || when(visit));

/** What this person may do with the visit now. */
export const allowed = (visit: Visit, roles: readonly string[]): VisitMove[] =>
  (Object.keys(moves) as VisitMove[]).filter((name) => isOpen(visit, moves[name]) && (moves[name] as Move).roles.some((role) => roles.includes(role)));

/** The state after the move. @throws Refused unless it is open now */
export function move(visit: Visit, name: VisitMove): VisitState {
  const to: VisitState = (moves[name] as Move).to ?? visit.state;
  if (isOpen(visit, moves[name])) return to;
  const open = (Object.keys(moves) as VisitMove[]).filter((other) => isOpen(visit, moves[other]) && (moves[other] as Move).roles.length > 0);
  throw new Refused('visit.state', `This is not possible while the visit is ${visit.state}${visit.settledAt ? ' and settled' : ''}.`, { from: visit.state, to, allowed: open });
}

export type OpenVisit = Visit & { readonly customerId: string; readonly vehicleId: string; readonly repairOrder: string; readonly brand: string; readonly kind: VisitKind; readonly mileage: number; readonly advisorId: string };

/** From check-in on all of this is known. */
export const opened = (visit: Visit): OpenVisit => visit as OpenVisit;
