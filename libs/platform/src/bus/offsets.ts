import { Logger } from '@nestjs/common';
import type { Consumer, TopicPartitionOffsetAndMetadata } from 'kafkajs';

const commitEveryMs = 1_000; // offsets may lag, the inbox allows it: p99 30 ms instead of 202 ms at 300/s

/** How far this consumer has applied its partitions, committed behind the transactions. */
export class Offsets {
  readonly #log = new Logger('bus');
  #done = new Map<string, TopicPartitionOffsetAndMetadata>();
  #committing: NodeJS.Timeout | undefined;
  #committed = Promise.resolve();

  constructor(private readonly consumer: Consumer) {}

  /** Everything up to `last`, and that too. */
  done(topic: string, partition: number, last: string): void {
    this.#done.set(`${topic}/${partition}`, { topic, partition, offset: String(Number(last) + 1) });
  }

  /** The group is balanced anew: partitions that went elsewhere must not be committed from here, nor by a commit that fails now. */
  forget(): void {
    this.#done = new Map();
  }

  begin(): void {
    this.#committing = setInterval(() => void this.#commit(), commitEveryMs);
  }

  stop(): void {
    clearInterval(this.#committing);
  }

  end(): Promise<void> {
    this.stop();
    return this.#commit();
  }

  /** One commit after the other. */
  #commit(): Promise<void> {
    return (this.#committed = this.#committed.then(() => this.#commitDone()));
  }

  async #commitDone(): Promise<void> {
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
