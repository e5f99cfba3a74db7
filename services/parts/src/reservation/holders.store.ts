import type { AnyContract, DataOf } from '@aftersales/contracts/kernel/event';
import { updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { letSleep, wake } from '@aftersales/platform/timers/wake';
import { nextExpiry, type Holder, type Wish } from './reservation';

/** id = the appointment's or the visit's. */
export interface ReservationRow extends Holder {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly holderKind: 'appointment' | 'visit';
  readonly appointmentId: string | null;
  readonly visitId: string | null;
  readonly repairOrder: string | null;
  readonly wishes: readonly Wish[];
  readonly heardVersion: number;
  readonly floorWaitsSince: Date | null;
}

/** Facts of different topics have no order: whoever is named first begins the row. Locked in the order of their ids. */
export async function lockHolders(tx: Tx, storeId: string, named: readonly Pick<ReservationRow, 'holderKind' | 'id'>[]): Promise<Map<string, ReservationRow>> {
  const sorted = named.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  await tx.query(
    `insert into reservation (id, store_id, version, holder_kind) select (h->>'id')::uuid, $1, 0, h->>'holderKind' from jsonb_array_elements($2::jsonb) h on conflict (id) do nothing`,
    [storeId, JSON.stringify(sorted.map(({ id, holderKind }) => ({ id, holderKind })))],
  );
  const rows = await tx.query<ReservationRow>(`select * from reservation where id = any($1::uuid[]) order by id for no key update`, [sorted.map(({ id }) => id)]);
  return new Map(rows.map((row) => [row.id, row]));
}

/** The holder of a fact of its own topic; null when a newer one was heard before. */
export async function lockIfNews(tx: Tx, storeId: string, holderKind: ReservationRow['holderKind'], id: string, version: number): Promise<ReservationRow | null> {
  const holder = (await lockHolders(tx, storeId, [{ holderKind, id }])).get(id)!;
  return (await isNews(tx, holder, version)) ? holder : null;
}

/** Notes the fact's version on the locked holder. */
export async function isNews(tx: Tx, holder: ReservationRow, version: number): Promise<boolean> {
  if (version < holder.heardVersion) return false;
  await tx.query(`update reservation set heard_version = $2 where id = $1`, [holder.id, version]);
  return true;
}

/** The wishes as they are from now on, with the timer that ends the next of them. */
export async function keepWishes(tx: Tx, row: ReservationRow, changes: Partial<Omit<ReservationRow, 'id' | 'version'>>): Promise<ReservationRow> {
  const next = await updateRow(tx, 'reservation', row, changes);
  const ends = nextExpiry(next.wishes);
  if (ends) wake(tx, 'reservation.expire', next, ends);
  else if (nextExpiry(row.wishes)) letSleep(tx, 'reservation.expire', next);
  return next;
}

export const roundOf = (row: ReservationRow): number => Math.max(1, ...row.wishes.map(({ round }) => round));

/** A fact about the holder, one version up: hearers see which is newer. */
export async function say<C extends AnyContract>(tx: Tx, row: ReservationRow, contract: C, data: Omit<DataOf<C>, 'holderKind' | 'holderId' | 'round'> & { round?: number }): Promise<ReservationRow> {
  const next = await updateRow(tx, 'reservation', row, {});
  publish(tx, contract, next, { round: roundOf(row), ...data, holderKind: row.holderKind, holderId: row.id } as DataOf<C>);
  return next;
}
