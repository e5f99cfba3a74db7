import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Unexpected } from '../../../tools/demo/client.mjs';
import type { Whole } from '../../support/whole';
import { Ledger } from './ledger';

/** One command, asked of a replica; its id once it is acknowledged. */
type Command = (replica: number) => Promise<string>;

/** What a replica that dies, drains or has lost its database says: the next one is asked. Anything else is a fault of ours. */
function isAway(error: unknown): boolean {
  const { name, message } = error as Error; // by name: fetch throws a TypeError of another realm than Jest's
  return (name === 'TypeError' && (message === 'fetch failed' || message === 'terminated')) || (error instanceof Unexpected && message.includes(' → 503 '));
}

/** People who give commands, one after another, until told to stop. What was acknowledged is in the ledger, on disk, before the next. */
export class Load {
  readonly ledger: Ledger;
  retries = 0;
  #stopped = false;
  #failure: unknown;
  readonly #people: Promise<unknown>;

  constructor(path: string, newCommand: () => Command, { people = 4, each = Infinity, restMs = 5 } = {}) {
    mkdirSync(dirname(path), { recursive: true });
    this.ledger = new Ledger(path);
    this.#people = Promise.all(Array.from({ length: people }, async () => {
      try {
        for (let n = 0; n < each && !this.#stopped; n++) {
          this.ledger.told(await this.#insist(newCommand()));
          if (n + 1 < each) await pause(restMs);
        }
      } catch (error) {
        this.#failure ??= error;
        this.#stopped = true;
      }
    }));
  }

  get told(): string[] {
    return this.ledger.acknowledged;
  }

  /** The same command again, at the other replica, until one has acknowledged it. */
  async #insist(command: Command): Promise<string> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await command(attempt);
      } catch (error) {
        if (!isAway(error) || attempt === 600) throw error;
        this.retries++;
        await pause(50);
      }
    }
  }

  /** When each has given all his commands. @throws what was answered and is no outage */
  async done(): Promise<void> {
    await this.#people;
    this.ledger.close();
    if (this.#failure) throw this.#failure;
  }

  stop(): Promise<void> {
    this.#stopped = true;
    return this.done();
  }
}

/** Policies of headquarters, for every directory. A PUT of the same state is one change. */
export const policies = (whole: Whole, storeId: string) => (): Command => {
  const id = randomUUID();
  const body = { kind: 'appointment.reply', scope: { level: 'store', storeId }, value: { workingMinutes: 45 }, onOpen: 'keep' };
  return async (replica) => {
    await whole.as.ask('hq-admin', `PUT hq/organisation/policies/${id}`, { body, replica });
    return id;
  };
};

export interface Work {
  readonly operations: readonly object[];
  readonly parts: readonly object[];
}

/** Bookings by phone, each of another car. The same Idempotency-Key is one booking. */
export const bookings = (whole: Whole, storeId: string, work: Work, startsAt: (n: number) => Date) => {
  let n = 0;
  return (): Command => {
    const key = randomUUID();
    const car = { known: true, customerId: randomUUID(), vehicleId: randomUUID(), brand: 'nova' };
    const body = { kind: 'repair', channel: 'phone', startsAt: startsAt(n++).toISOString(), concern: 'x', car, ...work };
    return async (replica) => (await whole.as.ask('advisor.a', `POST reception/stores/${storeId}/appointments`, { body, key, replica })).appointmentId;
  };
};
