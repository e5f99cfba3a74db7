import { Injectable } from '@nestjs/common';
import { FilesMerged } from '@aftersales/contracts/crm/files';
import { demand } from '@aftersales/contracts/kernel/refused';
import { NotFound, Stale, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { keeperHeld } from './alias.store';
import { Customers } from './customers.service';
import { blanksFilled, type Customer, type Vehicle } from './file';
import type { Phone } from './phone';
import { Vehicles } from './vehicles.service';

type Merged = (tx: Tx, of: 'customer' | 'vehicle', fromId: string, toId: string) => Promise<void>;

/**
 * CRM-1: two files were one. The one kept takes what it lacks, and the whole history; the other stays as an alias, for facts that still say it.
 * There is no way back, so a machine merges only what can't be two (introduce.service.ts).
 */
@Injectable()
export class Merging {
  readonly #others: Merged[] = [];

  constructor(private readonly customers: Customers, private readonly vehicles: Vehicles) {}

  /** Features that keep group rows by vehicle or customer re-key them in the same transaction. */
  alsoRekey(rekey: Merged): void {
    this.#others.push(rekey);
  }

  /** The id that goes, with a file of its own or, of what was booked or driven before the introduction was heard, without: from now on it is the other's. */
  async alias(tx: Tx, of: 'customer' | 'vehicle', fromId: string, toId: string, version = 1): Promise<void> {
    await tx.query(`update file_alias set to_id = $2 where to_id = $1`, [fromId, toId]);
    const [noted] = await tx.query(`insert into file_alias (from_id, to_id, of, merged_at) values ($1, $2, $3, $4) on conflict do nothing returning 1 as one`, [fromId, toId, of, tx.now]);
    if (noted) publish(tx, FilesMerged, { version }, { of, fromId, toId, mergedAt: tx.now.toISOString() });
    await this.#rekey(tx, of, fromId, toId);
  }

  async customer(tx: Tx, fromId: string, toId: string, version?: number | null): Promise<Customer> {
    const [from, to] = await both<Customer>(tx, 'customer', fromId, toId, version);
    const { name, email, address, language, preferredChannel, preferredFrom, preferredTo } = from;
    const phones = await tx.query<Phone>(
      `select number, kind from (select distinct on (number) number, kind, position + case customer_id when $2 then 0 else 1000 end as rank from customer_phone where customer_id in ($1, $2) order by number, rank) p order by rank`,
      [fromId, toId],
    );
    // What was said of the same thing twice: the newer word counts.
    await tx.query(
      `insert into consent (customer_id, purpose, channel, allowed, changed_at, changed_by) select $2, purpose, channel, allowed, changed_at, changed_by from consent where customer_id = $1
       on conflict (customer_id, purpose, channel) do update set allowed = excluded.allowed, changed_at = excluded.changed_at, changed_by = excluded.changed_by where consent.changed_at < excluded.changed_at`,
      [fromId, toId],
    );
    await updateRow(tx, 'customer', from, { mergedInto: toId });
    const next = await this.customers.change(tx, to, { ...blanksFilled(to, { name, email, address, language, preferredChannel, preferredFrom, preferredTo }), doNotCall: to.doNotCall || from.doNotCall }, phones);
    const cars = await tx.query<Vehicle>(`select * from vehicle where (customer_id = $1 or contact_id = $1) and merged_into is null order by id for no key update`, [fromId]);
    for (const car of cars) await this.vehicles.change(tx, car, { ...(car.customerId === fromId && { customerId: toId }), ...(car.contactId === fromId && { contactId: toId }) });
    await this.alias(tx, 'customer', fromId, toId, from.version + 1);
    return next;
  }

  async vehicle(tx: Tx, fromId: string, toId: string, version?: number | null): Promise<Vehicle> {
    const [from, to] = await both<Vehicle>(tx, 'vehicle', fromId, toId, version);
    demand(!from.vin || !to.vin || from.vin === to.vin, 'file.two-cars', 'Their VINs differ: these are two cars.');
    const { vin, plate, model, use, saleDate, customerId, contactId } = from;
    await updateRow(tx, 'vehicle', from, { mergedInto: toId });
    const filled = await this.vehicles.change(tx, to, blanksFilled(to, { vin, plate, model, use, saleDate, customerId, contactId }));
    const next = await this.vehicles.tookIn(tx, filled, from);
    await this.alias(tx, 'vehicle', fromId, toId, from.version + 1);
    return next;
  }

  /** The mileage first, for plans look at it; the history last, for a reminder that goes out at this moment writes a line of it. */
  async #rekey(tx: Tx, of: 'customer' | 'vehicle', fromId: string, toId: string): Promise<void> {
    if (of === 'vehicle') {
      await tx.query(`insert into mileage_reading select $2, read_at, kilometres from mileage_reading where vehicle_id = $1 on conflict do nothing`, [fromId, toId]);
      await tx.query(`delete from mileage_reading where vehicle_id = $1`, [fromId]);
    }
    for (const rekey of this.#others) await rekey(tx, of, fromId, toId);
    await tx.query(of === 'vehicle' ? `update vehicle_history set vehicle_id = $2 where vehicle_id = $1` : `update vehicle_history set customer_id = $2 where customer_id = $1`, [fromId, toId]);
  }
}

/** Both rows, locked in the order of their ids, when all who write to the one that goes are done. @throws NotFound, Stale; Refused for a file that is merged already, or with itself */
async function both<R extends Customer | Vehicle>(tx: Tx, table: 'customer' | 'vehicle', fromId: string, toId: string, version?: number | null): Promise<[R, R]> {
  demand(fromId !== toId, 'file.merge-itself', 'A file is not merged into itself.');
  await keeperHeld(tx, fromId, 'merger');
  const rows = await tx.query<R>(`select * from ${table} where id in ($1, $2) order by id for no key update`, [fromId, toId]);
  const [from, to] = [rows.find(({ id }) => id === fromId), rows.find(({ id }) => id === toId)];
  if (!from) throw new NotFound(table);
  if (version && version !== from.version) throw new Stale(table, from.version);
  demand(to && !from.mergedInto && !to.mergedInto, 'file.merged', 'One of the two files is merged already, or does not exist.');
  return [from, to];
}
