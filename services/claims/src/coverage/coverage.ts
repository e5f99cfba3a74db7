import type { PolicyValue } from '@aftersales/contracts/hq/policies';
import { demand, Refused } from '@aftersales/contracts/kernel/refused';
import type { EstimateLine } from '@aftersales/contracts/reception/estimate-line';

export const coverageStates = ['asked', 'assessed', 'awaiting-maker', 'decided', 'superseded'] as const;
export type CoverageState = (typeof coverageStates)[number];

export interface LineDecision {
  readonly lineId: string;
  readonly covered: boolean;
  readonly reason: string | null;
}

/** Whether the maker pays for the warranty lines of one estimate version (CLM-11), before anybody is asked to pay. */
export interface Coverage {
  readonly state: CoverageState;
  readonly lines: readonly EstimateLine[];
  readonly decision: readonly LineDecision[];
  readonly assessedBy: string | null;
  readonly confirmedBy: string | null;
}

export type CoverageMove = 'assess' | 'confirm' | 'send-back';

/** Only what the rules decide, of a row that holds more. */
export const decided = ({ state, lines, decision, assessedBy, confirmedBy }: Coverage): Coverage => ({ state, lines, decision, assessedBy, confirmedBy });

/** Two people, two posts: the clerk reads the terms, the technical director stands for the finding. */
export const moves: readonly { readonly move: CoverageMove; readonly from: readonly CoverageState[]; readonly roles: readonly string[] }[] = [
  { move: 'assess', from: ['asked', 'assessed'], roles: ['claims-clerk'] },
  { move: 'confirm', from: ['assessed'], roles: ['technical-director'] },
  { move: 'send-back', from: ['assessed'], roles: ['technical-director'] },
];

export const rolesOf = (move: CoverageMove): readonly string[] => moves.find((one) => one.move === move)!.roles;

export const allowedMoves = ({ state, assessedBy }: Coverage, person: { id: string; roles: readonly string[] }): CoverageMove[] =>
  moves.filter(({ move, from, roles }) => from.includes(state) && roles.some((role) => person.roles.includes(role)) && (move !== 'confirm' || person.id !== assessedBy)).map(({ move }) => move);

function demandMove({ state }: Coverage, move: CoverageMove): void {
  if (moves.find((one) => one.move === move)!.from.includes(state)) return;
  throw new Refused('coverage.move', `A coverage question that is ${state} can not be moved by ${move}.`, { from: state, to: move, allowed: moves.filter(({ from }) => from.includes(state)).map((one) => one.move) });
}

export function assess(coverage: Coverage, decision: readonly LineDecision[], by: string): Coverage {
  demandMove(coverage, 'assess');
  const asked = coverage.lines.map(({ lineId }) => lineId).sort();
  demand(decision.map(({ lineId }) => lineId).sort().join() === asked.join(), 'coverage.every-line-once', 'Each line that was asked about gets one answer.');
  demand(decision.every(({ covered, reason }) => covered || reason), 'coverage.reason', 'A line that is not covered has a reason.');
  return { ...coverage, state: 'assessed', decision, assessedBy: by };
}

export function sendBack(coverage: Coverage): Coverage {
  demandMove(coverage, 'send-back');
  return { ...coverage, state: 'asked', decision: [], assessedBy: null };
}

export function confirm(coverage: Coverage, by: string, preApprovalNeeded: boolean): Coverage {
  demandMove(coverage, 'confirm');
  demand(by !== coverage.assessedBy, 'coverage.two-people', 'Who assessed the lines can not confirm them too.');
  return { ...coverage, state: preApprovalNeeded ? 'awaiting-maker' : 'decided', confirmedBy: by };
}

/** The maker's yes leaves the decision as it is; its no covers nothing. */
export function makerAnswered(coverage: Coverage, refusedFor: string | null): Coverage {
  const decision = refusedFor === null ? coverage.decision : coverage.decision.map((line) => (line.covered ? { ...line, covered: false, reason: refusedFor } : line));
  return { ...coverage, state: 'decided', decision };
}

/** Of the sum of a visit's covered lines, whatever versions they were decided in: a large repair does not become small by being asked about in parts. */
export function preApprovalNeeded(covered: readonly Pick<EstimateLine, 'amount'>[], { from }: PolicyValue<'coverage.pre-approval'>): boolean {
  return from.some(({ currency, minorUnits }) => {
    const ours = covered.filter(({ amount }) => amount.currency === currency);
    return ours.length > 0 && ours.reduce((sum, { amount }) => sum + amount.amount, 0) >= minorUnits;
  });
}

export const coveredLines = ({ lines, decision }: Pick<Coverage, 'lines' | 'decision'>): EstimateLine[] => lines.filter(({ lineId }) => decision.some((one) => one.lineId === lineId && one.covered));
