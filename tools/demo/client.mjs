// Talks to a running platform as one of the demo people.
import { randomUUID } from 'node:crypto';
import { idOf } from './people.mjs';

/** What a running platform tells about itself (.run/…/platform.json). @typedef {{ issuer: string, urls: Record<string, string[]> }} Addresses */

/** An answer that was not expected: says what was asked and what came back. */
export class Unexpected extends Error {}

/** @param {Addresses} addresses */
export function client(addresses) {
  /** @type {Map<string, Promise<string>>} */
  const tokens = new Map();
  const token = (/** @type {string} */ login, password = 'demo') => {
    let known = tokens.get(login);
    if (!known) {
      known = fetch(`${addresses.issuer}/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'password', client_id: 'aftersales-cli', username: login, password }) })
        .then(async (answer) => {
          if (!answer.ok) throw new Unexpected(`no token for ${login}: ${await answer.text()}`);
          return /** @type {{ access_token: string }} */ (await answer.json()).access_token;
        });
      known.catch(() => tokens.delete(login));
      tokens.set(login, known);
    }
    return known;
  };

  /**
   * @param {string} login                 who asks
   * @param {string} route                 'POST hq/organisation/stores/…' – service first
   * @param {object} [options]
   * @param {unknown} [options.body]
   * @param {number | string} [options.ifMatch]
   * @param {string} [options.key]         Idempotency-Key; a new one unless given
   * @param {number} [options.replica]
   * @param {number} [options.expect]      status; default: any 2xx
   * @param {AbortSignal} [options.signal] gives up waiting
   * @returns {Promise<any>} the body, with `status` and `etag` beside it when `expect` is given
   */
  async function ask(login, route, { body, ifMatch, key = randomUUID(), replica = 0, expect, signal } = {}) {
    const [method = 'GET', path = ''] = route.split(' ');
    const [service = '', ...rest] = path.split('/');
    const urls = addresses.urls[service] ?? [];
    const answer = await fetch(`${urls[replica % urls.length]}/api/${service}/${rest.join('/')}`, {
      method,
      signal,
      headers: {
        authorization: `Bearer ${await token(login)}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(method === 'POST' && { 'idempotency-key': key }),
        ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const json = text ? JSON.parse(text) : undefined;
    if (expect === undefined ? !answer.ok : answer.status !== expect) throw new Unexpected(`${login}: ${route} → ${answer.status} ${text.slice(0, 600)}`);
    return json;
  }

  /**
   * A POST of the demo data: its key follows from what is asked, so that a load that was interrupted and runs again makes nothing twice.
   * @param {string} login @param {string} route @param {unknown} body
   */
  const once = (login, route, body) => ask(login, route, { body, key: idOf(`${route} ${JSON.stringify(body)}`) });
  return { ask, once, token };
}
/** @typedef {ReturnType<typeof client>} Client */
