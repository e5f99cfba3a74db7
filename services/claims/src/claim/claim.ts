import type { Money } from '@aftersales/contracts/kernel/values';
import { demand, Refused } from '@aftersales/contracts/kernel/refused';
import type { WarrantyLine } from '../repair/repair';

export const claimStates = ['draft', 'checked', 'submitted', 'returned', 'accepted', 'partly-accepted', 'rejected', 'paid', 'paid-short', 'archived', 'dropped'] as const;
export type ClaimState = (typeof claimStates)[number];

export interface ClaimLine extends WarrantyLine {
  readonly outcome: 'open' | 'accepted' | 'rejected';
  /** Of the submission that decided it. */
  readonly submission: number | null;
  readonly reason: string | null;
  /** A rejected line's new payer, and who took that upon them. */
  readonly placed: { readonly payer: 'internal' | 'goodwill'; readonly by: string; readonly at: string } | null;
}

export interface Payment {
  readonly payment: string;
  readonly amount: number;
  readonly submission: number;
}

export interface Claim {
  readonly state: ClaimState;
  readonly submission: number;
  readonly lines: readonly ClaimLine[];
  readonly payments: readonly Payment[];
  readonly returnReason: string | null;
  readonly submittedBy: string | null;
}

/** Only what the rules decide, of a row that holds more. */
export const decided = ({ state, submission, lines, payments, returnReason, submittedBy }: Claim): Claim => ({ state, submission, lines, payments, returnReason, submittedBy });

export type ClaimMove = 'evidence' | 'check' | 'submit' | 'appeal' | 'place-lines' | 'archive';

const clerk = ['claims-clerk'];
/** Who may be an approver at all; the policies line.internal-approver and line.goodwill-approver say who is. */
export const approverRoles = ['service-manager', 'front-desk-supervisor', 'workshop-manager', 'technical-director', 'finance', 'store-manager'];
/** What people may do (CLM-4); what the maker does is in maker-news.ts. */
export const moves: readonly { readonly move: ClaimMove; readonly from: readonly ClaimState[]; readonly roles: readonly string[] }[] = [
  { move: 'evidence', from: ['draft', 'checked', 'returned'], roles: clerk },
  { move: 'check', from: ['draft', 'returned'], roles: clerk },
  { move: 'submit', from: ['checked'], roles: clerk },
  { move: 'appeal', from: ['rejected', 'partly-accepted', 'paid', 'paid-short'], roles: clerk },
  { move: 'place-lines', from: ['rejected', 'partly-accepted', 'paid', 'paid-short'], roles: approverRoles },
  { move: 'archive', from: ['rejected', 'paid', 'paid-short'], roles: clerk },
];

export const rolesOf = (move: ClaimMove): readonly string[] => moves.find((one) => one.move === move)!.roles;

const unplaced = ({ lines }: Claim): ClaimLine[] => lines.filter(({ outcome, placed }) => outcome === 'rejected' && !placed);

/** Those open to this person now, the rules of each included that need nothing of the request. */
export function allowedMoves(claim: Claim, roles: readonly string[]): ClaimMove[] {
  const nobodys = unplaced(claim).length > 0;
  const open: Partial<Record<ClaimMove, boolean>> = { appeal: nobodys, 'place-lines': nobodys, archive: !nobodys };
  return moves.filter(({ move, from, roles: able }) => from.includes(claim.state) && able.some((role) => roles.includes(role)) && (open[move] ?? true)).map(({ move }) => move);
}

function demandMove(claim: Claim, move: ClaimMove): void {
  if (moves.find((one) => one.move === move)!.from.includes(claim.state)) return;
  throw new Refused('claim.move', `A claim that is ${claim.state} can not be moved by ${move}.`, { from: claim.state, to: move, allowed: moves.filter(({ from }) => from.includes(claim.state)).map((one) => one.move) });
}

export const openLine = (line: WarrantyLine): ClaimLine => ({ ...line, outcome: 'open', submission: null, reason: null, placed: null });

const summed = (lines: readonly ClaimLine[]): number => lines.reduce((total, { amount }) => total + amount.amount, 0);
export const currencyOf = ({ lines }: Pick<Claim, 'lines'>): string => lines[0]?.amount.currency ?? 'XXX';
export const totalOf = (lines: readonly ClaimLine[], claim: Claim): Money => ({ amount: summed(lines), currency: currencyOf(claim) });
export const owed = ({ lines }: Claim): number => summed(lines.filter(({ outcome }) => outcome === 'accepted'));
export const paid = ({ payments }: Claim): number => payments.reduce((total, { amount }) => total + amount, 0);

/** Where a claim stands once the maker has spoken: its lines and payments say it. */
export function stateOf(claim: Claim): ClaimState {
  if (claim.lines.some(({ outcome }) => outcome === 'open')) return 'submitted';
  if (!claim.lines.some(({ outcome }) => outcome === 'accepted')) return 'rejected';
  if (paid(claim) <= 0) return claim.lines.some(({ outcome }) => outcome === 'rejected') ? 'partly-accepted' : 'accepted';
  return paid(claim) < owed(claim) ? 'paid-short' : 'paid';
}

/** The visit's warranty lines as they are now. Until it is submitted the claim follows them; a claim without lines has nothing to claim. */
export function followLines(claim: Claim, lines: readonly WarrantyLine[]): Claim {
  if (!['draft', 'checked', 'returned', 'dropped'].includes(claim.state) || claim.lines.some(({ outcome }) => outcome !== 'open')) return claim;
  const fresh = lines.map(bareLine);
  if (JSON.stringify(fresh) === JSON.stringify(claim.lines.map(bareLine))) return claim;
  return { ...claim, lines: fresh, state: fresh.length === 0 ? 'dropped' : claim.state === 'returned' ? 'returned' : 'draft' };
}
/** Its fields always in the same order, so that two can be compared: jsonb does not keep it. */
const bareLine = ({ lineId, kind, faultCode, partNumber, safety, amount }: WarrantyLine): ClaimLine =>
  openLine({ lineId, kind, faultCode, partNumber, safety, amount: { amount: amount.amount, currency: amount.currency } });

/** New evidence wants a new look. */
export function evidenceAdded(claim: Claim): Claim {
  demandMove(claim, 'evidence');
  return { ...claim, state: claim.state === 'checked' ? 'draft' : claim.state };
}

export function check(claim: Claim, missing: readonly string[]): Claim {
  demandMove(claim, 'check');
  demandComplete(missing);
  return { ...claim, state: 'checked' };
}

export function submit(claim: Claim, by: string, missing: readonly string[]): Claim {
  demandMove(claim, 'submit');
  demandComplete(missing);
  return { ...claim, state: 'submitted', submission: claim.submission + 1, submittedBy: by, returnReason: null };
}

const demandComplete = (missing: readonly string[]): void => demand(missing.length === 0, 'claim.evidence-complete', `Still missing: ${missing.join(', ')}.`);

/** The rejected lines that nobody took upon them go to the maker again, as a submission of their own. */
export function appeal(claim: Claim, by: string): Claim {
  demandMove(claim, 'appeal');
  const again = unplaced(claim);
  demand(again.length > 0, 'claim.appeal-rejected-lines', 'There is no rejected line left to appeal for.');
  return { ...claim, state: 'submitted', submission: claim.submission + 1, submittedBy: by, returnReason: null, lines: claim.lines.map((line) => (again.includes(line) ? openLine(line) : line)) };
}

/** A rejected line never falls on the customer: the house takes it, and somebody signs for that who did not send the claim. */
export function placeLines(claim: Claim, lines: readonly { lineId: string; payer: 'internal' | 'goodwill' }[], by: string, at: Date): Claim {
  demandMove(claim, 'place-lines');
  demand(by !== claim.submittedBy, 'claim.two-people', 'Who sent the claim can not approve what became of it.');
  const open = new Set(unplaced(claim).map(({ lineId }) => lineId));
  demand(lines.every(({ lineId }) => open.has(lineId)), 'claim.place-rejected-lines', 'Only rejected lines without a new payer can be given one.');
  const payers = new Map(lines.map(({ lineId, payer }) => [lineId, payer]));
  return { ...claim, lines: claim.lines.map((line) => (payers.has(line.lineId) ? { ...line, placed: { payer: payers.get(line.lineId)!, by, at: at.toISOString() } } : line)) };
}

export function archive(claim: Claim, shortReason: string | null): Claim {
  demandMove(claim, 'archive');
  demand(unplaced(claim).length === 0, 'claim.rejected-lines-placed', 'A rejected line still has no payer: internal or goodwill, with an approver.');
  demand(claim.state !== 'paid-short' || shortReason, 'claim.short-reason', 'A claim paid short is archived with the reason why that is accepted.');
  return { ...claim, state: 'archived' };
}
