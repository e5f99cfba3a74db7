import type { VisitKind } from '@aftersales/contracts/kernel/values';
import { Refused } from '@aftersales/contracts/kernel/refused';
import type { Role } from '@aftersales/contracts/roles';
import type { Plan } from './plan';
import { isPending, type Round } from './round';

export type State = 'requested' | 'booked' | 'confirmed' | 'arrived' | 'released';
export type Cause = 'refused' | 'cancelled' | 'declined' | 'no-show' | 'store-cannot';
export type Channel = 'phone' | 'web' | 'message' | 'advisor' | 'in-person' | 'link' | 'email' | 'sms';

/** Something that the store had promised can't be kept (REC-7). */
export interface Trouble {
  /** A lost slot is gone; late parts the customer may put up with. */
  readonly with: 'slot' | 'parts';
  readonly cause: string;
  readonly since: string;
  readonly alternatives: readonly { readonly startsAt: string; readonly endsAt: string }[];
  readonly told: { readonly at: string; readonly by: string; readonly how: Channel; readonly proposals: readonly string[] } | null;
}

export interface Appointment {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly state: State;
  readonly kind: VisitKind;
  readonly channel: Channel;
  readonly customerId: string;
  readonly vehicleId: string;
  readonly brand: string;
  readonly concern: string;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly repliedAt: Date | null;
  readonly advisorId: string | null;
  readonly replaces: string | null;
  readonly round: number;
  readonly bookedRound: number | null;
  readonly slotStartsAt: Date | null;
  readonly slotEndsAt: Date | null;
  readonly plan: Plan | null;
  readonly askId: string | null;
  readonly askedAt: Date | null;
  readonly message: 'sent' | 'failed' | null;
  readonly confirmedAt: Date | null;
  readonly trouble: Trouble | null;
  readonly cause: Cause | null;
  readonly detail: string | null;
  readonly releasedAt: Date | null;
  readonly partsHeldUntil: Date | null;
  readonly arrivedAt: Date | null;
  readonly late: boolean;
}

/** An appointment whose slot is firm. */
export type Booked = Appointment & { readonly bookedRound: number; readonly slotStartsAt: Date; readonly slotEndsAt: Date; readonly plan: Plan };

export const isBooked = (appointment: Appointment): appointment is Booked => appointment.state === 'booked' || appointment.state === 'confirmed';

export const desk: readonly Role[] = ['advisor', 'front-desk-supervisor', 'service-manager', 'crm-agent'];

export type Move = 'reply' | 'wish' | 'accept-eta' | 'read-back' | 'book' | 'confirm' | 'move' | 'told' | 'store-cannot' | 'cancel' | 'refuse';

const live: readonly State[] = ['requested', 'booked', 'confirmed'];
const firm: readonly State[] = ['booked', 'confirmed'];

/** The legal moves, as data: where from, and what else must hold. All of them are the desk's. */
export const moves: Readonly<Record<Move, { readonly from: readonly State[]; readonly when?: (appointment: Appointment, newest: Round) => boolean }>> = {
  reply: { from: ['requested'], when: ({ repliedAt }) => repliedAt === null },
  wish: { from: ['requested'] },
  'accept-eta': { from: live, when: (_, { state, partsAnswer }) => state === 'refused' && partsAnswer?.answer === 'refused' },
  'read-back': { from: live, when: (_, newest) => isPending(newest) },
  book: { from: live, when: (_, { state, estimate }) => state === 'held' && estimate !== null },
  confirm: { from: ['booked'], when: ({ trouble }) => trouble === null },
  move: { from: firm },
  told: { from: firm, when: ({ trouble }) => trouble !== null && trouble.told === null },
  'store-cannot': { from: firm },
  cancel: { from: live },
  refuse: { from: ['requested'] },
};

/** Open for this person now: what a screen shows as buttons. */
export function allowedMoves(appointment: Appointment, newest: Round, roles: readonly string[]): Move[] {
  if (!roles.some((role) => (desk as readonly string[]).includes(role))) return [];
  return (Object.keys(moves) as Move[]).filter((move) => moves[move].from.includes(appointment.state) && (moves[move].when?.(appointment, newest) ?? true));
}

/** @throws Refused from a state that the move does not start in; what else must hold is refused by its own rule, with its own sentence. */
export function demandMove(appointment: Appointment, move: Move): void {
  if (moves[move].from.includes(appointment.state)) return;
  const allowed = (Object.keys(moves) as Move[]).filter((other) => moves[other].from.includes(appointment.state));
  throw new Refused(`reception.${move}-too-late`, `This appointment is ${appointment.state}.`, { from: appointment.state, to: move, allowed });
}

/** REC-12, REC-9: the car is here. Whom nobody expects any more comes as a walk-in; only after a no-show is that recorded as late. */
export function arrive(appointment: Appointment, at: Date): Partial<Appointment> {
  if (appointment.arrivedAt) throw new Refused('reception.already-arrived', 'This appointment has its visit already.');
  if (live.includes(appointment.state)) return { state: 'arrived', arrivedAt: at, trouble: null };
  if (appointment.cause === 'no-show') return { arrivedAt: at, late: true };
  throw new Refused('reception.appointment-released', 'This appointment was given up: the car comes as a walk-in.', { from: appointment.state, to: 'arrived', allowed: [] });
}

/** REC-4: the papers to bring, as the desk reads them out. */
export function papersFor(kind: VisitKind): string[] {
  const always = ['driving-licence', 'vehicle-licence'];
  if (kind === 'accident') return [...always, 'insurance-policy', 'accident-report'];
  if (kind === 'repair' || kind === 'recall' || kind === 'rework') return [...always, 'warranty-book'];
  if (kind === 'maintenance') return [...always, 'maintenance-book'];
  if (kind === 'inspection') return [...always, 'insurance-policy'];
  return always;
}
