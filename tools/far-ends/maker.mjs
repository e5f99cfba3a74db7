/**
 * The car maker's claim system (CLM-5, CLM-11): takes signed claims, decides by a script, calls back signed, pays.
 * A claim is known by its number, an attempt at it by its submission; both together make a request safe to repeat.
 */
import { isDeepStrictEqual } from 'node:util';
import { Callbacks } from './callbacks.mjs';
import { Script } from './maker-script.mjs';
import { Bounded, Faults } from './memory.mjs';
import { checkSecret } from './signed.mjs';
import { Refused, controls, escapeHtml, host, jsonOf, page, requireSigned, run, serve, settings, underFault, waiting } from './web.mjs';

const ON_PAGE = 200;
const DAY_MS = 86_400_000;

/**
 * Amounts are whole minor units, as everywhere in the platform.
 * @typedef {{ line: string | number, amount: number, currency: string }} Line
 * @typedef {{ claimNumber: string, submission: number, store: string, vin: string, lines: Line[], evidence: object }} Sent
 * @typedef {{ sent: Sent, at: string, reference: string, decision: string | null, reason: string | null, acceptedLines: unknown[],
 *   paid: number, payments: number, duplicates: number, callbacks: Record<string, import('./callbacks.mjs').Call> }} Claim
 */

/** @type {Bounded<Claim>} */
const claims = new Bounded();
/** @type {Bounded<{ sent: any, answer: object, duplicates: number }>} */
const preApprovals = new Bounded();
const faults = new Faults();
const script = new Script();
let number = 0;

/** @param {any} body */
function checkClaim(body) {
  const { claimNumber, submission, vin, lines } = body ?? {};
  const wrong = (/** @type {string} */ what) => new Refused(422, 'claim', what);
  if (typeof claimNumber !== 'string' || !/^[\w-]{1,100}$/.test(claimNumber)) throw wrong('claimNumber: 1 to 100 of A-Z a-z 0-9 _ -');
  if (!Number.isInteger(submission) || submission < 1) throw wrong('submission: 1, 2, …');
  if (typeof vin !== 'string' || !vin) throw wrong('vin: missing');
  if (!Array.isArray(lines) || !lines.length) throw wrong('lines: at least one');
  for (const { line, amount, currency } of lines.map((/** @type {any} */ one) => one ?? {})) {
    if (typeof line !== 'string' && typeof line !== 'number') throw wrong('lines: each has a line');
    if (!Number.isSafeInteger(amount) || amount < 0) throw wrong('lines: each has an amount in whole minor units');
    if (typeof currency !== 'string' || currency !== lines[0].currency) throw wrong('lines: each has the same currency');
  }
}

/** @param {Claim} claim */
const owed = ({ sent, acceptedLines, paid }) =>
  sent.lines.filter(({ line }) => acceptedLines.includes(line)).reduce((sum, { amount }) => sum + amount, 0) - paid;

/** @param {{ callbacks: Callbacks, url: string }} outside @param {Claim} claim @param {string} id @param {object} news */
function tell({ callbacks, url }, claim, id, news) {
  const { claimNumber, submission, store } = claim.sent;
  if (!url) return;
  const payload = { claimNumber, submission, store, ...news, at: new Date().toISOString() };
  callbacks.send(claimNumber, url, `${claimNumber}_${submission}_${id}`, payload, (call) => {
    claim.callbacks[id] = call;
    claims.changed();
  });
}

/** @param {any} outside @param {Claim} claim @param {number} amount */
function pay(outside, claim, amount) {
  claim.paid += amount;
  claim.payments += 1;
  const payment = `${claim.reference}-${claim.payments}`;
  tell(outside, claim, `paid${claim.payments}`, { decision: 'paid', amount, currency: claim.sent.lines[0].currency, payment });
}

/** @param {any} outside @param {Sent} sent */
function accept(outside, sent) {
  const key = `${sent.claimNumber} ${sent.submission}`;
  const known = claims.get(key);
  if (known && !isDeepStrictEqual(known.sent, sent)) throw new Refused(409, 'submission-taken', 'this submission was made with other content');
  const reference = known?.reference ?? `MK-${++number}`;
  const yes = { status: 202, json: { claimNumber: sent.claimNumber, submission: sent.submission, state: 'received', reference } };
  if (known) {
    known.duplicates += 1;
    claims.changed();
    return yes;
  }
  const rule = script.take('claim', sent);
  const decision = rule.decision === 'none' ? null : rule.decision ?? 'accepted';
  const all = sent.lines.map(({ line }) => line);
  const acceptedLines = decision === 'accepted' ? all : decision === 'partly-accepted' ? rule.acceptedLines ?? all.slice(0, -1) : [];
  /** @type {Claim} */
  const claim = { sent, at: new Date().toISOString(), reference, decision, reason: rule.reason ?? null, acceptedLines, paid: 0, payments: 0, duplicates: 0, callbacks: {} };
  claims.set(key, claim);
  if (!decision) return yes;
  const granted = decision === 'accepted' || decision === 'partly-accepted';
  tell(outside, claim, decision, { decision, ...(rule.reason && { reason: rule.reason }), ...(granted && { acceptedLines }) });
  if (granted && rule.pay !== false) pay(outside, claim, typeof rule.pay === 'number' ? rule.pay : owed(claim));
  return yes;
}

/** @param {any} outside @param {any} order */
function payOnOrder(outside, order) {
  const claim = claims.list().findLast(({ sent, acceptedLines }) => sent.claimNumber === order?.claimNumber && acceptedLines.length);
  if (!claim) throw new Refused(404, 'nothing-accepted', 'no accepted submission of this claim');
  const amount = order.amount ?? owed(claim);
  // Minus is a chargeback after an audit (CLM-13).
  if (!Number.isSafeInteger(amount) || amount === 0) throw new Refused(409, 'nothing-owed', 'all is paid; give an amount to pay more');
  pay(outside, claim, amount);
  return { status: 202, json: shown(claim) };
}

/** @param {any} sent */
function preApprove(sent) {
  if (typeof sent?.request !== 'string' || !sent.request) throw new Refused(422, 'request', 'request: the number that makes it safe to repeat');
  const known = preApprovals.get(sent.request);
  if (known && !isDeepStrictEqual(known.sent, sent)) throw new Refused(409, 'request-taken', 'this request was made with other content');
  if (known) {
    known.duplicates += 1;
    return { json: known.answer };
  }
  const { approved, reason, validDays = 30 } = script.take('pre-approval', sent);
  // From the asker's clock where it is given: a demonstration's clock may be days ahead of this one.
  const from = Date.parse(sent.at) || Date.now();
  const answer = approved
    ? { approved, number: `PA-${++number}`, validUntil: new Date(from + validDays * DAY_MS).toISOString() }
    : { approved, reason: reason ?? 'not-covered' };
  preApprovals.set(sent.request, { sent, answer, duplicates: 0 });
  return { json: answer };
}

/** @param {Claim} claim */
const shown = ({ sent, ...rest }) => ({ ...sent, ...rest });

/** @param {Claim} claim */
const article = (claim) => `<article><strong>${escapeHtml(claim.sent.claimNumber)}</strong>, submission ${claim.sent.submission}
<small>${escapeHtml(claim.at)} · ${escapeHtml(claim.sent.vin)} · ${claim.sent.lines.length} lines · paid ${claim.paid}</small>
<pre>${escapeHtml(claim.decision ?? 'undecided')} ${escapeHtml(claim.reason)}</pre></article>`;

await run(async () => {
  const { host: at, port, secret, 'callback-url': url } = settings({
    host,
    port: { env: 'MAKER_PORT', or: '0' },
    secret: { env: 'MAKER_SECRET' },
    'callback-url': { env: 'MAKER_CALLBACK_URL', or: '' },
  });
  checkSecret(secret);
  const outside = { callbacks: new Callbacks(secret), url };
  const forget = () => {
    outside.callbacks.reset();
    claims.clear();
    preApprovals.clear();
  };
  const { url: own } = await serve(
    {
      ...controls(faults, () => (forget(), script.replace([]))),
      'GET /': () => ({ html: page('Car maker', claims.list().reverse().slice(0, ON_PAGE).map(article).join('') || '<p>No claim yet.</p>') }),
      'POST /claims': (request) => {
        requireSigned(secret, request);
        const sent = jsonOf(request);
        checkClaim(sent);
        return underFault(faults, () => accept(outside, sent));
      },
      'GET /claims': async ({ query }) => {
        const wanted = query.get('claimNumber');
        return { json: (await claims.when(({ sent }) => !wanted || sent.claimNumber === wanted, waiting(query))).map(shown) };
      },
      'DELETE /claims': () => (forget(), { status: 204 }),
      'POST /pre-approvals': (request) => {
        requireSigned(secret, request);
        const sent = jsonOf(request);
        return underFault(faults, () => preApprove(sent));
      },
      'GET /pre-approvals': () => ({ json: preApprovals.list() }),
      'GET /script': () => ({ json: script.rules }),
      'POST /script': (request) => (script.replace(jsonOf(request)), { json: script.rules }),
      'POST /pay': (request) => payOnOrder(outside, jsonOf(request)),
    },
    Number(port),
    at,
  );
  return [own];
});
