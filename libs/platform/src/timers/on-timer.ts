import type { Tx } from '../database/tx';

export interface Rung {
  readonly kind: string;
  readonly subject: string;
  readonly storeId: string | null;
  /** When it was due, which may be long ago after an outage: each kind has its catch-up rule (TIM-4). */
  readonly dueAt: Date;
}

export interface TimerHandler {
  readonly kind: string;
  /** The table of the subject: its row is locked before the timer's. */
  readonly locks: string;
  readonly method: string;
}

const timersKey = Symbol('timers');

/**
 * The method looks at the subject's own state, now locked, and acts. A string it answers says why there was nothing to do
 * ("void, because …"). Exactly once in effect, never early by the database's clock; after an error it is tried again.
 */
export function OnTimer(kind: string, options: { locks: string }) {
  return <Own extends (tx: Tx, timer: Rung) => Promise<string | void>>(target: object, method: string, _descriptor: TypedPropertyDescriptor<Own>): void => {
    const timers: TimerHandler[] = Reflect.getOwnMetadata(timersKey, target) ?? [];
    Reflect.defineMetadata(timersKey, [...timers, { kind, locks: options.locks, method }], target);
  };
}

export const timersOf = (prototype: object): readonly TimerHandler[] => Reflect.getOwnMetadata(timersKey, prototype) ?? [];
