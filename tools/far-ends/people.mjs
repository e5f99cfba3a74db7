/** The demo's staff, read from a file and read again whenever the file has changed. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const hash = (/** @type {string} */ text) => createHash('sha256').update(text).digest();

/** @typedef {{ sub: string, login: string, password: string, name: string, note?: string }} Person */

/** @param {unknown} list @returns {Person[]} */
function checked(list) {
  if (!Array.isArray(list)) throw new Error('not a list');
  const logins = new Set();
  for (const [index, person] of list.entries()) {
    const { sub, login, password, name } = person ?? {};
    if (![login, password, name].every((text) => typeof text === 'string' && text)) throw new Error(`entry ${index}: login, password and name are wanted`);
    if (!UUID.test(sub)) throw new Error(`entry ${index}: sub is not a UUID`);
    if (logins.has(login)) throw new Error(`entry ${index}: login ${login} is there twice`);
    logins.add(login);
  }
  return list;
}

export class People {
  /** @type {Person[]} */
  #list;
  #seen = '';
  #file;

  /** @param {string} file */
  constructor(file) {
    this.#file = file;
    this.#seen = this.#mark();
    this.#list = checked(JSON.parse(readFileSync(file, 'utf8')));
  }

  #mark() {
    const { mtimeMs, size, ino } = statSync(this.#file);
    return `${mtimeMs} ${size} ${ino}`;
  }

  // Looked at on each question rather than watched: file watchers miss files that are replaced, on some systems.
  list() {
    try {
      const mark = this.#mark();
      if (mark !== this.#seen) {
        this.#list = checked(JSON.parse(readFileSync(this.#file, 'utf8')));
        this.#seen = mark;
      }
    } catch (error) {
      // Half written, or away for a moment: those known so far stay, and the next question looks again.
      console.error(`users file: ${/** @type {Error} */ (error).message}`);
    }
    return this.#list;
  }

  /** @param {unknown} sub */
  bySub(sub) {
    return this.list().find((person) => person.sub === sub);
  }

  /** @param {unknown} login @param {unknown} password */
  byPassword(login, password) {
    const person = this.list().find((one) => one.login === login);
    return person && typeof password === 'string' && timingSafeEqual(hash(person.password), hash(password)) ? person : undefined;
  }
}
