/**
 * The SMS gateway: a signed HTTP request hands a message over, the message's id makes the request safe to repeat, and
 * a signed receipt tells later what became of it.
 */
import { Callbacks } from './callbacks.mjs';
import { Bounded, Faults } from './memory.mjs';
import { checkSecret } from './signed.mjs';
import { Refused, controls, escapeHtml, host, jsonOf, linkify, page, requireSigned, run, serve, settings, underFault, waiting } from './web.mjs';

const ON_PAGE = 200;
const UNDELIVERED = 'undelivered';

/**
 * @typedef {{ id: string, to: string, text: string, at: string, state: 'delivered' | 'failed', duplicates: number,
 *   receipt: import('./callbacks.mjs').Call | null }} Sms
 */

/** @type {Bounded<Sms>} */
const messages = new Bounded();
const faults = new Faults([UNDELIVERED]);
const nothingCounted = () => ({ sent: 0, duplicates: 0, conflicts: 0 });
let counts = nothingCounted();

/** @param {any} body */
function checkMessage(body) {
  const { id, to, text, callback } = body ?? {};
  if (typeof id !== 'string' || !/^[\w-]{1,100}$/.test(id)) throw new Refused(422, 'id', 'id: 1 to 100 of A-Z a-z 0-9 _ -');
  if (typeof to !== 'string' || !/^\+?\d{6,15}$/.test(to)) throw new Refused(422, 'to', 'to: a phone number, digits only, + in front allowed');
  if (typeof text !== 'string' || !text || text.length > 2000) throw new Refused(422, 'text', 'text: 1 to 2000 characters');
  if (callback !== undefined && !/^https?:\/\//.test(callback)) throw new Refused(422, 'callback', 'callback: an http address');
}

/** @param {Callbacks} callbacks @param {string | undefined} receiptUrl @param {any} body @param {import('./memory.mjs').Fault} fault */
function accept(callbacks, receiptUrl, body, fault) {
  const { id, to, text, callback } = body;
  const yes = { status: 202, json: { id, state: 'accepted' } };
  const known = messages.get(id);
  if (known && (known.to !== to || known.text !== text)) {
    counts.conflicts += 1;
    throw new Refused(409, 'id-taken', 'this id was used for another message');
  }
  if (known) {
    known.duplicates += 1;
    counts.duplicates += 1;
    messages.changed();
    return yes;
  }
  const at = new Date().toISOString();
  /** @type {Sms} */
  const sms = { id, to, text, at, state: fault.mode === UNDELIVERED ? 'failed' : 'delivered', duplicates: 0, receipt: null };
  messages.set(id, sms);
  counts.sent += 1;
  const url = callback ?? receiptUrl;
  if (url) {
    callbacks.send(id, url, `receipt_${id}`, { id, state: sms.state, at }, (call) => {
      sms.receipt = call;
      messages.changed();
    });
  }
  return yes;
}

/** @param {Sms} sms */
const article = (sms) => `<article><strong>${escapeHtml(sms.to)}</strong> <small>${escapeHtml(sms.at)} · ${escapeHtml(sms.state)} · receipt ${
  escapeHtml(sms.receipt?.state ?? 'not asked for')}${sms.duplicates ? ` · repeated ${sms.duplicates} times, sent once` : ''}</small>
<pre>${linkify(sms.text)}</pre></article>`;

/** @param {URLSearchParams} query @returns {(sms: Sms) => boolean} */
function asked(query) {
  // A "+" that a caller forgot to encode arrives as a space.
  const to = query.get('to')?.trim().replace(/^\+/, '');
  const since = Date.parse(query.get('since') ?? '') || 0;
  return (sms) => (!to || sms.to.replace(/^\+/, '') === to) && Date.parse(sms.at) >= since;
}

await run(async () => {
  const { host: at, port, secret, 'receipt-url': receiptUrl } = settings({
    host,
    port: { env: 'SMS_PORT', or: '0' },
    secret: { env: 'SMS_SECRET' },
    'receipt-url': { env: 'SMS_RECEIPT_URL', or: '' },
  });
  checkSecret(secret);
  const callbacks = new Callbacks(secret);
  const forget = () => {
    callbacks.reset();
    counts = nothingCounted();
    messages.clear();
  };
  const { url } = await serve(
    {
      ...controls(faults, forget),
      'GET /': ({ query }) => ({
        html: page('SMS', messages.list().filter(asked(query)).reverse().slice(0, ON_PAGE).map(article).join('') || '<p>No message yet.</p>'),
      }),
      'POST /messages': (request) => {
        requireSigned(secret, request);
        const body = jsonOf(request);
        checkMessage(body);
        return underFault(faults, (fault) => accept(callbacks, receiptUrl || undefined, body, fault));
      },
      'GET /messages': async ({ query }) => ({ json: await messages.when(asked(query), waiting(query)) }),
      'GET /counts': () => ({ json: counts }),
      'DELETE /messages': () => (forget(), { status: 204 }),
    },
    Number(port),
    at,
  );
  return [url];
});
