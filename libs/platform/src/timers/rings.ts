import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Queue, Worker } from 'bullmq';
import IORedis, { type Redis } from 'ioredis';

const bucketMs = 50;
const patienceMs = 2_000; // with a Redis that is frozen: nothing of ours waits for it longer

/**
 * BullMQ, and all that knows it. A ring says "look for what is due", nothing more: one job for all timers of the same 50 ms, as they begin, only for what
 * is due soon, so Redis stays small and may be emptied at any time. Nothing here is awaited by a request or a transaction.
 */
@Injectable()
export class Rings {
  readonly #log = new Logger('rings');
  readonly #connections: readonly [producing: Redis, working: Redis];
  readonly queue: Queue;
  #worker: Worker | undefined;
  #complained = 0;
  #ringing = false;

  constructor(private readonly service: string, redisUrl: string) {
    const producing = new IORedis(redisUrl, { maxRetriesPerRequest: null, enableOfflineQueue: false, commandTimeout: patienceMs, retryStrategy: (times) => Math.min(times * 100, 1_000) });
    const working = new IORedis(redisUrl, { maxRetriesPerRequest: null, retryStrategy: (times) => Math.min(times * 100, 1_000) });
    this.#connections = [producing, working];
    for (const connection of this.#connections) connection.on('error', (error) => this.#complain(error));
    this.queue = new Queue(`${service}-rings`, { connection: producing, defaultJobOptions: { removeOnComplete: true, removeOnFail: true } });
    this.queue.on('error', (error) => this.#complain(error));
  }

  start(lookForDue: () => Promise<void>): void {
    const rung = (): Promise<void> => {
      this.#ringing = true;
      return lookForDue();
    };
    this.#worker = new Worker(this.queue.name, rung, { connection: this.#connections[1], concurrency: 1 });
    for (const over of ['completed', 'failed'] as const) this.#worker.on(over, () => (this.#ringing = false));
    this.#worker.on('error', (error) => this.#complain(error));
    void this.#checkPolicy();
  }

  /** Rings `inMs` from now, real time. Never awaited: while Redis is away nothing rings and the sweep finds what is due. */
  ring(inMs: number): void {
    if (this.#connections[0].status !== 'ready') return;
    const delay = Math.max(0, inMs);
    const at = Math.floor((Date.now() + delay) / bucketMs) * bucketMs;
    this.queue.add('ring', {}, { delay: Math.max(0, at - Date.now()), jobId: `at-${at}` }).catch((error: Error) => this.#complain(error));
  }

  /** Rings that wait in Redis. */
  async waiting(): Promise<number> {
    return this.#connections[0].status === 'ready' ? this.queue.getDelayedCount() : NaN;
  }

  /** Any policy but noeviction lets Redis throw rings away under memory pressure: nothing is lost, but timers come up to 5 s late. */
  async #checkPolicy(): Promise<void> {
    try {
      const [, policy] = (await this.#connections[1].config('GET', 'maxmemory-policy')) as [string, string];
      if (policy !== 'noeviction') this.#log.error(`Redis' maxmemory-policy is ${policy}; it must be noeviction`);
    } catch (error) {
      this.#complain(error as Error);
    }
  }

  #complain(error: Error): void {
    if (Date.now() - this.#complained < 30_000) return;
    this.#complained = Date.now();
    this.#log.warn(`Redis is away, the sweep goes on without it: ${error.message}`);
  }

  /**
   * A job that Redis has not yet heard to be done keeps its connection until it has: on a closed one BullMQ 5.81 repeats that word without a
   * pause, and this process would do nothing else any more (retryIfFailed).
   */
  async stop(): Promise<void> {
    const [producing, working] = this.#connections;
    const away = producing.status !== 'ready';
    const closed = Promise.allSettled([this.#worker?.close(away), away || this.queue.close()]);
    await Promise.race([closed, pause(patienceMs, undefined, { ref: false })]);
    producing.disconnect();
    if (!this.#ringing) return working.disconnect();
    for (const over of ['completed', 'failed'] as const) this.#worker!.once(over, () => working.disconnect());
  }
}
