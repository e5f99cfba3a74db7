import { lockRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { currentId } from './car.queries';
import { move, type Visit, type VisitMove } from './visit';

/** The visit as it is, its car and customer as they are known now. */
export async function withCurrentIds(tx: Tx, visit: Visit): Promise<Visit> {
  const current = async (id: string | null) => id && (await currentId(tx, id));
  return { ...visit, vehicleId: await current(visit.vehicleId), customerId: await current(visit.customerId), contactId: await current(visit.contactId) };
}

/** Held, and allowed to make this move now. @throws NotFound, Stale, Refused */
export async function visitFor(tx: Tx, name: VisitMove, visitId: string, version: number | null = null): Promise<Visit> {
  const visit = await withCurrentIds(tx, await lockRow<Visit>(tx, 'visit', visitId, version));
  move(visit, name);
  return visit;
}
