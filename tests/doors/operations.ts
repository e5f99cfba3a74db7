import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Service } from '../support/whole';

const root = join(__dirname, '../..');
export type Schema = Readonly<Record<string, any>>;

/** One HTTP operation as its service's API document says it. */
export interface Operation {
  readonly service: Service;
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `/api/crm/stores/{storeId}/cases/{caseId}` */
  readonly path: string;
  readonly roles: readonly string[];
  readonly ifMatch: boolean;
  readonly params: readonly { readonly name: string; readonly schema: Schema }[];
  readonly query: readonly { readonly name: string; readonly required: boolean; readonly schema: Schema }[];
  readonly body: Schema | null;
  readonly responses: Schema;
}

export const documents: ReadonlyMap<Service, Schema> = new Map(readdirSync(join(root, 'services')).map((service) => [service as Service, JSON.parse(readFileSync(join(root, 'services', service, 'openapi.json'), 'utf8')) as Schema]));

/** Every operation of every service. */
export const operations: readonly Operation[] = [...documents].flatMap(([service, document]) =>
  Object.entries<Record<string, Schema>>(document['paths']).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, 'x-roles': roles, parameters, requestBody, responses }]) => {
      const within = (place: string) => parameters.filter((parameter: { in: string }) => parameter.in === place);
      return {
        service, id: operationId, method: method.toUpperCase() as Operation['method'], path, roles, responses,
        params: within('path'), query: within('query'), body: requestBody?.content['application/json'].schema ?? null,
        ifMatch: within('header').some(({ name, required }: { name: string; required: boolean }) => name === 'If-Match' && required),
      };
    }),
  ),
);

export const nameOf = ({ method, path }: Operation): string => `${method} ${path.replace('/api', '')}`;
export const hasStore = ({ path }: Operation): boolean => path.includes('{storeId}');
/** The parameters that name a thing in the store (or, on paths without one, in the group). */
export const thingsOf = ({ params }: Operation) => params.filter(({ name }) => name !== 'storeId');
export const filled = ({ path }: Operation, params: Readonly<Record<string, string>>): string => path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name]!));
