import { findRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { dueCursor, toDueCursor } from '../desk-task/due.cursor';
import { carOf, idsOf } from './car.queries';
import { withCurrentIds } from './visit.store';
import { blockedBy } from './floor';
import { floorOf } from './floor.queries';
import type { Visit } from './visit';
import { visitShort } from './visit.views';

interface Found {
  readonly faultId: string;
  readonly faultCode: string;
  readonly safety: boolean;
  readonly evidenceIds: string[];
  readonly foundAt: Date;
  readonly n: number | null;
}
interface Moved {
  readonly beforeAt: Date;
  readonly promisedAt: Date;
  readonly cause: string;
  readonly how: string;
  readonly toldAt: Date;
}
type Anything = Record<string, unknown>;

export async function visitWhole(tx: Tx, visitId: string, roles: readonly string[]) {
  const visit = await withCurrentIds(tx, await findRow<Visit>(tx, 'visit', visitId));
  const car = visit.vehicleId ? await carOf(tx, visit.vehicleId) : null;
  const standing = visit.vehicleId ? await tx.one<{ data: Anything }>(`select data from vehicle_standing where vehicle_id = $1`, [visit.vehicleId]) : null;
  const declined = visit.vehicleId ? await tx.query<{ line: Anything }>(`select line from declined_line where vehicle_id = any($1::uuid[]) and visit_id <> $2 and not done order by declined_at desc limit 100`, [await idsOf(tx, visit.vehicleId), visitId]) : [];
  const faults = await tx.query<Found>(`select id as fault_id, fault_code, safety, evidence_ids, found_at, n from visit_fault where visit_id = $1 order by found_at, id`, [visitId]);
  const floor = await floorOf(tx, visitId);
  const promiseMoves = await tx.query<Moved>(`select before_at, promised_at, cause, how, told_at from promise_move where visit_id = $1 order by id`, [visitId]);
  const estimate = await tx.one<{ newest: number; state: string; shown: number | null }>(
    `select n as newest, state, (select max(n) from estimate_version s where s.visit_id = $1 and s.offered_at is not null) as shown from estimate_version where visit_id = $1 order by n desc limit 1`, [visitId],
  );
  const { oldParts } = (await tx.one<{ oldParts: number }>(`select count(*) as old_parts from visit_old_part where visit_id = $1 and custody = 'customer'`, [visitId]))!;
  return {
    ...visitShort(visit, roles), booked: visit.booked && { ...visit.booked, operations: [...visit.booked.operations], parts: [...visit.booked.parts] }, sheet: visit.sheet,
    known: car && { vin: car.vin, brand: car.brand, model: car.model, market: car.market, customerId: car.customerId, contactId: car.contactId, mileage: car.mileage },
    standing: standing?.data ?? null, declinedBefore: declined.map(({ line }) => line), faults,
    floor: floor && { state: floor.state, blockedBy: blockedBy(floor), checks: floor.checks.map(({ check }) => check), reworks: floor.reworks, finishedLineIds: floor.finishedLineIds, completedAt: floor.completedAt },
    promiseMoves, estimate, customersOldParts: oldParts, authorisedLineIds: visit.authorised.map(({ lineId }) => lineId), handover: visit.handover as Anything | null,
  };
}

interface Filter {
  readonly state?: string;
  readonly open?: boolean;
  readonly vehicleId?: string;
  readonly limit: number;
  readonly cursor?: string;
}

/** The day board: who is here, in the order of arrival. */
export async function visitPage(tx: Tx, storeId: string, { state, open, vehicleId, limit, cursor }: Filter, roles: readonly string[]) {
  const after = dueCursor(cursor);
  const rows = await tx.query<Visit>(
    `select * from visit where store_id = $1 and ($2::text is null or state = $2) and ($3::boolean is null or (state not in ('delivered', 'left')) = $3) and ($4::uuid[] is null or vehicle_id = any($4))
       and ($5::timestamptz is null or (arrived_at, id) > ($5, $6::uuid)) order by arrived_at, id limit $7`,
    [storeId, state ?? null, open ?? null, vehicleId ? await idsOf(tx, vehicleId) : null, after?.[0] ?? null, after?.[1] ?? null, limit + 1],
  );
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1)! : null;
  return { visits: page.map((visit) => visitShort(visit, roles)), next: last && toDueCursor(last.arrivedAt, last.id) };
}
