/** Worth trying again as it is: PostgreSQL or a network away, a lock or a time limit. Anything else would fail the same way again. */
export function isTransient(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: string };
  if (typeof code === 'string' && (/^(08|53|57|40)/.test(code) || code === '55P03' || /^E(CONN|PIPE|TIMEDOUT|HOST|NET|AI_)/.test(code))) return true;
  return /Connection terminated|timeout exceeded when trying to connect|Client (was closed|has encountered)|not queryable|Driver not Connected|Query read timeout/i.test(message ?? '');
}

/**
 * Somebody else holds what it needs. Whatever takes locks by the dozen in one transaction gets on one by one: under a backlog, batches that
 * wait for each other and are all undone come to a standstill (found by the fault tests: bookings of many days against their expiring holds).
 */
export const isHeld = (error: unknown): boolean => ['40P01', '40001', '55P03'].includes((error as { code?: string }).code ?? '');
