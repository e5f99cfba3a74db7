import { createHash } from 'node:crypto';
import { Injectable, UnsupportedMediaTypeException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Auth } from '../auth/auth';
import { Database } from '../database/database';
import { NotFound } from '../database/rows';
import { storable } from '../inbox/arrived';
import type { Scope, Tx } from '../database/tx';
import { currentContext, currentTraceparent } from '../telemetry/trace';
import { BadRequest, Busy, Forbidden, InvalidFields, KeyReused, PreconditionMissing } from './errors';
import type { Call, Operation } from './operation-spec';

interface StoredAnswer {
  readonly bodyHash: string;
  readonly status: number;
  readonly answer: string;
  readonly etag: string | null;
}

/** The method of a controller. */
export type Work = (tx: Tx, call: Call<unknown, unknown>) => Promise<unknown>;

/** Door 1, HTTP: who, where, what; one transaction; the answer. The order of the checks is that of interfaces.md. */
@Injectable()
export class OperationDoor {
  constructor(private readonly database: Database, private readonly auth: Auth) {}

  async pass(operation: Operation, request: FastifyRequest, reply: FastifyReply, work: Work): Promise<unknown> {
    const call = await this.#check(operation, request);
    const logged = currentContext();
    if (logged) Object.assign(logged, { storeId: call.storeId || undefined, actor: call.person.id });
    const key = operation.method === 'POST' ? idempotencyKey(request) : null;
    const scope: Scope = { stores: call.stores, actor: { kind: 'person', id: call.person.id }, cause: { id: null, traceparent: currentTraceparent() } };
    const name = `${operation.method} ${request.routeOptions.url}`;
    const id = key ? sha256(`${call.person.id}\n${call.storeId}\n${name}\n${key}`).toString('hex', 0, 16) : '';
    const bodyHash = key ? sha256(`${request.url}\n${JSON.stringify(request.body ?? null)}`).toString('base64url') : '';

    const run = async (tx: Tx): Promise<unknown> => {
      const answer = shaped(operation, await work(tx, call));
      if (key) tx.pending.answer = { id, bodyHash, status: reply.statusCode, answer: JSON.stringify(answer ?? null), etag: etagOf(answer) };
      return answer;
    };
    if (operation.method === 'GET') return send(reply, await this.database.read(scope, run));
    const stored = (tx: Tx) => tx.one<StoredAnswer>(`select body_hash, status, answer, etag from idempotency where id = $1`, [id]);
    try {
      const answer = await this.#transaction(operation, scope, call, async (tx) => {
        if (operation.ifMatch && call.version === null) throw new PreconditionMissing('If-Match');
        return run(tx);
      });
      return send(reply, answer);
    } catch (error) {
      // Asked again, or the twin was first: PostgreSQL let us wait for its commit, at most 5 s (lock_timeout), at the key or at the thing's row,
      // which is stale or moved on for us then. Same key, same answer. Looked up only now: the first time, nearly always, there is none.
      const before = key && !isBusy(error) ? await this.database.read(scope, stored) : null;
      if (!before) throw isBusy(error) ? new Busy() : error;
      if (before.bodyHash !== bodyHash) throw new KeyReused();
      if (before.etag) void reply.header('etag', before.etag);
      void reply.status(before.status).header('idempotency-replayed', 'true');
      return JSON.parse(before.answer);
    }
  }

  async #transaction<T>({ within }: Operation, scope: Scope, call: Call, work: (tx: Tx) => Promise<T>): Promise<T> {
    const stores = within ? await this.database.read(scope, (tx) => within(tx, call)) : scope.stores;
    return stores ? this.database.transaction({ ...scope, stores }, work) : this.database.acrossStores('asked by a person', work, scope.cause);
  }

  async #check(operation: Operation, request: FastifyRequest): Promise<Call<any, any> & { stores: readonly string[] }> {
    const subject = await this.auth.subjectOf(request.headers.authorization);
    const params = request.params as Record<string, string>;
    const posts = await this.auth.postsOf(subject);
    const storeId = params['storeId'] ?? '';
    const here = storeId ? posts.filter((post) => post.storeId === null || post.storeId === storeId) : posts;
    if (here.length === 0 || (storeId && !(await this.auth.isStore(storeId)))) throw storeId ? new NotFound('store') : new Forbidden();
    const able = here.filter(({ role }) => operation.roles.includes(role));
    if (able.length === 0) throw new Forbidden();
    for (const [name, value] of Object.entries(params)) if (name.endsWith('Id') && !uuid.safeParse(value).success) throw new NotFound(name);
    if (request.body !== undefined && request.body !== null && !/^application\/json\b/i.test(request.headers['content-type'] ?? '')) throw new UnsupportedMediaTypeException();
    const body = operation.body ? parsed(operation.body, request.body ?? {}, '') : undefined;
    if (!operation.body && operation.method !== 'GET' && request.body && Object.keys(request.body).length) throw new InvalidFields([{ pointer: '', code: 'unrecognized_keys', detail: 'This action takes no body.' }]);
    const query = parsed(operation.query ?? none, request.query ?? {}, '?');
    return {
      params, body, query, storeId, groupWide: able.some((post) => post.storeId === null), version: versionOf(request.headers['if-match']),
      person: { id: subject, roles: [...new Set(here.map(({ role }) => role))] },
      stores: storeId ? [storeId] : await this.auth.storesOf(able),
    };
  }
}

const none = z.strictObject({});
const uuid = z.uuid();

function parsed(shape: z.ZodType, input: unknown, prefix: string): unknown {
  const result = shape.safeParse(input);
  if (result.success) {
    const [path] = unstorable(input);
    if (path) throw new InvalidFields([{ pointer: `${prefix}/${path.join('/')}`, code: 'unstorable', detail: 'It holds a character that can not be stored, or is nested too deeply.' }]);
    return result.data;
  }
  throw new InvalidFields(result.error.issues.slice(0, 50).map(({ path, code, message }) => ({ pointer: `${prefix}/${path.join('/')}`, code, detail: message })));
}

const maxDepth = 32;

/** Where a text is that PostgreSQL refuses or changes (a NUL, half a surrogate pair), or something deeper than any form of ours. */
function* unstorable(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (path.length > maxDepth || (typeof value === 'string' && value !== storable(value))) yield path;
  else if (value !== null && typeof value === 'object') for (const [name, inner] of Object.entries(value)) yield* unstorable(inner, [...path, name]);
}

/** The answer as its document says, nothing beside it; one that does not fit is our fault and undoes the transaction. */
function shaped(operation: Operation, answer: unknown): unknown {
  if (!operation.answer) return undefined;
  const result = operation.answer.safeParse(JSON.parse(JSON.stringify(answer ?? null)));
  if (result.success) return result.data;
  throw new Error(`${operation.method} ${operation.path} answers other than its document: ${result.error.issues.map((issue: z.core.$ZodIssue) => `/${issue.path.join('/')} ${issue.message}`).join('; ')}`);
}

function idempotencyKey(request: FastifyRequest): string {
  const key = request.headers['idempotency-key'];
  if (!key) throw new PreconditionMissing('Idempotency-Key');
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(key)) throw new BadRequest('Idempotency-Key is 1 to 200 printable characters.');
  return key;
}

function versionOf(ifMatch: string | undefined): number | null {
  if (ifMatch === undefined) return null;
  const [, version] = /^"(\d{1,9})"$/.exec(ifMatch) ?? [];
  if (version === undefined) throw new BadRequest('If-Match holds the quoted ETag last seen.');
  return Number(version);
}

const etagOf = (answer: unknown): string | null => (typeof (answer as { version?: unknown } | null)?.version === 'number' ? `"${(answer as { version: number }).version}"` : null);

function send(reply: FastifyReply, answer: unknown): unknown {
  const etag = etagOf(answer);
  if (etag) void reply.header('etag', etag);
  return answer;
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

const isBusy = (error: unknown): boolean => (error as { code?: string }).code === '55P03';
