import { createRequire } from 'node:module';

interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}
const { prototype } = createRequire(__filename)('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
const schedule = prototype.scheduleCheckPendingRequests;

/**
 * kafkajs 2.2.4 looks on each connection, each millisecond, whether a request waits to be sent, although none does (its issues 1556 and 1704, open since
 * 2023): 5 % of a core for a process that does nothing, half of two cores for this platform at rest. Whoever begins to wait asks for the look himself.
 */
export function quietQueues(): void {
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length > 0) schedule.call(this);
  };
}
