const most = 100; // more makes a batch hardly cheaper
const first = 10; // whoever comes back after a crash may meet a crowd
const aimMs = 500;
const apartMs = 60_000;

/**
 * How many messages of a topic go into one transaction: as many as take about half a second. Where a fact costs 20 statements and the machine is
 * short of CPU, a hundred took 30 s and held their rows as long: whoever needed one gave up after the 5 s of a lock's timeout, again and again.
 * One, for a minute, where they met others' locks together: bookings of one store's next weeks, ten a transaction, closed a ring of waiting with those
 * of the next partition every few seconds, and 2 cores decided 4 a second of 1,200 that waited (found by the brokers frozen for 120 s).
 */
export class ChunkSize {
  readonly #sizes = new Map<string, number>();
  readonly #apartUntil = new Map<string, number>();

  of(topic: string): number {
    if (performance.now() < (this.#apartUntil.get(topic) ?? 0)) return 1;
    return this.#sizes.get(topic) ?? first;
  }

  /** Messages of this topic met others' locks together. */
  apart(topic: string): void {
    this.#apartUntil.set(topic, performance.now() + apartMs);
  }

  /** So many messages of this topic, those that nobody hears among them, took so long, ms; applied or not. At most ten times as many are tried next. */
  took(topic: string, messages: number, ms: number): void {
    const fit = Math.floor((messages * aimMs) / Math.max(ms, 1));
    this.#sizes.set(topic, Math.max(1, Math.min(fit, messages * 10, most)));
  }
}
