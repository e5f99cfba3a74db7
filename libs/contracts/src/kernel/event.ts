import { z } from 'zod';

export type ServiceName = 'reception' | 'workshop' | 'parts' | 'crm' | 'claims' | 'hq';

/** How long a topic keeps its facts: `long` (ids only), `sealed` (7 days: it carries something personal), `compacted` (the newest whole state per key). */
export type Keeping = 'long' | 'sealed' | 'compacted';

/**
 * One fact of the published language. `type` is `<service>.<thing>-<happened>.v<n>`; its facts of one key keep their order on `topic`.
 * `heardBy` names each hearing service and the fields it needs, so a publisher knows whom a change touches.
 * `sealed` travels encrypted to one service only (names, phones, addresses, link tokens); everything else is ids and facts.
 */
export interface Contract<Data extends z.ZodObject = z.ZodObject, Sealed extends z.ZodObject = z.ZodObject> {
  readonly type: string;
  readonly topic: string;
  readonly kept: Keeping;
  readonly scope: 'store' | 'group';
  readonly data: Data;
  readonly key: (data: z.output<Data>) => string;
  readonly heardBy: Partial<Record<ServiceName, readonly string[]>>;
  readonly sealed?: { readonly for: ServiceName; readonly data: Sealed };
}

/** Whatever its data. */
export type AnyContract = Contract<any, any>;
export type DataOf<C extends AnyContract> = C extends Contract<infer Data, any> ? z.output<Data> : never;
export type SealedOf<C extends AnyContract> = C extends Contract<any, infer Sealed> ? z.output<Sealed> : never;

/** A fact as its hearer gets it. `at` is when it happened by its publisher's clock and may be later than the hearer's now. */
export interface Fact<C extends AnyContract = AnyContract> {
  readonly id: string;
  readonly type: string;
  readonly key: string;
  readonly storeId: string | null;
  readonly version: number;
  readonly at: Date;
  readonly causationId: string | null;
  readonly traceparent: string | null;
  readonly data: DataOf<C>;
  /** Only the service it was sealed for can read it; null when the sealing key is no longer kept. */
  readonly sealed: SealedOf<C> | null;
}

/**
 * @example defineEvent({ type: 'reception.visit-delivered.v1', topic: 'reception.visit', key: (visit) => visit.visitId, … })
 * @throws Error when type, topic and key do not follow the naming rules (architecture.md §7).
 */
export function defineEvent<Data extends z.ZodObject, Sealed extends z.ZodObject = z.ZodObject>(spec: {
  type: string;
  topic: string;
  kept?: Keeping;
  scope?: 'store' | 'group';
  key: (data: z.output<Data>) => string;
  data: Data;
  heardBy: Partial<Record<ServiceName, readonly (keyof z.output<Data> & string)[]>>;
  sealed?: { for: ServiceName; data: Sealed };
}): Contract<Data, Sealed> {
  const service = spec.topic.split('.')[0];
  if (!/^[a-z]+\.[a-z-]+\.v\d+$/.test(spec.type) || !spec.type.startsWith(`${service}.`)) throw new Error(`${spec.type}: a type reads <service>.<thing>-<happened>.v<n>`);
  if (!/^[a-z]+\.[a-z-]+$/.test(spec.topic)) throw new Error(`${spec.topic}: a topic reads <service>.<thing>`);
  if (spec.sealed && spec.kept !== 'sealed') throw new Error(`${spec.type}: a sealed part needs a topic kept 7 days`);
  return { ...spec, kept: spec.kept ?? 'long', scope: spec.scope ?? 'store' };
}

/** 'reception.visit-delivered.v1' → 'reception.visit-delivered': what stays when a version changes. */
export const withoutVersion = (type: string): string => type.replace(/\.v\d+$/, '');
