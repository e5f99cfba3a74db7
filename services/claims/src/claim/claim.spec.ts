import fc from 'fast-check';
import { allowedMoves, appeal, approverRoles, archive, check, evidenceAdded, followLines, moves, openLine, owed, paid, placeLines, stateOf, submit, type Claim } from './claim';
import { hear, type MakerNews } from './maker-news';

const bare = (lineId: string, amount = 100) => ({ lineId, kind: 'part' as const, faultCode: 'B1', partNumber: 'P', safety: false, amount: { amount, currency: 'CNY' } });
const draft: Claim = { state: 'draft', submission: 0, lines: [openLine(bare('a')), openLine(bare('b', 50))], payments: [], returnReason: null, submittedBy: null };
const news = (submission: number, decision: MakerNews['decision'], more: Partial<MakerNews> = {}): MakerNews => ({ submission, decision, reason: null, acceptedLines: null, payment: null, amount: null, currency: null, ...more });
const sent = () => submit(check(draft, []), 'clerk', []);
const after = (claim: Claim, ...all: MakerNews[]): Claim => all.reduce((now, one) => {
  const heard = hear(now, one);
  return heard === 'later' || 'ignored' in heard ? now : heard.now;
}, claim);
const code = (expected: string) => expect.objectContaining({ code: expected });

describe('a claim', () => {
  it('CLM-4 is checked and submitted only with complete evidence', () => {
    expect(() => check(draft, ['photos'])).toThrow(code('claim.evidence-complete'));
    expect(() => submit(check(draft, []), 'clerk', ['customer-signature'])).toThrow(code('claim.evidence-complete'));
    expect(sent()).toMatchObject({ state: 'submitted', submission: 1, submittedBy: 'clerk' });
  });

  it('CLM-4 new evidence wants a new look', () => {
    expect(evidenceAdded(check(draft, [])).state).toBe('draft');
    expect(() => evidenceAdded(sent())).toThrow(code('claim.move'));
  });

  it('CLM-4 follows the visit’s lines until it is submitted, and without lines there is nothing to claim', () => {
    expect(followLines(check(draft, []), [bare('a'), bare('b', 50)]).state).toBe('checked');
    expect(followLines(check(draft, []), [bare('a', 99), bare('b', 50)]).state).toBe('draft');
    expect(followLines(draft, [])).toMatchObject({ state: 'dropped', lines: [] });
    expect(followLines(followLines(draft, []), [bare('a')]).state).toBe('draft');
    expect(followLines(sent(), [bare('a', 1)])).toEqual(sent());
  });

  it.each([
    ['accepted in whole', [news(1, 'accepted')], 'accepted'],
    ['in part', [news(1, 'partly-accepted', { acceptedLines: ['a'], reason: 'labour' })], 'partly-accepted'],
    ['"in part" with nothing left is a rejection', [news(1, 'partly-accepted', { acceptedLines: [] })], 'rejected'],
    ['rejected', [news(1, 'rejected', { reason: 'misuse' })], 'rejected'],
    ['returned', [news(1, 'returned', { reason: 'photo' })], 'returned'],
    ['paid', [news(1, 'accepted'), news(1, 'paid', { payment: 'p', amount: 150, currency: 'CNY' })], 'paid'],
    ['paid short', [news(1, 'accepted'), news(1, 'paid', { payment: 'p', amount: 149 })], 'paid-short'],
    ['paid short, then the rest', [news(1, 'accepted'), news(1, 'paid', { payment: 'p', amount: 149 }), news(1, 'paid', { payment: 'q', amount: 1 })], 'paid'],
    ['the same payment twice', [news(1, 'accepted'), news(1, 'paid', { payment: 'p', amount: 75 }), news(1, 'paid', { payment: 'p', amount: 75 })], 'paid-short'],
    ['a second decision', [news(1, 'accepted'), news(1, 'rejected')], 'accepted'],
    ['a payment in other money', [news(1, 'accepted'), news(1, 'paid', { payment: 'p', amount: 150, currency: 'TWD' })], 'accepted'],
  ] as [string, MakerNews[], string][])('CLM-4 the maker says: %s', (_name, said, state) => expect(after(sent(), ...said).state).toBe(state));

  it('CLM-5 a call about an older submission changes nothing; a payment before its decision waits', () => {
    const again = submit(check(after(sent(), news(1, 'returned')), []), 'clerk', []);
    expect(hear(again, news(1, 'accepted'))).toEqual({ ignored: 'an older submission' });
    expect(hear(again, news(2, 'paid', { payment: 'p', amount: 1 }))).toBe('later');
    expect(hear(again, news(3, 'accepted'))).toBe('later');
  });

  it('CLM-4 a rejected line goes to internal or goodwill by somebody who did not send the claim; before that nothing is archived', () => {
    const rejected = after(sent(), news(1, 'rejected'));
    expect(() => archive(rejected, null)).toThrow(code('claim.rejected-lines-placed'));
    expect(() => placeLines(rejected, [{ lineId: 'a', payer: 'internal' }], 'clerk', new Date(0))).toThrow(code('claim.two-people'));
    const half = placeLines(rejected, [{ lineId: 'a', payer: 'internal' }], 'manager', new Date(0));
    expect(() => archive(half, null)).toThrow(code('claim.rejected-lines-placed'));
    expect(() => placeLines(half, [{ lineId: 'a', payer: 'goodwill' }], 'manager', new Date(0))).toThrow(code('claim.place-rejected-lines'));
    expect(archive(placeLines(half, [{ lineId: 'b', payer: 'goodwill' }], 'manager', new Date(0)), null).state).toBe('archived');
  });

  it('CLM-4 an appeal sends only the rejected lines that nobody took; what was accepted stays and is paid meanwhile', () => {
    const partly = after(sent(), news(1, 'partly-accepted', { acceptedLines: ['a'] }));
    const appealed = appeal(partly, 'clerk');
    expect([appealed.state, appealed.submission, appealed.lines.filter(({ outcome }) => outcome === 'open').map(({ lineId }) => lineId)]).toEqual(['submitted', 2, ['b']]);
    const paidMeanwhile = after(appealed, news(1, 'paid', { payment: 'p', amount: 100 }));
    expect([paidMeanwhile.state, paid(paidMeanwhile)]).toEqual(['submitted', 100]);
    expect(after(paidMeanwhile, news(2, 'accepted', { acceptedLines: ['b'] })).state).toBe('paid-short');
    expect(after(paidMeanwhile, news(2, 'rejected')).state).toBe('paid');
    expect(() => appeal(after(sent(), news(1, 'accepted'), news(1, 'paid', { payment: 'p', amount: 150 })), 'clerk')).toThrow(code('claim.appeal-rejected-lines'));
  });

  it('CLM-4 paid short is archived only with a reason', () => {
    const short = after(sent(), news(1, 'accepted'), news(1, 'paid', { payment: 'p', amount: 1 }));
    expect(() => archive(short, null)).toThrow(code('claim.short-reason'));
    expect(archive(short, 'exchange rate').state).toBe('archived');
  });

  it('CLM-4 each person is offered the moves of their post', () => {
    expect(allowedMoves(draft, ['claims-clerk'])).toEqual(['evidence', 'check']);
    expect(allowedMoves(draft, ['advisor'])).toEqual([]);
    const rejected = after(sent(), news(1, 'rejected'));
    expect([allowedMoves(rejected, ['claims-clerk']), allowedMoves(rejected, ['store-manager'])]).toEqual([['appeal'], ['place-lines']]);
  });
});

/** Everything that people and the maker can try, in any order. */
type Step = (claim: Claim) => Claim;
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constant<Step>((claim) => check(claim, [])),
  fc.constant<Step>((claim) => submit(claim, 'clerk', [])),
  fc.constant<Step>((claim) => appeal(claim, 'clerk')),
  fc.constant<Step>((claim) => evidenceAdded(claim)),
  fc.constant<Step>((claim) => archive(claim, 'reason')),
  fc.subarray(['a', 'b'], { minLength: 1 }).map((ids): Step => (claim) => placeLines(claim, ids.map((lineId) => ({ lineId, payer: 'goodwill' as const })), 'manager', new Date(0))),
  fc.subarray(['a', 'b']).map((ids): Step => (claim) => followLines(claim, ids.map((id) => bare(id)))),
  fc.record({ submission: fc.integer({ min: 1, max: 3 }), decision: fc.constantFrom('accepted', 'partly-accepted', 'returned', 'rejected', 'paid' as const), acceptedLines: fc.option(fc.subarray(['a', 'b'])), payment: fc.constantFrom('p', 'q'), amount: fc.integer({ min: 1, max: 200 }) })
    .map(({ submission, decision, ...more }): Step => (claim) => after(claim, news(submission, decision, more))),
);

it('CLM-4 whatever is tried in whatever order: only legal moves, no payment twice, no line lost, no rejected line left on nobody in the archive', () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
    let claim = draft;
    for (const take of steps) {
      const before = claim;
      try {
        claim = take(claim);
      } catch (error) {
        expect(error).toMatchObject({ name: 'Refused' });
        expect(claim).toEqual(before);
        continue;
      }
      expect(claim.submission).toBeGreaterThanOrEqual(before.submission);
      expect(new Set(claim.payments.map(({ payment }) => payment)).size).toBe(claim.payments.length);
      if (before.submission > 0 && !['returned', 'checked', 'draft', 'dropped'].includes(before.state)) expect(claim.lines.map(({ lineId }) => lineId)).toEqual(before.lines.map(({ lineId }) => lineId));
      if (['accepted', 'partly-accepted', 'rejected', 'paid', 'paid-short'].includes(claim.state)) expect(claim.state).toBe(stateOf(claim));
      if (claim.state === 'paid') expect(paid(claim)).toBeGreaterThanOrEqual(owed(claim));
      if (claim.state === 'archived') expect(claim.lines.every(({ outcome, placed }) => outcome === 'accepted' || placed)).toBe(true);
    }
  }), { numRuns: 500 });
});

it('CLM-4 every move of the table is somebody’s', () => expect(moves.every(({ roles, from }) => roles.length > 0 && from.length > 0) && approverRoles.length > 0).toBe(true));
