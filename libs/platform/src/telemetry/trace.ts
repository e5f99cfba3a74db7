import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

/** What every log line of a request, fact or timer says of itself. */
export interface Context {
  readonly traceparent: string;
  storeId?: string;
  actor?: string;
}

const current = new AsyncLocalStorage<Context>();

/** The traceparent of what runs now, carried HTTP → outbox → Kafka → consumer → timer; null outside. */
export const currentTraceparent = (): string | null => current.getStore()?.traceparent ?? null;
export const currentContext = (): Context | undefined => current.getStore();

/** W3C traceparent: the caller's trace goes on under a new span, or a new trace begins. */
export function traceparentFrom(header: unknown): string {
  const [, trace, , flags] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(typeof header === 'string' ? header : '') ?? [];
  return `00-${trace && !/^0+$/.test(trace) ? trace : randomHex(32)}-${randomHex(16)}-${flags ?? '01'}`;
}

/** Out of a UUID, for which Node keeps randomness at hand: a tenth of the time. */
const randomHex = (digits: number): string => randomUUID().replaceAll('-', '').slice(-digits);

export const traceIdOf = (traceparent: string): string => traceparent.split('-')[1]!;

export function within<T>(context: Context, work: () => T): T {
  return current.run(context, work);
}

/** For hooks that can't wrap what follows them (Fastify's onRequest). */
export function enter(context: Context): void {
  current.enterWith(context);
}
