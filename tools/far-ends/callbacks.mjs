/** Signed calls back to the platform: retried with growing waits, in order within one subject. */
import { setTimeout as delay } from 'node:timers/promises';
import { LIMIT } from './memory.mjs';
import { signedHeaders } from './signed.mjs';

// About a minute in all: longer than a service takes to restart, short enough that a test sees a call given up.
const WAITS_MS = [200, 500, 1000, 2000, 5000, 10_000, 20_000, 20_000];
const TIMEOUT_MS = 5000;
const AT_ONCE = 16;

/** @typedef {{ state: 'pending' | 'delivered' | 'given-up', attempts: number, status?: number }} Call */

export class Callbacks {
  #secret;
  #stop = new AbortController();
  /** @type {Map<string, Promise<unknown>>} the last call of each subject */
  #tails = new Map();
  #running = 0;
  /** @type {(() => void)[]} */
  #queue = [];

  /** @param {string} secret */
  constructor(secret) {
    this.#secret = secret;
  }

  /**
   * @param {string} subject calls of one subject go out one after the other, as a reader of decisions expects
   * @param {string} url
   * @param {string} id webhook-id, the same on every retry, so that the receiver can know a second copy
   * @param {object} payload
   * @param {(call: Call) => void} report called on each change
   */
  send(subject, url, id, payload, report) {
    /** @type {Call} */
    const call = { state: 'pending', attempts: 0 };
    report(call);
    // A receiver that is away for long may not fill the memory.
    if (this.#tails.size >= LIMIT) return report(Object.assign(call, { state: 'given-up' }));
    const { signal } = this.#stop;
    const tail = (this.#tails.get(subject) ?? Promise.resolve()).then(async () => {
      const done = await this.#attempts(url, id, JSON.stringify(payload), call, signal);
      if (!signal.aborted) report(Object.assign(call, { state: done ? 'delivered' : 'given-up' }));
    });
    this.#tails.set(subject, tail);
    void tail.finally(() => this.#tails.get(subject) === tail && this.#tails.delete(subject));
  }

  /** @param {string} url @param {string} id @param {string} body @param {Call} call @param {AbortSignal} signal */
  async #attempts(url, id, body, call, signal) {
    for (const wait of [...WAITS_MS, 0]) {
      if (signal.aborted) return false;
      call.attempts += 1;
      call.status = await this.#attempt(url, id, body, signal);
      if (call.status && call.status >= 200 && call.status < 300) return true;
      // Gone: the receiver wants no more of it.
      if (call.status === 410) return false;
      await delay(wait, undefined, { signal }).catch(() => undefined);
    }
    console.error(`gave up calling back ${id}: last status ${call.status ?? 'none'}`);
    return false;
  }

  /** @param {string} url @param {string} id @param {string} body @param {AbortSignal} stop @returns {Promise<number | undefined>} */
  async #attempt(url, id, body, stop) {
    if (this.#running >= AT_ONCE) await /** @type {Promise<void>} */ (new Promise((go) => this.#queue.push(go)));
    this.#running += 1;
    try {
      const answer = await fetch(url, {
        method: 'POST',
        // Signed anew for each attempt: the receiver refuses a timestamp older than five minutes.
        headers: { 'content-type': 'application/json', ...signedHeaders(this.#secret, id, body) },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      await answer.body?.cancel();
      return answer.status;
    } catch {
      return undefined;
    } finally {
      this.#running -= 1;
      this.#queue.shift()?.();
    }
  }

  /** Forgets the calls under way. */
  reset() {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#tails.clear();
  }
}
