import { Logger } from '@nestjs/common';
import type { Consumer, TopicPartitionOffsetAndMetadata } from 'kafkajs';

const commitEveryMs = 1_000; // offsets may lag, the inbox allows it: p99 30 ms instead of 202 ms at 300/s

/** How far this consumer has applied its partitions, committed behind the transactions. */
export class Offsets {
  readonly #log = new Logger('bus');
  #done = new Map<string, TopicPartitionOffsetAndMetadata>();
  #looking: NodeJS.Timeout | undefined;
  #committing: Promise<void> | undefined;

  constructor(private readonly consumer: Consumer) {}

  /** Everything up to `last`, and that too. */
  done(topic: string, partition: number, last: string): void {
    this.#done.set(`${topic}/${partition}`, { topic, partition, offset: String(Number(last) + 1) });
  }

  /** The group is balanced anew: partitions that went elsewhere must not be committed from here, nor by a commit that fails now. */
  forget(): void {
    this.#done = new Map();
  }

  /** One commit after the other: the client tries one for a minute. */
  begin(): void {
    this.#looking = setInterval(() => (this.#committing ??= this.#commit().finally(() => (this.#committing = undefined))), commitEveryMs);
  }

  stop(): void {
    clearInterval(this.#looking);
  }

  async end(): Promise<void> {
    this.stop();
    await this.#committing;
    await this.#commit();
  }

  async #commit(): Promise<void> {
    const done = this.#done;
    const offsets = [...done.entries()];
    done.clear();
    if (offsets.length === 0) return;
    try {
      await this.consumer.commitOffsets(offsets.map(([, offset]) => offset));
    } catch (error) {
      this.#log.warn(`offsets stay for the next time: ${(error as Error).message}`);
      for (const [place, offset] of offsets) if (!done.has(place)) done.set(place, offset);
    }
  }
}
