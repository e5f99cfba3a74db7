import { demand, Refused } from '@aftersales/contracts/kernel/refused';
import type { CheckKind } from '@aftersales/contracts/workshop/job';
import { demandMove, demandNothingOpen, type Card, type JobState } from '../job/job';

/** Three checks, in order (WRK-9): each is open in one state and leads to the next. */
const order: Record<CheckKind, { from: readonly JobState[]; to: JobState }> = {
  own: { from: ['working'], to: 'own-checked' },
  team: { from: ['own-checked'], to: 'team-checked' },
  final: { from: ['team-checked'], to: 'final-checked' },
};

export function nextCheck(state: JobState, middleDropped: boolean): CheckKind | null {
  if (state === 'own-checked' && middleDropped) return 'final';
  return (Object.keys(order) as CheckKind[]).find((check) => order[check].from.includes(state)) ?? null;
}

export interface MiddlePolicy {
  readonly droppedForKinds: readonly string[];
  readonly droppedUpToFlatHoursThousandths: number;
}

/** Policy may drop the middle check for quick jobs. */
export function isMiddleDropped(policy: MiddlePolicy, kind: string | null, flatHours: number): boolean {
  return (kind !== null && policy.droppedForKinds.includes(kind)) || (policy.droppedUpToFlatHoursThousandths > 0 && flatHours <= policy.droppedUpToFlatHoursThousandths);
}

export interface Checker {
  readonly id: string;
  readonly roles: readonly string[];
}
export interface CheckRules {
  readonly middleDropped: boolean;
  readonly finalCheckers: { readonly roles: readonly string[]; readonly staffIds: readonly string[] };
}

/** The list of people counts; only when it is empty, the roles do. */
const mayDoFinal = ({ id, roles }: Checker, list: CheckRules['finalCheckers']): boolean => (list.staffIds.length > 0 ? list.staffIds.includes(id) : list.roles.some((role) => roles.includes(role)));

export function demandChecker(card: Card, check: CheckKind, by: Checker, rules: CheckRules): void {
  demandMove(card.state, 'pass-check', by.roles);
  const next = nextCheck(card.state, rules.middleDropped);
  if (check !== next) throw new Refused('workshop.check-order', `The next check is ${next}.`, { from: card.state, to: check, allowed: next ? [next] : [] });
  demandNothingOpen(card);
  if (check === 'own') demand(card.workers.length === 0 ? by.roles.includes('technician') : card.workers.includes(by.id), 'workshop.own-check', 'The first check is for somebody who did the work.');
  if (check === 'team') {
    demand(by.roles.some((role) => ['technician', 'inspector', 'technical-director', 'workshop-manager'].includes(role)), 'workshop.team-check', 'The second check is for the team or an inspector.');
    demand(!card.passed.some((one) => one.check === 'own' && one.by === by.id), 'workshop.second-person', 'Who signed the own check does not sign the second one.');
  }
  if (check === 'final') {
    demand(!card.workers.includes(by.id), 'workshop.final-by-worker', 'Who did any of the work does not do the final check.');
    demand(mayDoFinal(by, rules.finalCheckers), 'workshop.final-checkers', 'The final check is for those whom the policy names.');
  }
}

export function passCheck(card: Card, check: CheckKind, by: Checker, rules: CheckRules): JobState {
  demandChecker(card, check, by, rules);
  return order[check].to;
}

/** @returns the state after it: the named operations go back to work and all checks begin again */
export function failCheck(card: Card, check: CheckKind, by: Checker, rules: CheckRules, lineIds: readonly string[]): JobState {
  demandChecker(card, check, by, rules);
  for (const lineId of lineIds) demand(card.operations.some((one) => one.lineId === lineId && one.state === 'done'), 'workshop.not-done', 'Only an operation of this job that is done can go back to work.');
  return 'working';
}
