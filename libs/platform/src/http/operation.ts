import { applyDecorators, Delete, Get, HttpCode, Inject, Patch, Post, Put, Req, Res, SetMetadata } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Tx } from '../database/tx';
import { OperationDoor, type Work } from './operation-door';
import { operationKey, type Call, type Operation, type OperationSpec, type Out, type Shape } from './operation-spec';

const door = Symbol('door');
const verbs = { GET: Get, POST: Post, PUT: Put, PATCH: Patch, DELETE: Delete };

type Method<B extends Shape | undefined, Q extends Shape | undefined, A extends Shape | undefined> =
  (tx: Tx, call: Call<Out<B>, Out<Q>>) => Promise<A extends z.ZodType ? Answer<z.input<A>> : void>;

/** Dates may stay Dates where the document says an instant: JSON makes them text. */
export type Answer<T> = T extends string ? T | Date : T extends readonly (infer E)[] ? readonly Answer<E>[] : T extends object ? { readonly [K in keyof T]: Answer<T[K]> } : T;

/**
 * A command: the platform checks token, role, store, headers and fields, opens one transaction, calls the method with `(tx, call)`, stores the
 * answer under its Idempotency-Key in the same transaction and commits. The spec is also the API document.
 */
export function Command<B extends Shape | undefined = undefined, A extends Shape | undefined = undefined>(
  route: `${'POST' | 'PUT' | 'PATCH' | 'DELETE'} ${string}`,
  spec: OperationSpec<B, undefined, A>,
) {
  return operation<Method<B, undefined, A>>(route, spec);
}

/** A query: a read-only transaction, SQL in, plain objects out. */
export function Query<Q extends Shape | undefined = undefined, A extends Shape | undefined = undefined>(route: `GET ${string}`, spec: OperationSpec<undefined, Q, A>) {
  return operation<Method<undefined, Q, A>>(route, spec);
}

function operation<M extends (tx: Tx, call: never) => unknown>(route: string, spec: OperationSpec) {
  const [method, path] = route.split(' ') as [Operation['method'], string];
  return <Own extends M>(target: object, name: string, descriptor: TypedPropertyDescriptor<Own>): void => {
    const made: Operation = { ...spec, method, path };
    const work = descriptor.value as unknown as Work;
    // Nest calls the door, the door the method: an interceptor would do the same by way of six Observables a request.
    Inject(OperationDoor)(target, door);
    Req()(target, name, 0);
    Res({ passthrough: true })(target, name, 1);
    (descriptor as PropertyDescriptor).value = function (this: { readonly [door]: OperationDoor }, request: FastifyRequest, reply: FastifyReply) {
      return this[door].pass(made, request, reply, (tx, call) => work.call(this, tx, call));
    };
    applyDecorators(verbs[method](path), HttpCode(spec.status ?? (method === 'POST' && !spec.ifMatch ? 201 : 200)), SetMetadata(operationKey, made))(target, name, descriptor as PropertyDescriptor);
  };
}
