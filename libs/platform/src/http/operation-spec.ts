import type { z } from 'zod';
import type { Tx } from '../database/tx';

export type Shape = z.ZodType;
export type Out<S> = S extends z.ZodType ? z.output<S> : undefined;

export interface OperationSpec<B extends Shape | undefined = any, Q extends Shape | undefined = any, A extends Shape | undefined = any> {
  /** One sentence for the API document. */
  readonly summary: string;
  /** Who may do it, in the store of the path (or, on paths without a store, in any store of theirs). */
  readonly roles: readonly string[];
  readonly body?: B;
  readonly query?: Q;
  /** What comes back. A field `version` becomes the ETag. */
  readonly answer?: A;
  readonly status?: number;
  /** It changes the state of something that exists: the version last seen must come in If-Match. */
  readonly ifMatch?: boolean;
  /** Whose stores it works in when not in those of the person: asked in the person's own, before its transaction is opened. null is across all stores. */
  readonly within?: (tx: Tx, call: Call<any, any>) => Promise<readonly string[] | null>;
}

/** What a door hands to the feature, validated. */
export interface Call<B = undefined, Q = undefined> {
  readonly params: Readonly<Record<string, string>>;
  readonly body: B;
  readonly query: Q;
  /** From If-Match; null when the operation has none. */
  readonly version: number | null;
  readonly person: Person;
  /** The store of the path; '' on paths without one. */
  readonly storeId: string;
  /** A post in the whole group allows it, not only one in single stores. */
  readonly groupWide: boolean;
}

/** Who acts, and as what in this store. `group` roles hold in every store. */
export interface Person {
  readonly id: string;
  readonly roles: readonly string[];
}

export type CallOf<S extends OperationSpec> = S extends OperationSpec<infer B, infer Q, any> ? Call<Out<B>, Out<Q>> : never;

export interface Operation extends OperationSpec {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
}
export const operationKey = 'aftersales:operation';
