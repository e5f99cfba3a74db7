import { demand } from '@aftersales/contracts/kernel/refused';
import type { Payer } from '@aftersales/contracts/kernel/values';
import type { Line } from '../visit/visit';

/** One answer to one line in one form (`since`): the customer's for every line, and the payer's where somebody else pays. */
export interface Consent {
  readonly lineId: string;
  readonly since: number;
  readonly by: Payer;
  readonly yes: boolean;
  readonly reason: string | null;
  /** A coverage decision holds so long. */
  readonly validUntil: Date | null;
}

export type LineStanding = 'open' | 'waiting-for-payer' | 'consented' | 'declined' | 'refused-by-payer';

const answerOf = (line: Line, consents: readonly Consent[], by: Payer, at?: Date): Consent | undefined =>
  consents.find((consent) => consent.lineId === line.lineId && consent.since === line.since && consent.by === by && (!at || !consent.validUntil || consent.validUntil > at));

/** Nobody works on a car without its owner's yes, and nobody is billed without the payer's (REC-17). */
export function standingOf(line: Line, consents: readonly Consent[], at: Date): LineStanding {
  const customer = answerOf(line, consents, 'customer');
  if (customer && !customer.yes) return 'declined';
  if (line.payer !== 'customer') {
    const payer = answerOf(line, consents, line.payer, at);
    if (payer && !payer.yes) return 'refused-by-payer';
    if (!payer) return customer ? 'waiting-for-payer' : 'open';
  }
  return customer ? 'consented' : 'open';
}

/** Refused, or agreed to by the maker for a time that has passed: in the next version the line is asked anew. */
export const isAskedAgain = (line: Line, consents: readonly Consent[], at: Date): boolean =>
  ['declined', 'refused-by-payer'].includes(standingOf(line, consents, at)) || Boolean(line.payer === 'warranty' && answerOf(line, consents, 'warranty') && !answerOf(line, consents, 'warranty', at));

/** Somebody who was asked has said no to the line in this form. claims decides before anybody is: its no only means that another payer is needed. */
export const isDeclined = (line: Line, consents: readonly Consent[]): boolean =>
  consents.some(({ lineId, since, by, yes }) => lineId === line.lineId && since === line.since && by !== 'warranty' && !yes);

/** Lines of finds that stood in the estimate and now stand nowhere, neither shown nor agreed to: the desk has dropped them (WRK-7). Those that were declined are no news. */
export function dropped(before: readonly Line[], shown: readonly Line[], authorised: readonly Line[], consents: readonly Consent[]): Line[] {
  const stands = (find: string): boolean => [...shown, ...authorised].some(({ faultId }) => faultId === find);
  return before.filter((line) => line.faultId && !stands(line.faultId) && !isDeclined(line, consents));
}

/** Warranty lines that claims has not decided on in this form, or no longer. */
export const undecided = (lines: readonly Line[], consents: readonly Consent[], at: Date): Line[] =>
  lines.filter((line) => line.payer === 'warranty' && !answerOf(line, consents, 'warranty', at));

/** @throws Refused while the maker's part is open, or was refused (CLM-11): before that nobody is asked */
export function demandCovered(lines: readonly Line[], consents: readonly Consent[], at: Date): void {
  demand(undecided(lines, consents, at).length === 0, 'estimate.coverage-open', 'Claims has not decided on the warranty lines yet.');
  demand(!lines.some((line) => line.payer === 'warranty' && standingOf(line, consents, at) === 'refused-by-payer'), 'estimate.not-covered', 'A line is not covered: it needs another payer, in a new version.');
}

export interface Answer {
  readonly lineId: string;
  readonly yes: boolean;
  /** Of a no. */
  readonly reason?: string | null;
}

/** Lines that the customer has not answered in this form. */
export const openForCustomer = (lines: readonly Line[], consents: readonly Consent[]): Line[] => lines.filter((line) => !answerOf(line, consents, 'customer'));

/** One act answers every open line, once. @throws Refused */
export function demandWhole(answers: readonly Answer[], open: readonly Line[]): void {
  const named = answers.map(({ lineId }) => lineId);
  demand(new Set(named).size === named.length && named.every((id) => open.some(({ lineId }) => lineId === id)), 'estimate.not-open', 'A line is answered that is not open, or one is answered twice.');
  demand(named.length === open.length, 'estimate.answer-each', 'Every open line is answered with yes or no.');
  demand(answers.every(({ yes, reason }) => yes || reason), 'estimate.why-not', 'A refused line keeps its reason.');
}

/** Two people hear a yes by phone, and neither witness nor pricer is the same person (interfaces.md, separation of duties). @throws Refused */
export function demandWitness(witnessId: string | null, callerId: string, pricers: readonly (string | null)[]): void {
  demand(witnessId, 'estimate.witness', 'An answer by phone has a named witness.');
  demand(witnessId !== callerId && !pricers.includes(witnessId), 'estimate.witness', 'The witness is neither who calls nor who priced it.');
}

/** All lines with consent: earlier ones as they were agreed to, replaced where a newer form was. */
export function authorisedAfter(before: readonly Line[], lines: readonly Line[], consents: readonly Consent[], at: Date): { all: Line[]; fresh: Line[] } {
  const fresh = lines.filter((line) => standingOf(line, consents, at) === 'consented' && !before.some(({ lineId, since }) => lineId === line.lineId && since === line.since));
  const kept = before.filter(({ lineId }) => !fresh.some((line) => line.lineId === lineId));
  return { all: [...kept, ...fresh], fresh };
}
