import { Injectable } from '@nestjs/common';
import type { CustomerIntroduced } from '@aftersales/contracts/reception/customer';
import type { DataOf, Fact } from '@aftersales/contracts/kernel/event';
import { storeOf } from '@aftersales/directory/directory';
import { lockRowIfKnown } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { keeperHeld, lockIdentity } from './alias.store';
import { Customers } from './customers.service';
import { blanksFilled, plateKey, sameName, type Customer, type Vehicle } from './file';
import { readMileage, remember } from './history.store';
import { Merging } from './merging.service';
import { phonesOf, type Phone } from './phone';
import { Vehicles } from './vehicles.service';

type Introduced = Fact<typeof CustomerIntroduced>;
type Car = DataOf<typeof CustomerIntroduced>;

/**
 * What a desk typed of a car or customer it did not know (REC-12). The ids become the file's, unless the file is here already: then the ids
 * are merged into it. A car is known by its VIN, or by its plate on a file of the same customer; a person by a number and a name that agree.
 */
@Injectable()
export class Introductions {
  constructor(private readonly customers: Customers, private readonly vehicles: Vehicles, private readonly merging: Merging) {}

  async introduced(tx: Tx, { data, sealed, at, version }: Introduced): Promise<void> {
    const phones = phonesOf(sealed?.phones ?? [], data.market);
    await lockIdentity(tx, data.vin, phones.map(({ number }) => number));
    const [carId, personId] = [await keeperHeld(tx, data.vehicleId, 'merger'), await keeperHeld(tx, data.customerId, 'merger')];
    const customer = await this.#customer(tx, personId, data, sealed, phones);
    const vehicle = await this.#vehicle(tx, carId, data, sealed?.plate ?? null, customer.id);
    if (data.mileage !== null) await readMileage(tx, vehicle.id, data.mileage, at);
    await remember(tx, { vehicleId: vehicle.id, customerId: customer.id, storeId: data.storeId, what: 'introduced', subject: data.vehicleId, version, at });
  }

  /** A fact about a car of which nothing is known (yet): its file opens with what the fact says (CRM-1), and an introduction fills it. */
  async met(tx: Tx, storeId: string, { vehicleId, customerId, brand }: { vehicleId: string; customerId: string; brand: string }): Promise<Vehicle> {
    const [carId, personId] = [await keeperHeld(tx, vehicleId), await keeperHeld(tx, customerId)];
    await this.person(tx, storeId, personId);
    const known = await lockRowIfKnown<Vehicle>(tx, 'vehicle', carId);
    if (known) return known.customerId ? known : this.vehicles.change(tx, known, { customerId: personId });
    const { market } = await storeOf(tx, storeId);
    return this.vehicles.open(tx, carId, storeId, { vin: null, plate: null, brand, model: null, market, use: 'unknown', saleDate: null, customerId: personId, contactId: null });
  }

  async person(tx: Tx, storeId: string, id: string): Promise<Customer> {
    return (await lockRowIfKnown<Customer>(tx, 'customer', id)) ?? this.customers.open(tx, id, storeId, {}, []);
  }

  async #customer(tx: Tx, id: string, data: Car, sealed: Introduced['sealed'], phones: readonly Phone[]): Promise<Customer> {
    const known = await lockRowIfKnown<Customer>(tx, 'customer', id);
    const typed = { name: sealed?.name ?? null, email: sealed?.email ?? null, address: sealed?.address ?? null, language: sealed?.language ?? null, preferredChannel: sealed?.preferredChannel ?? null };
    const alike = await this.#withNumber(tx, phones, known?.name ?? typed.name, id);
    if (alike && known) return this.#fill(tx, await this.merging.customer(tx, id, alike.id), typed, phones);
    if (alike) {
      await this.merging.alias(tx, 'customer', id, alike.id);
      return this.#fill(tx, alike, typed, phones);
    }
    return known ? this.#fill(tx, known, typed, phones) : this.customers.open(tx, id, data.storeId, typed, phones);
  }

  /** The oldest file with one of these numbers whose name does not contradict. */
  async #withNumber(tx: Tx, phones: readonly Phone[], name: string | null, not: string): Promise<Customer | undefined> {
    if (phones.length === 0) return undefined;
    const rows = await tx.query<Customer>(
      `select * from customer where id in (select customer_id from customer_phone where number = any($1::text[])) and merged_into is null and id <> $2 order by opened_at, id for no key update`,
      [phones.map(({ number }) => number), not],
    );
    return rows.find((row) => row.name !== null && sameName(row.name, name));
  }

  async #fill(tx: Tx, row: Customer, typed: Partial<Customer>, phones: readonly Phone[]): Promise<Customer> {
    const known = await tx.query<Phone>(`select number, kind from customer_phone where customer_id = $1 order by position`, [row.id]);
    const all = [...known, ...phones.filter(({ number }) => !known.some((one) => one.number === number))];
    const filled = blanksFilled(row, typed);
    return all.length === known.length && Object.keys(filled).length === 0 ? row : this.customers.change(tx, row, filled, all);
  }

  async #vehicle(tx: Tx, id: string, data: Car, plate: string | null, customerId: string): Promise<Vehicle> {
    const known = await lockRowIfKnown<Vehicle>(tx, 'vehicle', id);
    const { vin, brand, model, market, use, saleDate } = data;
    const alike = await this.#sameCar(tx, vin, plate, customerId, id);
    // A file with a VIN of its own is another car, whatever was typed now: a person looks at it.
    const same = alike && (!known?.vin || !alike.vin || known.vin === alike.vin) ? alike : null;
    if (!same && !known) return this.vehicles.open(tx, id, data.storeId, { vin, plate, brand, model, market, use, saleDate, customerId, contactId: null });
    let car = same ?? known!;
    if (same && known) car = await this.merging.vehicle(tx, id, same.id);
    else if (same) await this.merging.alias(tx, 'vehicle', id, same.id);
    const owner = car.customerId ?? customerId;
    const filled = blanksFilled(car, { vin, plate, model, use, saleDate, customerId: owner, ...(owner !== customerId && { contactId: customerId }) });
    return Object.keys(filled).length ? this.vehicles.change(tx, car, filled) : car;
  }

  async #sameCar(tx: Tx, vin: string | null, plate: string | null, customerId: string, not: string): Promise<Vehicle | null> {
    const byVin = vin && (await tx.one<Vehicle>(`select * from vehicle where vin = $1 and merged_into is null and id <> $2 for no key update`, [vin, not]));
    if (byVin) return byVin;
    const key = plate && plateKey(plate);
    if (!key) return null;
    return tx.one<Vehicle>(
      `select * from vehicle where plate_key = $1 and customer_id = $2 and (vin is null or $3::text is null) and merged_into is null and id <> $4 order by opened_at, id limit 1 for no key update`,
      [key, customerId, vin, not],
    );
  }
}
