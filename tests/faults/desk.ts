import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { client, Unexpected, type Addresses, type Client } from '../../tools/demo/client.mjs';

/** Thrown into whoever is about to do the next thing when the day is over. */
export class DayIsOver extends Error {}

const patienceMs = 180_000;
const answerWithinMs = 8_000; // past the 5 s after which a lock that somebody holds is given up

/** What a replica says that dies, drains, is frozen, has a wrong clock or has lost its database: the next one is asked. Anything else is a fault of ours. */
function isAway(error: unknown): boolean {
  const { name, message } = error as Error; // by name: fetch throws a TypeError of another realm than Jest's
  if (name === 'TypeError') return /fetch failed|terminated|other side closed/.test(message);
  if (name === 'TimeoutError' || name === 'AbortError') return true;
  return error instanceof Unexpected && /→ (503|401) |→ 409 .*"http\.busy"/.test(message);
}

/** A person who does not give up: the same command with the same key, at one replica after the other, until one has answered. */
export class Desk {
  readonly #ask: Client['ask'];
  over = false;
  retries = 0;

  constructor(addresses: Addresses) {
    this.#ask = client(addresses).ask;
  }

  readonly ask: Client['ask'] = async (login, route, options = {}) => {
    if (this.over) throw new DayIsOver();
    const key = options.key ?? randomUUID();
    const end = Date.now() + patienceMs;
    for (let attempt = Math.floor(Math.random() * 2); ; attempt++) {
      try {
        return await this.#ask(login, route, { ...options, key, replica: attempt, signal: AbortSignal.timeout(answerWithinMs) });
      } catch (error) {
        if (!isAway(error) || Date.now() > end) throw error;
        if (this.over && route.startsWith('GET')) throw new DayIsOver();
        this.retries++;
        await pause(50);
      }
    }
  };

  /** Moves a thing on as it stands now; when somebody else changed it between the look and the move (412), looks again. */
  async move(login: string, thing: string, verb: string, body?: unknown, look: { as?: string } = {}): Promise<any> {
    for (let attempt = 1; ; attempt++) {
      const { version } = await this.ask(look.as ?? login, `GET ${thing}`);
      try {
        return await this.ask(login, `POST ${thing}/${verb}`, { ifMatch: version, body });
      } catch (error) {
        if (attempt === 8 || !String(error).includes('→ 412')) throw error;
      }
    }
  }

  /** Looks again each 200 ms until there is something: the facts are on their way. Not there yet (404, 409) is nothing. */
  async until<T>(what: string, look: () => Promise<T | null | undefined | false>): Promise<T> {
    let last: unknown;
    for (const end = Date.now() + patienceMs; Date.now() < end; await pause(200)) {
      try {
        const got = await look();
        if (got) return got;
      } catch (error) {
        if (!(error instanceof Unexpected) || !/→ (404|409) /.test(error.message)) throw error;
        last = error;
      }
    }
    throw new Error(`not within ${patienceMs / 1000} s: ${what}${last ? ` (${(last as Error).message})` : ''}`);
  }
}
