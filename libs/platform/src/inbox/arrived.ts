import { createHash } from 'node:crypto';
import { Envelope } from '@aftersales/contracts/kernel/envelope';
import { withoutVersion, type AnyContract, type Fact } from '@aftersales/contracts/kernel/event';
import type { HeardBy } from '../bus/on';
import type { Seal } from '../outbox/seal';

/** No relay of ours sends a larger one: a batch of its is at most this. */
const maxBytes = 512 * 1024;
const maxKey = 500; // ours are ids; an index takes no more than 2,700 bytes

/** A message as Kafka gave it. */
export interface Message {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly payload: string;
}

/** A message read: a fact somebody here hears, or one that can't be handled and why, with those whom it concerns. */
export interface Arrived {
  readonly message: Message;
  readonly eventId: string;
  readonly type: string | null;
  readonly storeId: string | null;
  readonly digest: string;
  readonly concerns: readonly string[];
  readonly fact?: Fact;
  readonly broken?: string;
}

export interface HeardHandler extends HeardBy {
  readonly handle: (tx: unknown, payload: unknown) => Promise<void>;
}

/** Text that PostgreSQL can hold: a NUL or half a surrogate pair would fail the dead letter itself, and with it the partition, for ever. */
export const storable = (text: string): string => text.replaceAll(/\0|\p{Surrogate}/gu, '\ufffd');

/** What a service hears on one topic. */
export class Hearing {
  readonly contracts: ReadonlyMap<string, AnyContract>;
  readonly consumers: readonly string[];
  readonly #bases: ReadonlyMap<string, readonly string[]>;

  constructor(readonly handlers: readonly HeardHandler[]) {
    this.contracts = new Map(handlers.map(({ contract }) => [contract.type, contract]));
    this.consumers = [...new Set(handlers.map(({ consumer }) => consumer))].sort();
    this.#bases = new Map(handlers.map(({ contract }) => [withoutVersion(contract.type), this.#hearers((other) => withoutVersion(other) === withoutVersion(contract.type))]));
  }

  #hearers(ofType: (type: string) => boolean): string[] {
    return [...new Set(this.handlers.filter(({ contract }) => ofType(contract.type)).map(({ consumer }) => consumer))].sort();
  }

  handler(consumer: string, type: string): HeardHandler | undefined {
    return this.handlers.find((handler) => handler.consumer === consumer && handler.contract.type === type);
  }

  /** null: a type nobody here hears. Broken JSON, a wrong schema, a wrong key or an unknown version of a heard type is an Arrived with `broken`. */
  async read(raw: Message, seal: Seal): Promise<Arrived | null> {
    const digest = createHash('md5').update(raw.payload).digest('base64url');
    const message: Message = { ...raw, key: storable(raw.key).slice(0, maxKey), payload: storable(raw.payload) };
    const unreadable = (reason: string, concerns: readonly string[], known: Partial<Arrived> = {}): Arrived => ({
      message, digest, concerns, eventId: `${message.topic}/${message.partition}/${message.offset}`, type: null, storeId: null, ...known, broken: reason,
    });
    if (Buffer.byteLength(raw.payload) > maxBytes) return unreadable('larger than 512 KiB', this.consumers);
    let json: unknown;
    try {
      json = JSON.parse(raw.payload);
    } catch {
      return unreadable('no JSON', this.consumers);
    }
    const parsed = Envelope.safeParse(json);
    if (!parsed.success) return unreadable(`no envelope: ${firstFault(parsed.error.issues)}`, this.consumers, { storeId: Envelope.pick({ storeid: true }).safeParse(json).data?.storeid ?? null });
    const envelope = parsed.data;
    if ([envelope.id, envelope.type].some((text) => text !== storable(text))) return unreadable('no envelope: an id or a type that can not be stored', this.consumers);
    const known = { eventId: envelope.id, type: envelope.type, storeId: envelope.storeid ?? null };
    const contract = this.contracts.get(envelope.type);
    if (!contract) {
      const hearers = this.#bases.get(withoutVersion(envelope.type));
      return hearers ? unreadable(`unknown version ${envelope.type}`, hearers, known) : null;
    }
    const hearers = this.#hearers((type) => type === contract.type);
    const data = contract.data.safeParse(envelope.data);
    if (!data.success) return unreadable(`wrong schema: ${firstFault(data.error.issues)}`, hearers, known);
    // Noted by its place, not by its id: in another partition it may come before the fact whose id it bears, which would then be the altered one.
    if (contract.key(data.data) !== raw.key) return unreadable('wrong key', hearers, { type: known.type, storeId: known.storeId });
    if (contract.scope === 'store' && !envelope.storeid) return unreadable('no store', hearers, known);
    let sealed: unknown = null;
    if (envelope.sealed) {
      try {
        const opened = await seal.unseal(envelope.sealed);
        sealed = opened === null || !contract.sealed ? null : contract.sealed.data.parse(opened);
      } catch (error) {
        return unreadable(`unreadable seal: ${(error as Error).name}`, hearers, known);
      }
    }
    const fact: Fact = {
      id: envelope.id, type: envelope.type, key: message.key, storeId: known.storeId, version: envelope.aggregateversion, at: new Date(envelope.time),
      causationId: envelope.causationid ?? null, traceparent: envelope.traceparent ?? null, data: data.data as never, sealed: sealed as never,
    };
    return { message, digest, concerns: hearers, ...known, fact };
  }
}

const firstFault = (issues: readonly { path: PropertyKey[]; message: string }[]): string => `/${issues[0]?.path.join('/') ?? ''} ${issues[0]?.message ?? ''}`;
