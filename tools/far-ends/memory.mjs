/** What a far end remembers: bounded, resettable, and possible to wait for without polling. */
import { EventEmitter, once } from 'node:events';

export const LIMIT = 20_000;
const LONGEST_WAIT_MS = 30_000;

/**
 * A map that drops its oldest entry beyond the limit, so that a load test of hours can't fill the memory.
 * @template V
 */
export class Bounded {
  /** @type {Map<string, V>} */
  #entries = new Map();
  #changes = new EventEmitter().setMaxListeners(0);
  #limit;

  constructor(limit = LIMIT) {
    this.#limit = limit;
  }

  /** @param {string} key @returns {V | undefined} */
  get(key) {
    return this.#entries.get(key);
  }

  /** @param {string} key @param {V} value */
  set(key, value) {
    this.#entries.set(key, value);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#limit) break;
      this.#entries.delete(oldest);
    }
    this.changed();
    return value;
  }

  /** @param {string} key */
  delete(key) {
    this.#entries.delete(key);
  }

  /** @returns {V[]} oldest first */
  list() {
    return [...this.#entries.values()];
  }

  clear() {
    this.#entries.clear();
    this.changed();
  }

  /** To be called after an entry was changed in place: wakes those who wait in `when`. */
  changed() {
    this.#changes.emit('changed');
  }

  /**
   * The entries that pass, at once, or with `wait` as soon as `min` of them are there (else what there is by then).
   * @param {(value: V) => boolean} passes
   * @param {{ wait?: number, min?: number }} [options]
   * @returns {Promise<V[]>}
   */
  async when(passes, { wait = 0, min = 1 } = {}) {
    const signal = AbortSignal.timeout(Math.min(wait, LONGEST_WAIT_MS));
    for (;;) {
      const found = this.list().filter(passes);
      if (wait <= 0 || found.length >= min || signal.aborted) return found;
      await once(this.#changes, 'changed', { signal }).catch(() => undefined);
    }
  }
}

/**
 * @typedef {{ mode: string, ms: number, status?: number }} Fault
 *
 * Faults on order. `reject` does nothing and says so; `slow` does it and answers late; `fail-after-accept` does it
 * and then cuts the connection, or answers `status` where one is given. `hits` counts what was really disturbed: a fault
 * test that disturbed nothing has proved nothing.
 */
export class Faults {
  static MODES = ['none', 'reject', 'slow', 'fail-after-accept'];
  #modes;
  /** @type {{ mode: string, left: number | null, ms: number, status?: number, hits: number }} */
  state = { mode: 'none', left: null, ms: 0, hits: 0 };

  /** @param {string[]} [more] modes that only this far end has */
  constructor(more = []) {
    this.#modes = [...Faults.MODES, ...more];
  }

  /**
   * @param {any} order `{ mode, count?, ms?, status? }`; without a count it lasts until the next order
   * @returns {string | undefined} what is wrong with the order
   */
  set(order) {
    const { mode, count, ms = 3000, status } = order ?? {};
    if (!this.#modes.includes(mode)) return `mode: one of ${this.#modes.join(', ')}`;
    if (count !== undefined && !(Number.isInteger(count) && count > 0)) return 'count: a whole number above 0, or absent';
    if (!(Number.isInteger(ms) && ms >= 0 && ms <= 600_000)) return 'ms: a whole number from 0 to 600000';
    if (status !== undefined && !(Number.isInteger(status) && status >= 400 && status <= 599)) return 'status: from 400 to 599';
    this.state = { mode, left: count ?? null, ms, status, hits: 0 };
    return undefined;
  }

  /** @returns {Fault} the fault this request meets; each call counts as one */
  take() {
    const now = this.state;
    if (now.mode === 'none' || now.left === 0) return { mode: 'none', ms: 0 };
    now.hits += 1;
    if (now.left !== null) now.left -= 1;
    return { mode: now.mode, ms: now.ms, status: now.status };
  }
}
