import type { Tx } from '@aftersales/platform/database/tx';

/** A car as the desk knows it: crm's file, and the last mileage that was read anywhere in the group. */
export interface Car {
  readonly id: string;
  readonly vin: string | null;
  readonly brand: string | null;
  readonly model: string | null;
  readonly market: string | null;
  readonly customerId: string | null;
  readonly contactId: string | null;
  readonly mileage: number | null;
}

/** What an id stands for now: files may have been merged, more than once. */
export async function currentId(tx: Tx, id: string): Promise<string> {
  const row = await tx.one<{ id: string }>(
    `with recursive chain (id, depth) as (select $1::uuid, 0 union all select a.to_id, depth + 1 from visit_alias a join chain c on a.from_id = c.id where depth < 20)
     select id from chain order by depth desc limit 1`, [id],
  );
  return row!.id;
}

/** Every id under which rows may have been written of what this id stands for now. */
export async function idsOf(tx: Tx, id: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `with recursive file (id) as (select $1::uuid union select a.from_id from visit_alias a join file f on a.to_id = f.id) select id from file`, [await currentId(tx, id)],
  );
  return rows.map((row) => row.id);
}

export async function carOf(tx: Tx, vehicleId: string): Promise<Car | null> {
  const car = await tx.one<Car>(`select id, vin, brand, model, market, customer_id, contact_id, mileage from visit_vehicle where id = $1`, [await currentId(tx, vehicleId)]);
  return car && { ...car, customerId: car.customerId && (await currentId(tx, car.customerId)), contactId: car.contactId && (await currentId(tx, car.contactId)) };
}
