import type { DynamicModule, ForwardReference, Type } from '@nestjs/common';
import { z } from 'zod';
import { operationKey, type Operation } from './operation-spec';

interface Documented {
  readonly controller: string;
  readonly name: string;
  readonly operation: Operation;
}

type Imported = Type | DynamicModule | ForwardReference | Promise<DynamicModule>;

/** All controllers of a module and of those it imports, by their decorators alone: no service needs to run to be documented. */
export function controllersOf(module: Imported, seen = new Set<unknown>()): Type[] {
  const dynamic = 'module' in module ? module : undefined;
  const type = (dynamic?.module ?? module) as Type;
  if (seen.has(type)) return [];
  seen.add(type);
  const of = <T>(key: string): T[] => [...(Reflect.getMetadata(key, type) ?? []), ...((dynamic?.[key as 'imports'] as T[] | undefined) ?? [])];
  return [...of<Type>('controllers'), ...of<Imported>('imports').flatMap((imported) => controllersOf(imported, seen))];
}

export function operationsOf(controllers: readonly Type[]): Documented[] {
  return controllers.flatMap((controller) =>
    Object.getOwnPropertyNames(controller.prototype).flatMap((name) => {
      const operation: Operation | undefined = Reflect.getMetadata(operationKey, controller.prototype[name]);
      const path = `/${String(Reflect.getMetadata('path', controller) ?? '')}/${operation?.path}`.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
      return operation ? [{ controller: controller.name.replace(/Controller$/, ''), name, operation: { ...operation, path } }] : [];
    }),
  );
}

/** Problems of interfaces.md; 500 is no answer but our fault. */
const problems: Record<number, string> = {
  400: 'Syntax of the request, a header or a cursor', 401: 'No valid token', 403: 'Another role', 404: 'Absent, or another store’s', 409: 'A rule refuses it, or somebody else is changing it',
  412: 'Changed meanwhile', 413: 'Too large', 415: 'Not application/json', 422: 'Fields', 428: 'If-Match or Idempotency-Key is missing', 503: 'The database is away; Retry-After says when to ask again',
};
const problemsOf = ({ method, ifMatch }: Operation): number[] => [
  400, 401, 403, 404, 422, 503, ...(method === 'GET' ? [] : [409, 413, 415]), ...(ifMatch || method === 'PUT' ? [412] : []), ...(ifMatch || method === 'POST' ? [428] : []),
];

/** OpenAPI 3.1 from the same zod that validates. `roles` of each operation stand in `x-roles`. */
export function openApiOf(service: string, controllers: readonly Type[]): object {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { controller, name, operation } of operationsOf(controllers).sort((a, b) => (a.operation.path + a.operation.method < b.operation.path + b.operation.method ? -1 : 1))) {
    const path = `/api/${service}${operation.path.replace(/:(\w+)/g, '{$1}')}`;
    const parameters = [
      ...[...operation.path.matchAll(/:(\w+)/g)].map(([, parameter]) => ({ name: parameter, in: 'path', required: true, schema: parameter!.endsWith('Id') ? { type: 'string', format: 'uuid' } : { type: 'string' } })),
      ...(operation.method === 'POST' ? [{ name: 'Idempotency-Key', in: 'header', required: true, schema: { type: 'string', minLength: 1, maxLength: 200 } }] : []),
      ...(operation.ifMatch || operation.method === 'PUT' ? [{ name: 'If-Match', in: 'header', required: operation.ifMatch ?? false, schema: { type: 'string', pattern: '^"\\d{1,9}"$' } }] : []),
      ...(operation.query ? queryParameters(operation.query) : []),
    ];
    const status = String(operation.status ?? (operation.method === 'POST' && !operation.ifMatch ? 201 : 200));
    (paths[path] ??= {})[operation.method.toLowerCase()] = {
      operationId: `${controller[0]!.toLowerCase()}${controller.slice(1)}.${name}`,
      tags: [controller],
      summary: operation.summary,
      'x-roles': operation.roles,
      security: [{ oidc: [] }],
      parameters,
      ...(operation.body && { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(operation.body, 'input') } } } }),
      responses: {
        [status]: { description: 'Done', ...(operation.answer && { content: { 'application/json': { schema: jsonSchema(operation.answer, 'output') } } }) },
        ...Object.fromEntries(problemsOf(operation).map((code) => [code, { $ref: `#/components/responses/${code}` }])),
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: { title: `After-sales: ${service}`, version: '1' },
    paths,
    components: {
      responses: Object.fromEntries(Object.entries(problems).map(([code, description]) => [code, { description, content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } }])),
      securitySchemes: { oidc: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { Problem: { type: 'object', required: ['type', 'title', 'status', 'code'], properties: { type: { type: 'string' }, title: { type: 'string' }, status: { type: 'integer' }, code: { type: 'string' }, detail: { type: 'string' }, instance: { type: 'string' }, from: { type: 'string' }, to: { type: 'string' }, allowed: { type: 'array', items: { type: 'string' } }, errors: { type: 'array', items: { type: 'object', properties: { pointer: { type: 'string' }, code: { type: 'string' }, detail: { type: 'string' } } } } } } },
    },
  };
}

const jsonSchema = (shape: z.ZodType, io: 'input' | 'output'): object => {
  const { $schema, ...schema } = z.toJSONSchema(shape, { io, unrepresentable: 'any' }) as Record<string, unknown>;
  return schema;
};

function queryParameters(shape: z.ZodType): object[] {
  const { properties = {}, required = [] } = jsonSchema(shape, 'input') as { properties?: Record<string, object>; required?: string[] };
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: required.includes(name), schema }));
}
