/** What the car maker decides, told beforehand by a test or a demonstration; untold, it accepts and pays. */
import { Refused } from './web.mjs';

export const DECISIONS = ['accepted', 'partly-accepted', 'returned', 'rejected'];

/**
 * One rule. Absent `claimNumber` or `submission` means any; the first rule that fits decides. `times` limits how often.
 * `decision: 'none'` is a maker that never answers. `pay: false` waits for POST /pay, a number pays that amount.
 * @typedef {{ kind?: 'claim' | 'pre-approval', claimNumber?: string, request?: string, any?: boolean, submission?: number,
 *   decision?: string, reason?: string, acceptedLines?: unknown[], pay?: boolean | number, times?: number,
 *   approved?: boolean, validDays?: number }} Rule
 */

/** @param {Rule} rule */
function check(rule) {
  const kind = rule?.kind ?? 'claim';
  if (kind === 'pre-approval' && typeof rule.approved === 'boolean') return;
  if (kind === 'claim' && [...DECISIONS, 'none'].includes(rule?.decision ?? '')) return;
  throw new Refused(422, 'rule', `a rule has a decision (${DECISIONS.join(', ')}, none), or kind pre-approval and approved true or false`);
}

export class Script {
  /** @type {Rule[]} */
  rules = [];

  /** @param {any} rules the whole script, in place of the old one */
  replace(rules) {
    if (!Array.isArray(rules) || rules.length > 1000) throw new Refused(422, 'script', 'a list of at most 1000 rules');
    rules.forEach(check);
    this.rules = rules.map((rule) => ({ kind: 'claim', ...rule }));
  }

  /** @param {'claim' | 'pre-approval'} kind @param {{ claimNumber?: string, submission?: number, request?: string }} subject @returns {Rule} */
  take(kind, { claimNumber, submission, request }) {
    const fits = this.rules.find(
      (rule) =>
        rule.kind === kind &&
        (rule.claimNumber ?? claimNumber) === claimNumber &&
        (rule.submission ?? submission) === submission &&
        (rule.request ?? request) === request &&
        rule.times !== 0,
    );
    if (fits?.times) fits.times -= 1;
    return fits ?? (kind === 'claim' ? { decision: 'accepted' } : { approved: true });
  }
}
