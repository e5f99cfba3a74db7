import type { Tx } from '@aftersales/platform/database/tx';
import { lastSeen, seenDay, seenId, toCursor } from '@aftersales/platform/http/cursor';
import { keeperOf } from '../file/alias.store';
import type { ReminderRow } from './reminder.row';

export async function remindersOf(tx: Tx, storeId: string, { vehicleId, state, cursor, limit }: { vehicleId?: string | undefined; state?: string | undefined; cursor?: string | undefined; limit: number }) {
  const after = lastSeen(cursor, seenDay, seenId);
  const rows = await tx.query<ReminderRow>(
    `select * from reminder where (case when $2::uuid is null then store_id = $1 else vehicle_id = $2 end) and ($3::text is null or state = $3) and ($4::date is null or (due_on, id) > ($4, $5::uuid))
     order by due_on, id limit $6`,
    [storeId, vehicleId ? await keeperOf(tx, vehicleId) : null, state ?? null, after?.[0] ?? null, after?.[1] ?? null, limit + 1],
  );
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { reminders: rows.slice(0, limit).map(({ id, visitId: _, ...row }) => ({ reminderId: id, ...row })), next: last ? toCursor([last.dueOn, last.id]) : null };
}
