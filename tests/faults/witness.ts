import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Admin, Consumer, Kafka } from 'kafkajs';
import { topics } from '@aftersales/contracts/catalogue';

export interface SaidFact {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly version: number;
  readonly data: Record<string, any>;
}

/** Reads along on every topic from its beginning, each fact once by its id: what a relay repeats keeps its id. */
export class Witness {
  /** By type without its version. */
  readonly #facts = new Map<string, SaidFact[]>();
  readonly #ids = new Set<string>();
  readonly #read = new Map<string, number>();
  readonly #newest = new Map<string, number>();
  /** The keys of what faults say themselves: no facts of the platform's. */
  readonly strange = new Set<string>();
  /** Facts whose version is below one that was said of the same thing before. */
  readonly outOfOrder: string[] = [];
  repeated = 0;
  /** The newest messages as they are, for those who say them again. */
  readonly recent: { readonly topic: string; readonly key: string; readonly value: string }[] = [];

  private constructor(private readonly consumer: Consumer, private readonly admin: Admin, private readonly groupId: string) {}

  static async start(kafka: Kafka): Promise<Witness> {
    const groupId = `witness-${randomUUID()}`;
    const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, sessionTimeout: 10_000, retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 1_000, restartOnFailure: async () => true } });
    const witness = new Witness(consumer, kafka.admin(), groupId);
    await Promise.all([consumer.connect(), witness.admin.connect()]);
    await consumer.subscribe({ topics: topics().map(({ topic }) => topic), fromBeginning: true });
    await consumer.run({ autoCommit: false, eachMessage: async ({ topic, partition, message }) => witness.#hear(topic, `${topic}/${partition}`, Number(message.offset), message.key!.toString(), message.value!.toString()) });
    return witness;
  }

  #hear(topic: string, place: string, offset: number, key: string, text: string): void {
    if (offset < (this.#read.get(place) ?? 0)) return; // the group was balanced anew and begins at the beginning
    this.#read.set(place, offset + 1);
    if (this.strange.has(key)) return;
    this.recent.push({ topic, key, value: text });
    if (this.recent.length > 2_000) this.recent.splice(0, 1_000);
    const { id, type, subject, time, aggregateversion: version, data } = readable(text);
    if (!id || !type || !data) return;
    if (this.#ids.has(id)) return void this.repeated++;
    this.#ids.add(id);
    const thing = `${topic} ${key}`;
    if (version < (this.#newest.get(thing) ?? 0)) this.outOfOrder.push(`${type} of ${key}: version ${version} after ${this.#newest.get(thing)}`);
    this.#newest.set(thing, Math.max(version, this.#newest.get(thing) ?? 0));
    const name = type.replace(/\.v\d+$/, '');
    const facts = this.#facts.get(name) ?? [];
    if (facts.length === 0) this.#facts.set(name, facts);
    facts.push({ id, type, subject, time, version, data });
  }

  /** Facts of these types (without their version), in the order they were said. */
  said(...types: string[]): SaidFact[] {
    return types.flatMap((type) => this.#facts.get(type) ?? []);
  }

  /** Until it has read what is there now. @throws when it is not within a minute */
  async caughtUp(): Promise<void> {
    const ends: [string, number][] = [];
    for (const { topic } of topics())
      for (const { partition, low, high } of await this.admin.fetchTopicOffsets(topic)) if (Number(high) > Number(low)) ends.push([`${topic}/${partition}`, Number(high)]);
    const behind = (): [string, number][] => ends.filter(([place, end]) => (this.#read.get(place) ?? 0) < end);
    for (const until = Date.now() + 60_000; behind().length; await pause(50)) if (Date.now() > until) throw new Error(`the witness is behind: ${behind().map(([place, end]) => `${place} ${this.#read.get(place) ?? 0} of ${end}`).join(', ')}`);
  }

  async stop(): Promise<void> {
    await this.consumer.disconnect();
    await this.admin.deleteGroups([this.groupId]).catch(() => undefined);
    await this.admin.disconnect();
  }
}

function readable(text: string): any {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {}; // poison
  }
}
