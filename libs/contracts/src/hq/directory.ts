import type { ServiceName } from '../kernel/event';

/** Heard by the directory of every service, hq's own included: each keeps its copy of the whole group (architecture.md §5). */
export const everyDirectory = <const Fields extends readonly string[]>(fields: Fields): Record<ServiceName, Fields> => ({
  reception: fields, workshop: fields, parts: fields, crm: fields, claims: fields, hq: fields,
});
