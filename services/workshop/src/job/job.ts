import { demand, Refused } from '@aftersales/contracts/kernel/refused';
import type { Role } from '@aftersales/contracts/roles';
import type { CheckKind } from '@aftersales/contracts/workshop/job';

/** `expected`: the car is known, nothing may be worked on. Each check passed is a state of its own, so none can be jumped. */
export type JobState = 'expected' | 'working' | 'own-checked' | 'team-checked' | 'final-checked' | 'washed' | 'completed' | 'closed';
export type OperationState = 'waiting' | 'in-work' | 'done' | 'rework' | 'left' | 'dropped';

const floor = ['technician', 'inspector', 'technical-director', 'workshop-manager'] as const satisfies readonly Role[];
const leads = ['workshop-manager', 'technical-director'] as const satisfies readonly Role[];
/** Who may do the last check is a policy, which may name anybody of the service. */
const checkers = [...floor, 'service-manager', 'advisor', 'front-desk-supervisor', 'store-manager'] as const satisfies readonly Role[];
const open = ['working', 'own-checked', 'team-checked', 'final-checked', 'washed'] as const satisfies readonly JobState[];

/** What people may do with a job: from which states, as whom. Consent and hand-over come as facts. */
export const moves = {
  assign: { from: ['working'], roles: leads },
  'move-to': { from: ['expected', ...open], roles: floor },
  'clock-on': { from: ['working'], roles: ['technician', 'workshop-manager'] },
  'clock-off': { from: open, roles: ['technician', 'workshop-manager'] },
  'leave-undone': { from: ['working'], roles: ['workshop-manager'] },
  block: { from: open, roles: floor },
  unblock: { from: open, roles: floor },
  'report-fault': { from: open, roles: floor },
  'confirm-fault': { from: open, roles: [...leads, 'inspector'] },
  'reject-fault': { from: open, roles: [...leads, 'inspector'] },
  'pass-check': { from: ['working', 'own-checked', 'team-checked'], roles: checkers },
  'fail-check': { from: ['working', 'own-checked', 'team-checked'], roles: checkers },
  wash: { from: ['final-checked'], roles: [...floor, 'driver'] },
  park: { from: ['washed'], roles: [...floor, 'driver', 'advisor'] },
} as const satisfies Record<string, { from: readonly JobState[]; roles: readonly Role[] }>;
export type JobMove = keyof typeof moves;

export const allowedIn = (state: JobState, roles: readonly string[]): JobMove[] =>
  (Object.keys(moves) as JobMove[]).filter((move) => (moves[move].from as readonly JobState[]).includes(state) && moves[move].roles.some((role) => roles.includes(role)));

export function demandMove(state: JobState, move: JobMove, roles: readonly string[] = moves[move].roles): void {
  if (!(moves[move].from as readonly JobState[]).includes(state)) throw new Refused('workshop.not-now', `A job that is ${state} can't be asked to ${move}.`, { from: state, to: move, allowed: allowedIn(state, roles) });
}

/** What each step of an operation needs, and where it leads. */
export const operationMoves = {
  'clock-on': { waiting: 'in-work', 'in-work': 'in-work', rework: 'in-work' },
  finish: { 'in-work': 'done' },
  'send-back': { done: 'rework' },
  leave: { waiting: 'left', 'in-work': 'left', rework: 'left' },
  drop: { waiting: 'dropped' },
  restore: { dropped: 'waiting' },
  renew: { waiting: 'waiting', 'in-work': 'waiting', done: 'waiting', rework: 'waiting', left: 'waiting', dropped: 'waiting' },
} as const satisfies Record<string, Partial<Record<OperationState, OperationState>>>;

export type OperationMove = keyof typeof operationMoves;

export function moveOperation(state: OperationState, move: OperationMove): OperationState {
  const to = (operationMoves[move] as Partial<Record<OperationState, OperationState>>)[state];
  demand(to, 'workshop.operation-not-now', `An operation that is ${state} can't be asked to ${move}.`);
  return to;
}

export const isUnfinished = (state: OperationState): boolean => state === 'waiting' || state === 'in-work' || state === 'rework';

/** The card as the rules see it. */
export interface Card {
  readonly state: JobState;
  readonly operations: readonly { readonly lineId: string; readonly state: OperationState }[];
  /** Everybody who ever clocked on to it. */
  readonly workers: readonly string[];
  readonly clockedOn: boolean;
  readonly blocked: boolean;
  /** Passed since work was last done. */
  readonly passed: readonly { readonly check: CheckKind; readonly by: string }[];
}

/** Wash and parking come after the last check, and after nothing is open any more. */
export function wash(card: Card): JobState {
  demandMove(card.state, 'wash');
  demandNothingOpen(card);
  return 'washed';
}

export function park(card: Card): JobState {
  demandMove(card.state, 'park');
  demandNothingOpen(card);
  return 'completed';
}

export function demandNothingOpen({ operations, clockedOn, blocked }: Card): void {
  demand(!operations.some(({ state }) => isUnfinished(state)), 'workshop.unfinished', 'There is work on this job that is neither done nor left.');
  demand(!clockedOn, 'workshop.clocked-on', 'Somebody is still clocked on.');
  demand(!blocked, 'workshop.blocked', 'The job is blocked.');
}

/** A labour line as it was agreed to. */
export interface Agreed {
  readonly lineId: string;
  readonly operationCode: string;
  readonly skill: string;
}

/** Another operation, or one for other hands: what was planned, begun or done is not it. Other hours, bay or fault are the same work. */
const isOtherWork = (known: Agreed, agreed: Agreed): boolean => known.operationCode !== agreed.operationCode || known.skill !== agreed.skill;

/** What consent changes: lines that are new, back, or other work now, and lines without consent now on which nobody has worked. */
export function authorise<L extends Agreed>(card: { readonly state: JobState; readonly operations: readonly (Agreed & { readonly state: OperationState })[] }, lines: readonly L[]): { state: JobState; add: L[]; moves: Map<string, OperationMove> } {
  const known = new Set(card.operations.map(({ lineId }) => lineId));
  const add = lines.filter(({ lineId }) => !known.has(lineId));
  const moves = new Map<string, OperationMove>();
  for (const operation of card.operations) {
    const agreed = lines.find(({ lineId }) => lineId === operation.lineId);
    if (agreed && isOtherWork(operation, agreed)) moves.set(operation.lineId, 'renew');
    else if (agreed && operation.state === 'dropped') moves.set(operation.lineId, 'restore');
    else if (!agreed && operation.state === 'waiting') moves.set(operation.lineId, 'drop');
  }
  const begins = card.state === 'expected' || add.length > 0 || [...moves.values()].some((move) => move !== 'drop');
  return { state: begins ? 'working' : card.state, add, moves };
}
