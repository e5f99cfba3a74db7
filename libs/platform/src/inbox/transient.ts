/** Worth trying again as it is: PostgreSQL or a network away, a lock or a time limit. Anything else would fail the same way again. */
export function isTransient(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: string };
  if (typeof code === 'string' && (/^(08|53|57|40)/.test(code) || code === '55P03' || /^E(CONN|PIPE|TIMEDOUT|HOST|NET|AI_)/.test(code))) return true;
  return /Connection terminated|timeout exceeded when trying to connect|Client (was closed|has encountered)|not queryable|Driver not Connected|Query read timeout/i.test(message ?? '');
}
