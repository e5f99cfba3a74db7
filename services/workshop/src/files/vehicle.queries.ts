import type { Tx } from '@aftersales/platform/database/tx';

/** The id that a car has now. */
export async function vehicleOf(tx: Tx, vehicleId: string): Promise<string> {
  const { id } = (await tx.one<{ id: string }>(
    `with recursive chain(id, n) as (select $1::uuid, 0 union all select a.to_id, c.n + 1 from chain c join vehicle_alias a on a.from_id = c.id where c.n < 20) select id from chain order by n desc limit 1`, [vehicleId],
  ))!;
  return id;
}
