import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { isObservable, lastValueFrom } from 'rxjs';
import { failpoint } from '../failpoint/failpoint';
import { Hearing, type Arrived, type HeardHandler } from '../inbox/arrived';
import type { DeadLetters } from '../inbox/dead-letters';
import type { Inbox } from '../inbox/inbox';
import type { Seal } from '../outbox/seal';
import { count, gauge } from '../telemetry/metrics';
import { honestAssigner } from './assigner';
import { ChunkSize } from './chunk-size';
import { onHalfJoin } from './half-join';
import { asAdmin } from './kafka';
import { Offsets } from './offsets';
import type { HeardBy } from './on';
import { endsOf, hasRead, type Ends } from './read-to-end';
import { stayingMember } from './staying-member';

const stopMs = 5_000; // for each word to the broker at the end: it may be away
const dayMs = 24 * 3600_000;
/** Of one partition's facts; then it is another's turn: kafkajs fetches from a broker again only when all that it fetched is through, and that may be a thousand slow facts. */
const turnMs = 1_000;

export interface BusOptions {
  readonly service: string;
  /** What the inbox remembers: an older fact could have been applied before. */
  readonly inboxDays: number;
  /** Absent in use-case tests: facts are then handed in by hand. */
  readonly kafka?: Kafka;
  readonly inbox: Inbox;
  readonly deadLetters: DeadLetters;
  readonly seal: Seal;
}

/**
 * The kafkajs consumer as a Nest transport: every `@On` method is an event handler of it. Offsets are committed behind the transactions
 * (docs/model: Consumer, ConsumerRetry). A transient fault pauses its partition alone; nothing waits inside `eachBatch`.
 */
export class BusServer extends Server implements CustomTransportStrategy {
  override readonly transportId = Symbol('bus');
  readonly #log = new Logger('bus');
  readonly #hearings = new Map<string, Hearing>();
  readonly #retries = new Map<string, number>();
  readonly #chunk = new ChunkSize();
  readonly #behind = new Map<string, number>();
  readonly #stopped = new Set<string>();
  readonly #atWork = new Set<Promise<void>>();
  #consumer: Consumer | undefined;
  #offsets: Offsets | undefined;
  #joined = false;
  #closing = false;
  #lastFetch = Date.now();

  constructor(private readonly options: BusOptions) {
    super();
  }

  /** In its group, and reading. */
  get joined(): boolean {
    return this.#joined || !this.options.kafka || this.#hearings.size === 0;
  }

  /** How long fetches have made no progress, ms. */
  get silentMs(): number {
    return this.#hearings.size === 0 ? 0 : Date.now() - this.#lastFetch;
  }

  get topics(): string[] {
    return [...this.#hearings.keys()];
  }

  hearing(topic: string): Hearing | undefined {
    return this.#hearings.get(topic);
  }

  /** Where topics end now: what a start must have read before the service is ready. */
  async ends(topics: readonly string[]): Promise<Ends> {
    return this.options.kafka ? endsOf(this.options.kafka, topics) : new Map();
  }

  /** Whether this service's group (any replica of it) has read as far as `ends`. */
  async hasRead(ends: Ends): Promise<boolean> {
    return ends.size === 0 || hasRead(this.options.kafka!, this.options.service, ends);
  }

  /** Registers what is heard and begins to consume in the background: a service that starts while the broker is away serves its requests. */
  listen(callback: () => void): void {
    this.#register();
    if (this.options.kafka && this.#hearings.size) void this.#begin(this.options.kafka);
    callback();
  }

  async #begin(kafka: Kafka): Promise<void> {
    while (!this.#closing) {
      try {
        await asAdmin(kafka, () => Promise.resolve()); // a consumer that connects without a broker can't be told to stop for a minute
        if (!this.#closing) await this.#consume(kafka);
        return;
      } catch (error) {
        this.#log.warn(`hears nothing yet: ${(error as Error).message}`);
        await this.#consumer?.disconnect().catch(() => undefined);
        await pause(1_000);
      }
    }
  }

  /** Throws a consumer away that has ended or is of no use any more; another one joins the group. */
  async #beginAnew(kafka: Kafka, consumer: Consumer, why: string): Promise<void> {
    if (this.#closing || this.#consumer !== consumer) return;
    this.#log.error(`the consumer begins anew: ${why}`);
    this.#consumer = undefined;
    this.#joined = false;
    this.#offsets?.stop();
    await withinMs(stopMs, consumer.disconnect());
    await pause(1_000);
    await this.#begin(kafka);
  }

  #register(): void {
    const byTopic = new Map<string, HeardHandler[]>();
    for (const handler of this.messageHandlers.values()) {
      const heard = (handler.extras as { heard?: HeardBy }).heard;
      if (!heard) continue;
      const handlers = byTopic.get(heard.contract.topic) ?? [];
      byTopic.set(heard.contract.topic, [...handlers, { ...heard, handle: (tx, payload) => called(handler, payload, tx) }]);
    }
    for (const [topic, handlers] of byTopic) {
      const hearing = new Hearing(handlers);
      this.#hearings.set(topic, hearing);
      this.options.deadLetters.hear(topic, hearing);
    }
  }

  async #consume(kafka: Kafka): Promise<void> {
    const consumer = kafka.consumer({
      groupId: this.options.service,
      sessionTimeout: 10_000,
      heartbeatInterval: 750,
      rebalanceTimeout: 15_000,
      maxWaitTimeInMs: 250,
      allowAutoTopicCreation: false,
      partitionAssigners: [honestAssigner],
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 60, restartOnFailure: async () => true },
    });
    const offsets = new Offsets();
    this.#consumer = consumer;
    this.#offsets = offsets;
    consumer.on(consumer.events.GROUP_JOIN, () => {
      this.#behind.clear();
      this.#stopped.clear();
      offsets.joined();
      this.#joined = true;
    });
    consumer.on(consumer.events.FETCH, () => (this.#lastFetch = Date.now()));
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) void this.#beginAnew(kafka, consumer, payload.error.message);
    });
    onHalfJoin(consumer, () => void this.#beginAnew(kafka, consumer, 'it has joined its group by half'));
    await consumer.connect();
    await consumer.subscribe({ topics: this.topics, fromBeginning: true });
    const eachBatch = (payload: EachBatchPayload): Promise<void> => {
      const work = this.#eachBatch(payload, offsets).finally(() => this.#atWork.delete(work));
      this.#atWork.add(work);
      return work;
    };
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, partitionsConsumedConcurrently: 3, eachBatch });
    if (this.#closing) return consumer.disconnect(); // told to stop while it was connecting
    if (this.#consumer !== consumer) return; // ended meanwhile
    offsets.begin();
    gauge('consumer_lag', 'Facts on Kafka that this process has yet to apply, of its partitions', () => [...this.#behind.values()].reduce((sum, n) => sum + n, 0));
    gauge('consumer_silent_seconds', 'Since the last fetch', () => this.silentMs / 1000);
    gauge('partitions_stopped', 'Where the next fact is older than the inbox remembers: somebody must say from where to go on (docs/architecture.md, the consumer)', () => this.#stopped.size);
  }

  async #eachBatch(payload: EachBatchPayload, offsets: Offsets): Promise<void> {
    const { batch, resolveOffset, heartbeat, pause, isRunning, isStale } = payload;
    const { topic, partition } = batch;
    const { generation } = offsets;
    const hearing = this.#hearings.get(topic)!;
    const place = `${topic}/${partition}`;
    const compacted = [...hearing.contracts.values()].some(({ kept }) => kept === 'compacted');
    this.#behind.set(place, Number(batch.highWatermark) - Number(batch.firstOffset() ?? batch.highWatermark));
    const began = performance.now();
    try {
      for (let from = 0, messages; from < batch.messages.length; from += messages.length) {
        if (!isRunning() || isStale() || this.#closing || performance.now() - began > turnMs) return;
        messages = batch.messages.slice(from, from + this.#chunk.of(topic));
        const arrived: Arrived[] = [];
        for (const message of messages) {
          const read = await hearing.read({ topic, partition, offset: Number(message.offset), key: message.key?.toString() ?? '', payload: message.value?.toString() ?? '' }, this.options.seal);
          if (!read) {
            count('facts_unheard_total', { topic });
            continue;
          }
          // Consumer.tla: OldByFact. What is sent again is young as a message, and nobody remembers that it was applied.
          const said = Math.min(Number(message.timestamp), read.fact?.at.getTime() ?? Infinity);
          if (Date.now() - said > this.options.inboxDays * dayMs && !compacted) throw new TooOld(`${place} offset ${message.offset} is older than the inbox remembers: only a rebuild may apply it`);
          arrived.push(read);
        }
        if (arrived.length) await this.#apply(hearing, arrived, messages.length, heartbeat);
        if (arrived.length) failpoint('bus.after-effect');
        if (offsets.generation !== generation) return; // while another broker was asked, the group was joined anew: whoever has the partition now reads these again
        const last = messages[messages.length - 1]!.offset;
        resolveOffset(last); // Consumer.tla: OffsetAfterTx
        offsets.done(payload);
        this.#retries.delete(place);
        this.#lastFetch = Date.now(); // kafkajs fetches again only when all is applied: that is progress too
        this.#behind.set(place, Number(batch.highWatermark) - 1 - Number(last));
        count('facts_heard_total', { topic }, arrived.length);
        await heartbeat();
      }
      if (batch.messages.length === 0) resolveOffset(batch.lastOffset());
    } catch (error) {
      if ((error as { type?: string }).type === 'REBALANCE_IN_PROGRESS' || (error as Error).name.startsWith('KafkaJS')) throw error; // the group's own affairs
      const resume = pause(); // ConsumerRetry.tla: PauseAlone; Consumer.tla: StayOnTransient
      this.#lastFetch = Date.now();
      if (error instanceof TooOld) {
        this.#stopped.add(place);
        return this.#log.error(error.message);
      }
      const tries = (this.#retries.get(place) ?? 0) + 1;
      this.#retries.set(place, tries);
      const waitMs = Math.min(100 * 2 ** tries, 5_000);
      this.#log.warn(`${place} waits ${waitMs} ms: ${(error as Error).message}`);
      setTimeout(() => {
        try {
          resume();
        } catch {
          /* the partition went elsewhere meanwhile */
        }
      }, waitMs);
    }
  }

  async #apply(hearing: Hearing, arrived: readonly Arrived[], of: number, heartbeat: () => Promise<void>): Promise<void> {
    const began = performance.now();
    const { topic } = arrived[0]!.message;
    try {
      await stayingMember(heartbeat, this.options.inbox.apply(hearing, arrived, () => this.#chunk.apart(topic)));
    } finally {
      this.#chunk.took(topic, of, performance.now() - began);
    }
  }

  /** Takes nothing more, ends what is under way, commits what is done while it is still of the group, and leaves it. */
  async close(): Promise<void> {
    this.#closing = true;
    const consumer = this.#consumer;
    try {
      consumer?.pause(this.topics.map((topic) => ({ topic })));
    } catch {
      /* not yet running */
    }
    await Promise.allSettled(this.#atWork);
    await withinMs(stopMs, this.#offsets?.end());
    await withinMs(stopMs, consumer?.disconnect());
    this.#consumer = undefined;
  }

  on(): never {
    throw new Error('the bus has no events of its own');
  }

  unwrap<T>(): T {
    return this.#consumer as T;
  }
}

class TooOld extends Error {}

/** Waits for its end, whatever that is, and not longer than `ms`. */
async function withinMs(ms: number, work: Promise<unknown> | undefined): Promise<void> {
  const over = new AbortController();
  await Promise.race([work?.catch(() => undefined), pause(ms, undefined, { signal: over.signal, ref: false }).catch(() => undefined)]);
  over.abort();
}

/** Nest answers with a promise of an observable; an error comes through it thanks to the rethrowing filter (http/problem-filter.ts). */
async function called(handler: MessageHandler, payload: unknown, tx: unknown): Promise<void> {
  const answer: unknown = await handler(payload, tx as never);
  if (isObservable(answer)) await lastValueFrom(answer, { defaultValue: undefined });
}
