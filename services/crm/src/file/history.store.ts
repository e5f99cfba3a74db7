import type { Tx } from '@aftersales/platform/database/tx';
import { v7 as uuidv7 } from 'uuid';

export interface Happening {
  readonly vehicleId: string;
  readonly customerId: string | null;
  readonly storeId: string;
  /** A code: visit-opened, visit-delivered, appointment-booked, reminder-sent, … */
  readonly what: string;
  /** What it happened to (visit, appointment, reminder), at which of its versions: noted once. */
  readonly subject: string;
  readonly version: number;
  readonly at: Date | string;
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
}

/** CRM-1: one line of what happened to a car, in any store. `vehicleId` is that of the file that is kept (`keeperOf`). */
export async function remember(tx: Tx, { vehicleId, customerId, storeId, what, subject, version, at, detail = {} }: Happening): Promise<void> {
  await tx.query(
    `insert into vehicle_history (id, vehicle_id, customer_id, store_id, what, subject, version, happened_at, detail) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing`,
    [uuidv7(), vehicleId, customerId, storeId, what, subject, version, at, JSON.stringify(detail)],
  );
}

export async function readMileage(tx: Tx, vehicleId: string, kilometres: number, at: Date | string): Promise<void> {
  await tx.query(`insert into mileage_reading (vehicle_id, read_at, kilometres) values ($1, $2, $3) on conflict do nothing`, [vehicleId, at, kilometres]);
}
