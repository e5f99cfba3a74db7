import { openLine, stateOf, type Claim, type ClaimLine } from './claim';

/** What the maker says about a submission; `submission` tells which, for its calls come twice and in any order. */
export interface MakerNews {
  readonly submission: number;
  readonly decision: 'accepted' | 'partly-accepted' | 'returned' | 'rejected' | 'paid';
  readonly reason: string | null;
  readonly acceptedLines: readonly string[] | null;
  readonly payment: string | null;
  readonly amount: number | null;
  readonly currency: string | null;
}

export type Heard =
  | { readonly now: Claim; readonly said: 'returned' | 'accepted' | 'rejected' | 'paid'; /** Those the news was about. */ readonly lines: readonly ClaimLine[] }
  /** It overtook what it follows from: kept, and looked at again after the next news. */
  | 'later'
  | { readonly ignored: string };

export function hear(claim: Claim, news: MakerNews): Heard {
  return news.decision === 'paid' ? hearPayment(claim, news) : hearDecision(claim, news);
}

function hearPayment(claim: Claim, { submission, payment, amount, currency }: MakerNews): Heard {
  if (payment === null || amount === null) return { ignored: 'payment without number or amount' };
  if (claim.payments.some((known) => known.payment === payment)) return { ignored: 'payment known' };
  if (currency !== null && currency !== claim.lines[0]?.amount.currency) return { ignored: 'other currency' };
  if (!claim.lines.some((line) => line.outcome === 'accepted' && line.submission === submission)) return 'later';
  const next = { ...claim, payments: [...claim.payments, { payment, amount, submission }] };
  // While an appeal is under way, or after the file is closed, money moves and the claim does not.
  return { now: { ...next, state: ['accepted', 'partly-accepted', 'paid', 'paid-short'].includes(claim.state) ? stateOf(next) : claim.state }, said: 'paid', lines: [] };
}

function hearDecision(claim: Claim, { submission, decision, reason, acceptedLines }: MakerNews): Heard {
  if (submission > claim.submission) return 'later';
  if (submission < claim.submission) return { ignored: 'an older submission' };
  if (claim.state !== 'submitted') return { ignored: 'decided before' };
  if (decision === 'returned') return { now: { ...claim, state: 'returned', returnReason: reason ?? 'no-reason' }, said: 'returned', lines: [] };
  const accepts = ({ lineId }: ClaimLine): boolean => decision !== 'rejected' && (acceptedLines?.includes(lineId) ?? decision === 'accepted');
  const decided = claim.lines.filter(({ outcome }) => outcome === 'open').map((line): ClaimLine =>
    accepts(line) ? { ...openLine(line), outcome: 'accepted', submission } : { ...openLine(line), outcome: 'rejected', submission, reason: reason ?? 'no-reason' });
  const next = { ...claim, lines: claim.lines.map((line) => decided.find(({ lineId }) => lineId === line.lineId) ?? line) };
  return { now: { ...next, state: stateOf(next) }, said: decided.some(({ outcome }) => outcome === 'accepted') ? 'accepted' : 'rejected', lines: decided };
}
