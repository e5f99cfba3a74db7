import { Injectable } from '@nestjs/common';
import { demand } from '@aftersales/contracts/kernel/refused';
import { storeOf } from '@aftersales/directory/directory';
import { lockRow, NotFound } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { InvalidFields } from '@aftersales/platform/http/errors';
import { v7 as uuidv7 } from 'uuid';
import { lockIdentity } from './alias.store';
import { Customers, type CustomerFields } from './customers.service';
import type { Customer, Vehicle } from './file';
import type { ConsentInput, ContactChange, ContactInput, VehicleCorrection, VehicleInput } from './file.inputs';
import { phoneOf, type Phone } from './phone';
import { Vehicles } from './vehicles.service';

/** What people do with files by hand. */
@Injectable()
export class FileDesk {
  constructor(private readonly customers: Customers, private readonly vehicles: Vehicles) {}

  async openCustomer(tx: Tx, storeId: string, { phones, ...input }: ContactInput): Promise<Customer> {
    return this.customers.open(tx, uuidv7(), storeId, fieldsOf(input), await this.#numbers(tx, storeId, phones));
  }

  async changeContact(tx: Tx, storeId: string, id: string, version: number | null, { phones, ...input }: ContactChange): Promise<Customer> {
    const row = await openFile<Customer>(tx, 'customer', id, version);
    return this.customers.change(tx, row, fieldsOf(input), phones && (await this.#numbers(tx, storeId, phones)));
  }

  async consent(tx: Tx, id: string, version: number | null, input: ConsentInput, by: string): Promise<Customer> {
    return this.customers.consent(tx, await openFile<Customer>(tx, 'customer', id, version), input, by);
  }

  async openVehicle(tx: Tx, storeId: string, input: VehicleInput): Promise<Vehicle> {
    await this.#check(tx, input, null);
    const { market } = await storeOf(tx, storeId);
    const { vin = null, plate = null, model = null, saleDate = null, customerId = null, contactId = null } = input;
    return this.vehicles.open(tx, uuidv7(), storeId, { vin, plate, brand: input.brand, model, market, use: input.use ?? 'unknown', saleDate, customerId, contactId });
  }

  async changeVehicle(tx: Tx, id: string, version: number | null, input: VehicleCorrection): Promise<Vehicle> {
    await this.#check(tx, input, id);
    return this.vehicles.change(tx, await openFile<Vehicle>(tx, 'vehicle', id, version), input);
  }

  /** One car, one file: a VIN that another file has is that car. Who owns it or brings it has a file. */
  async #check(tx: Tx, { vin, customerId, contactId }: VehicleCorrection, own: string | null): Promise<void> {
    if (vin) {
      await lockIdentity(tx, vin, []);
      const other = await tx.one<{ id: string }>(`select id from vehicle where vin = $1 and merged_into is null and id is distinct from $2::uuid`, [vin, own]);
      demand(!other, 'file.vin-known', 'There is a file with this VIN: open that one, or merge the two.');
    }
    for (const [pointer, person] of [['/customerId', customerId], ['/contactId', contactId]] as const) {
      if (person && !(await tx.one(`select 1 from customer where id = $1 and merged_into is null`, [person]))) throw new InvalidFields([{ pointer, code: 'unknown', detail: 'There is no such customer.' }]);
    }
  }

  async #numbers(tx: Tx, storeId: string, texts: readonly string[]): Promise<Phone[]> {
    const { market } = await storeOf(tx, storeId);
    const phones = texts.map((text) => phoneOf(text, market));
    const faults = phones.flatMap((phone, i) => (phone ? [] : [{ pointer: `/phones/${i}`, code: 'phone', detail: 'This is no phone number.' }]));
    if (faults.length) throw new InvalidFields(faults);
    return phones as Phone[];
  }
}

/** A merged file is not changed any more: its reader sees the one that is kept, with another version. */
async function openFile<R extends Customer | Vehicle>(tx: Tx, table: 'customer' | 'vehicle', id: string, version: number | null): Promise<R> {
  const row = await lockRow<R>(tx, table, id, version);
  if (row.mergedInto) throw new NotFound(table);
  return row;
}

function fieldsOf({ preferredWindow, ...fields }: Omit<ContactChange, 'phones'>): Partial<CustomerFields> {
  return { ...fields, ...(preferredWindow !== undefined && { preferredFrom: preferredWindow?.from ?? null, preferredTo: preferredWindow?.to ?? null }) };
}
