/**
 * Worth trying again as it is: PostgreSQL or a network away, a primary that was just demoted (25006), a lock or a time limit. Anything else would
 * fail the same way again.
 */
export function isTransient(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: string };
  if (typeof code === 'string' && (/^(08|53|57|58|40)/.test(code) || /^(55P03|25006|25P03|25P04)$/.test(code) || /^E(CONN|PIPE|TIMEDOUT|HOST|NET|NOTFOUND|AI_)/.test(code))) return true;
  return /Connection terminated|timeout exceeded when trying to connect|timeout expired|Client (was closed|has encountered)|not queryable|Driver not Connected|Query read timeout/i.test(message ?? '');
}

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? '';

/** A statement, a handler or a transaction over its time. */
export const tookTooLong = (error: unknown): boolean => ['57014', '25P03', '25P04'].includes(codeOf(error));

/** Somebody else holds what it needs, or both need what the other holds. */
export const metOthers = (error: unknown): boolean => ['40P01', '40001', '55P03'].includes(codeOf(error));

/**
 * Passing, and the trouble of one: it met others, or takes too long. Whatever takes locks by the dozen in one transaction gets on
 * one by one: under a backlog, batches that wait for each other and are all undone come to a standstill (found by the fault tests: bookings of
 * many days against their expiring holds).
 */
export const isItsOwn = (error: unknown): boolean => metOthers(error) || tookTooLong(error);
