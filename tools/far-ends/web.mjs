/** The little that the far ends need of HTTP: routes, JSON, pages, faults, and a process that starts and ends plainly. */
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { whyRefused } from './signed.mjs';

const BODY_LIMIT = 1024 * 1024;

/**
 * @typedef {{ query: URLSearchParams, headers: import('node:http').IncomingHttpHeaders, raw: Buffer }} Asked
 * @typedef {{ status?: number, json?: unknown, html?: string, cut?: boolean }} Answer
 * @typedef {(asked: Asked) => Answer | Promise<Answer>} Route
 */

/** An answer other than yes, thrown from anywhere in a route. */
export class Refused extends Error {
  /** @param {number} status @param {string} code @param {string} [detail] */
  constructor(status, code, detail = code) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

/** @param {unknown} text */
export const escapeHtml = (text) =>
  String(text ?? '').replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/**
 * Escaped text with its web addresses made clickable. Only ASCII counts as address: Chinese text follows one without
 * a space. Nothing but http and https becomes a link, so no message can smuggle a script in.
 * @param {string} text
 */
export function linkify(text) {
  let html = '';
  let from = 0;
  for (const found of text.matchAll(/https?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]+/g)) {
    const address = found[0].replace(/[.,;:!?)\]']+$/, '');
    const link = escapeHtml(address);
    html += `${escapeHtml(text.slice(from, found.index))}<a href="${link}" target="_blank" rel="noreferrer">${link}</a>`;
    from = found.index + address.length;
  }
  return html + escapeHtml(text.slice(from));
}

/** @param {string} title @param {string} body HTML that is escaped already */
export const page = (title, body) => `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>
body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#222}
article{border-top:1px solid #ccc;padding:.75rem 0}pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;margin:.5rem 0}
small{color:#555}iframe{width:100%;height:24rem;border:1px solid #ccc}button,input{font:inherit;padding:.3rem .6rem}
</style></head><body><h1>${escapeHtml(title)}</h1>${body}</body></html>`;

// No script, nothing loaded from elsewhere: a mail's tracking picture or a stray <script> stays dead even if an escape were forgotten.
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

/** @param {import('node:http').IncomingMessage} request @returns {Promise<Buffer>} */
export async function bodyOf(request, limit = BODY_LIMIT) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > limit) throw new Refused(413, 'too-large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** @param {Asked} asked @returns {any} */
export function jsonOf({ raw }) {
  try {
    return JSON.parse(raw.toString('utf8'));
  } catch {
    throw new Refused(400, 'not-json');
  }
}

/** @param {string} secret @param {Asked} asked */
export function requireSigned(secret, { headers, raw }) {
  const reason = whyRefused(secret, headers, raw);
  if (reason) throw new Refused(401, reason);
}

/** @param {URLSearchParams} query @returns {{ wait: number, min: number }} `?wait=<ms>&min=<n>` of a listing */
export const waiting = (query) => ({ wait: Number(query.get('wait')) || 0, min: Number(query.get('min')) || 1 });

/**
 * @param {import('./memory.mjs').Faults} faults
 * @param {(fault: import('./memory.mjs').Fault) => Answer} work
 * @returns {Promise<Answer>}
 */
export async function underFault(faults, work) {
  const fault = faults.take();
  if (fault.mode === 'reject') throw new Refused(fault.status ?? 503, 'fault-on-order');
  const answer = work(fault);
  if (fault.mode === 'slow') await delay(fault.ms);
  if (fault.mode !== 'fail-after-accept') return answer;
  if (fault.status) throw new Refused(fault.status, 'fault-on-order');
  return { cut: true };
}

/**
 * The control routes that every simulator has.
 * @param {import('./memory.mjs').Faults} faults
 * @param {() => void} reset forgets everything else
 * @returns {Record<string, Route>}
 */
export const controls = (faults, reset) => ({
  'GET /faults': () => ({ json: faults.state }),
  'POST /faults': (asked) => {
    const wrong = faults.set(jsonOf(asked));
    if (wrong) throw new Refused(422, 'fault-unknown', wrong);
    return { json: faults.state };
  },
  'POST /reset': () => {
    faults.set({ mode: 'none' });
    reset();
    return { status: 204 };
  },
});

/** The setting that every far end has: where it listens. One name for all, and none that a shell may hold by chance. */
export const host = { env: 'FAR_END_HOST', or: '127.0.0.1' };

/** @param {import('node:http').RequestListener} listener @param {number} port 0: any */
export function listen(listener, port, at = host.or) {
  const server = createServer(listener);
  return /** @type {Promise<{ url: string, server: import('node:http').Server }>} */ (
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, at, () => {
        const bound = /** @type {import('node:net').AddressInfo} */ (server.address());
        resolve({ url: `http://${at}:${bound.port}`, server });
      });
    })
  );
}

/** @param {Record<string, Route>} routes keys such as `GET /messages` @param {number} port */
export const serve = (routes, port, at = host.or) =>
  listen(async (request, response) => {
    /** @type {Answer} */
    let answer;
    try {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const route = Object.hasOwn(routes, `${request.method} ${url.pathname}`) ? routes[`${request.method} ${url.pathname}`] : undefined;
      if (!route) throw new Refused(404, 'not-found');
      answer = await route({ query: url.searchParams, headers: request.headers, raw: await bodyOf(request) });
    } catch (error) {
      const refused = error instanceof Refused ? error : new Refused(500, 'defect');
      if (refused.status === 500 && refused !== error) console.error(error);
      answer = { status: refused.status, json: { code: refused.code, detail: refused.message } };
    }
    // After a body that was not read to its end the connection can't carry another request.
    if (answer.cut || response.destroyed) return void request.socket.destroy();
    const text = answer.html ?? (answer.json === undefined ? '' : JSON.stringify(answer.json));
    const headers = answer.html === undefined ? { 'content-type': 'application/json' } : PAGE_HEADERS;
    response.writeHead(answer.status ?? 200, { ...headers, ...(request.complete ? {} : { connection: 'close' }) }).end(text);
  }, port, at);

/**
 * Settings of a far end: `--name value` before the environment variable before the default.
 * @template {Record<string, { env: string, or?: string }>} T
 * @param {T} wanted without `or` the setting is required
 * @returns {{ [K in keyof T]: string }}
 */
export function settings(wanted) {
  const options = Object.fromEntries(['run', ...Object.keys(wanted)].map((name) => [name, { type: /** @type {const} */ ('string') }]));
  const { values } = parseArgs({ options });
  const missing = [];
  const found = /** @type {any} */ ({});
  for (const [name, { env, or }] of Object.entries(wanted)) {
    found[name] = values[name] ?? process.env[env] ?? or;
    if (found[name] === undefined) missing.push(`--${name} or ${env}`);
  }
  if (missing.length) throw new Error(`missing: ${missing.join('; ')}`);
  return found;
}

/**
 * One far end as a process: says `ready` and its addresses on stdout, everything else on stderr, ends on a signal.
 * @param {() => Promise<string[]>} start
 */
export async function run(start) {
  // Nothing of worth is in the memory and every connection is local: leaving at once is the clean way.
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
  try {
    console.log(['ready', ...(await start())].join(' '));
  } catch (error) {
    const { code, port, message } = /** @type {any} */ (error);
    console.error(code === 'EADDRINUSE' ? `port ${port} is held by another process` : message);
    process.exit(code === 'EADDRINUSE' ? 1 : 78);
  }
}
