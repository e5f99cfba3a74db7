import { z } from 'zod';
import { defineEvent, type ServiceName } from './event';
import { Id, Instant } from './values';

/** The one shape of the promise ledger (domain.md §7), said by every service about its own promises. */
const promise = z.object({
  promiseId: Id,
  kind: z.string(),
  subject: Id,
  ownerRole: z.string(),
  policy: z.string(),
  policyVersion: z.int(),
  calendarVersion: z.int().nullable(),
  startedAt: Instant,
  dueAt: Instant,
  outcome: z.enum(['open', 'kept', 'late', 'void']),
  cause: z.string().nullable(),
  doneAt: Instant.nullable(),
  pausedMs: z.record(z.string(), z.int()),
});

const said = (service: ServiceName, what: 'opened' | 'paused' | 'resumed' | 'kept' | 'late' | 'void') =>
  defineEvent({
    type: `${service}.promise-${what}.v1`,
    topic: `${service}.promise`,
    key: ({ promiseId }) => promiseId,
    data: promise,
    heardBy: { hq: ['promiseId', 'kind', 'subject', 'ownerRole', 'policy', 'policyVersion', 'calendarVersion', 'startedAt', 'dueAt', 'outcome', 'cause', 'doneAt', 'pausedMs'] },
  });

export const promiseFacts = (service: ServiceName) => ({
  opened: said(service, 'opened'),
  paused: said(service, 'paused'),
  resumed: said(service, 'resumed'),
  kept: said(service, 'kept'),
  late: said(service, 'late'),
  void: said(service, 'void'),
});
