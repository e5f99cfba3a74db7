import { Refused } from '@aftersales/contracts/kernel/refused';
import type { Department } from '@aftersales/contracts/kernel/values';
import type { Role } from '@aftersales/contracts/roles';

// CRM-10: open ⇄ answered until the customer is satisfied, or the store manager closes it with a reason.

export type CaseState = 'open' | 'answered' | 'closed';
export type CaseMove = 'answer' | 'hear-satisfied' | 'hear-again' | 'close';

interface Move {
  readonly move: CaseMove;
  readonly from: readonly CaseState[];
  readonly to: CaseState;
  /** Empty: by the customer's word in a follow-up, at no door of its own. */
  readonly roles: readonly Role[];
}

/** Who speaks for a department. */
export const answerers: Readonly<Record<Department, readonly Role[]>> = {
  desk: ['service-manager', 'front-desk-supervisor'],
  workshop: ['workshop-manager', 'technical-director', 'service-manager'],
  parts: ['parts-manager', 'service-manager'],
  claims: ['claims-clerk', 'service-manager'],
  crm: ['crm-supervisor'],
  sales: ['store-manager'],
};

const allAnswerers = [...new Set(Object.values(answerers).flat())];

export const moves: readonly Move[] = [
  { move: 'answer', from: ['open'], to: 'answered', roles: allAnswerers },
  { move: 'hear-satisfied', from: ['answered'], to: 'closed', roles: [] },
  { move: 'hear-again', from: ['answered'], to: 'open', roles: [] },
  { move: 'close', from: ['open', 'answered'], to: 'closed', roles: ['store-manager'] },
];

export const rolesOf = (move: CaseMove): readonly Role[] => moves.find((one) => one.move === move)!.roles;

export const answersFor = (department: Department, roles: readonly string[]): boolean => answerers[department].some((role) => roles.includes(role));

/** What this person may do with it now. */
export const allowed = (state: CaseState, department: Department, roles: readonly string[]): CaseMove[] =>
  moves
    .filter(({ from, roles: able }) => from.includes(state) && able.some((role) => roles.includes(role)))
    .filter(({ move }) => move !== 'answer' || answersFor(department, roles))
    .map(({ move }) => move);

/** Where a move leads. @throws Refused */
export function step(state: CaseState, move: CaseMove): CaseState {
  const { from, to } = moves.find((one) => one.move === move)!;
  if (!from.includes(state)) {
    const open = moves.filter((one) => one.from.includes(state)).map((one) => one.move);
    throw new Refused('case.move', `A case that is ${state} can not be moved so.`, { from: state, to, allowed: open });
  }
  return to;
}

/** Dissatisfied again is the same case once more; only an answered case is asked about. */
export const afterSecondCall = (state: CaseState, satisfied: boolean): CaseState => step(state, satisfied ? 'hear-satisfied' : 'hear-again');
