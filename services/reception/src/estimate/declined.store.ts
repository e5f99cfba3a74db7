import { LinesDeclined } from '@aftersales/contracts/reception/visit';
import { updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import type { Line, OpenVisit } from '../visit/visit';

/** Nobody works on these lines, and why: the workshop waits for that word about what it found (WRK-7). A fact of its own version of the visit; none when there are no such lines. */
export async function sayDeclined(tx: Tx, visit: OpenVisit, n: number, lines: readonly (Line & { readonly reason: string })[]): Promise<OpenVisit> {
  if (lines.length === 0) return visit;
  const next = await updateRow<OpenVisit>(tx, 'visit', visit, {});
  publish(tx, LinesDeclined, next, { visitId: visit.id, customerId: visit.customerId, vehicleId: visit.vehicleId, version: n, lines: [...lines], declinedAt: tx.now.toISOString() });
  return next;
}
