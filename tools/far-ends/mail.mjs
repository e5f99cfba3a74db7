/**
 * The outside world's mail server: takes every mail, delivers none, shows them all. SMTP on one port, a page and a
 * JSON API on another.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { Bounded, Faults } from './memory.mjs';
import { controls, escapeHtml, host, linkify, page, run, serve, settings, waiting } from './web.mjs';

const SIZE_LIMIT = 5 * 1024 * 1024;
const ON_PAGE = 200;

/**
 * `to` and `from` are those of the envelope (where the mail really goes), `headers` what the letter says of itself.
 * @typedef {{ id: string, to: string[], from: string, subject: string, text: string, html: string,
 *   headers: Record<string, string>, attachments: { name: string, type: string, size: number }[], at: string }} Mail
 */

/** @type {Bounded<Mail>} */
const mails = new Bounded();
const faults = new Faults();

/** @param {number} code @param {string} text */
const smtpError = (code, text) => Object.assign(new Error(text), { responseCode: code });

/** @param {Buffer} raw @param {import('smtp-server').SMTPServerSession} session */
async function keep(raw, { envelope }) {
  const letter = await PostalMime.parse(raw);
  const id = randomUUID();
  mails.set(id, {
    id,
    to: envelope.rcptTo.map(({ address }) => address.toLowerCase()),
    from: envelope.mailFrom ? envelope.mailFrom.address.toLowerCase() : '',
    subject: letter.subject ?? '',
    text: letter.text ?? '',
    html: letter.html ?? '',
    headers: Object.fromEntries(letter.headers.map(({ key, value }) => [key, value])),
    attachments: letter.attachments.map((a) => ({
      name: a.filename ?? '',
      type: a.mimeType,
      size: typeof a.content === 'string' ? a.content.length : a.content.byteLength,
    })),
    at: new Date().toISOString(),
  });
}

const smtp = new SMTPServer({
  banner: 'demo mail',
  authOptional: true,
  disabledCommands: ['AUTH', 'STARTTLS'],
  disableReverseLookup: true,
  size: SIZE_LIMIT,
  rejectOversized: true,
  logger: false,
  closeTimeout: 100,
  onMailFrom(_address, session, done) {
    const fault = faults.take();
    // Kept with the session: one fault is one mail, and a connection carries many.
    /** @type {any} */ (session).fault = fault;
    done(fault.mode === 'reject' ? smtpError(fault.status ?? 451, 'fault on order') : undefined);
  },
  async onData(stream, session, done) {
    try {
      const parts = [];
      for await (const part of stream) if (!stream.sizeExceeded) parts.push(part);
      // smtp-server answers 552 itself, whatever is said here.
      if (stream.sizeExceeded) return done();
      await keep(Buffer.concat(parts), session);
      const { mode, ms, status } = /** @type {import('./memory.mjs').Fault} */ (/** @type {any} */ (session).fault);
      if (mode === 'slow') await delay(ms);
      if (mode !== 'fail-after-accept') return done();
      if (status) return done(smtpError(status, 'fault on order'));
      // Cut before the answer: the sender can't know that the mail was taken.
      for (const connection of smtp.connections) if (connection.id === session.id) /** @type {any} */ (connection)._socket.destroy();
    } catch (error) {
      console.error(error);
      done(smtpError(451, 'defect'));
    }
  },
});
// A client that hangs up is daily life; without a listener it would end the process.
smtp.on('error', (error) => console.error(`smtp: ${error.message}`));

/** @param {URLSearchParams} query @returns {(mail: Mail) => boolean} */
function asked(query) {
  const to = query.get('to')?.toLowerCase();
  const since = Date.parse(query.get('since') ?? '') || 0;
  return (mail) => (!to || mail.to.includes(to)) && Date.parse(mail.at) >= since;
}

/** @param {Mail} mail */
const article = (mail) => `<article><strong>${escapeHtml(mail.subject)}</strong><br>
<small>${escapeHtml(mail.at)} · from ${escapeHtml(mail.from)} · to ${escapeHtml(mail.to.join(', '))}${
  mail.attachments.map((a) => ` · ${escapeHtml(a.name)} (${escapeHtml(a.type)}, ${a.size} bytes)`).join('')}</small>
<pre>${linkify(mail.text)}</pre>${
  // The frame may open links in a new tab, and nothing else: no scripts, no forms, no look at this page.
  mail.html && `<details><summary>as HTML</summary><iframe sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${
    escapeHtml(`<base target="_blank">${mail.html}`)}"></iframe></details>`}</article>`;

await run(async () => {
  const { host: at, 'smtp-port': smtpPort, 'http-port': httpPort } = settings({
    host,
    'smtp-port': { env: 'MAIL_SMTP_PORT', or: '0' },
    'http-port': { env: 'MAIL_HTTP_PORT', or: '0' },
  });
  await new Promise((resolve, reject) => {
    smtp.once('error', reject);
    smtp.listen(Number(smtpPort), at, () => resolve(smtp.off('error', reject)));
  });
  const { url } = await serve(
    {
      ...controls(faults, () => mails.clear()),
      'GET /': ({ query }) => ({
        html: page('Mail', mails.list().filter(asked(query)).reverse().slice(0, ON_PAGE).map(article).join('') || '<p>No mail yet.</p>'),
      }),
      'GET /messages': async ({ query }) => ({ json: await mails.when(asked(query), waiting(query)) }),
      'DELETE /messages': () => (mails.clear(), { status: 204 }),
    },
    Number(httpPort),
    at,
  );
  const bound = /** @type {import('node:net').AddressInfo} */ (smtp.server.address());
  return [url, `smtp://${at}:${bound.port}`];
});
