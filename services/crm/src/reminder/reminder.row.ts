import type { ReminderSent } from '@aftersales/contracts/crm/reminder';
import type { DataOf } from '@aftersales/contracts/kernel/event';
import type { Tx } from '@aftersales/platform/database/tx';
import type { HandOver } from './reminder';

/** What is known of a car's next service. `id` is the car's. */
export interface Maintenance extends HandOver {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly customerId: string | null;
  readonly visitId: string | null;
}

export type ReminderState = 'planned' | 'reminded' | 'sent' | 'void';

export interface ReminderRow {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly vehicleId: string;
  readonly customerId: string;
  readonly visitId: string;
  readonly dueOn: string;
  readonly dueAtKm: number | null;
  readonly because: 'date' | 'mileage';
  readonly firstAt: Date | null;
  readonly againAt: Date;
  readonly state: ReminderState;
  readonly why: string | null;
  readonly firstSentAt: Date | null;
  readonly againSentAt: Date | null;
  readonly plannedAt: Date;
}

export const isOpen = ({ state }: Pick<ReminderRow, 'state'>): boolean => state === 'planned' || state === 'reminded';

/** The car's row, made if need be, held: whoever plans for one car waits for the others. */
export async function lockMaintenance(tx: Tx, vehicleId: string, storeId: string): Promise<Maintenance> {
  await tx.query(`insert into maintenance (id, store_id, version) values ($1, $2, 1) on conflict do nothing`, [vehicleId, storeId]);
  return (await tx.one<Maintenance>(`select * from maintenance where id = $1 for no key update`, [vehicleId]))!;
}

export const openReminder = (tx: Tx, vehicleId: string): Promise<ReminderRow | null> =>
  tx.one<ReminderRow>(`select * from reminder where vehicle_id = $1 and state in ('planned', 'reminded') for no key update`, [vehicleId]);

export const saidOf = ({ id, vehicleId, customerId, dueOn }: ReminderRow): Pick<DataOf<typeof ReminderSent>, 'reminderId' | 'vehicleId' | 'customerId' | 'reason' | 'dueOn'> => ({
  reminderId: id, vehicleId, customerId, reason: 'maintenance', dueOn,
});
