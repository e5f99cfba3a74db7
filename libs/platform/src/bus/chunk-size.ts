const most = 100; // more makes a batch hardly cheaper
const first = 10; // whoever comes back after a crash may meet a crowd
const aimMs = 500;

/**
 * How many messages of a topic go into one transaction: as many as take about half a second. Where a fact costs 20 statements and the machine is
 * short of CPU, a hundred took 30 s and held their rows as long: whoever needed one gave up after the 5 s of a lock's timeout, again and again.
 */
export class ChunkSize {
  readonly #sizes = new Map<string, number>();

  of(topic: string): number {
    return this.#sizes.get(topic) ?? first;
  }

  /** So many messages of this topic, those that nobody hears among them, took so long, ms; applied or not. At most ten times as many are tried next. */
  took(topic: string, messages: number, ms: number): void {
    const fit = Math.floor((messages * aimMs) / Math.max(ms, 1));
    this.#sizes.set(topic, Math.max(1, Math.min(fit, messages * 10, most)));
  }
}
