import { Injectable } from '@nestjs/common';
import { VehicleChanged, VehicleRegistered } from '@aftersales/contracts/crm/vehicle';
import { addOpenDays } from '@aftersales/calendar/open-days';
import { explain } from '@aftersales/calendar/steps';
import { calendarOf, policyOf } from '@aftersales/directory/directory';
import { insertRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { Promises, type NewPromise } from '@aftersales/platform/promises/promises';
import { ownerOf } from './contact.queries';
import { missingOf, plateKey, type Vehicle } from './file';

export type VehicleFields = Pick<Vehicle, 'vin' | 'plate' | 'brand' | 'model' | 'market' | 'use' | 'saleDate' | 'customerId' | 'contactId'>;

/** CRM-1: one car, one file. Every change writes whether it is complete now, and says the whole file. */
@Injectable()
export class Vehicles {
  constructor(private readonly promises: Promises) {}

  async open(tx: Tx, id: string, storeId: string, fields: VehicleFields): Promise<Vehicle> {
    const row: Vehicle = { id, storeId, version: 1, ...fields, plateKey: keyOf(fields.plate), complete: false, firstVisitAt: null, mergedInto: null, openedAt: tx.now };
    const opened = { ...row, complete: await this.#isComplete(tx, row) };
    await insertRow(tx, 'vehicle', opened);
    publish(tx, VehicleRegistered, opened, stateOf(opened));
    return opened;
  }

  async change(tx: Tx, row: Vehicle, fields: Partial<VehicleFields>): Promise<Vehicle> {
    const changed = { ...row, ...fields };
    const complete = await this.#isComplete(tx, changed);
    const next = await updateRow(tx, 'vehicle', row, { ...fields, ...(fields.plate !== undefined && { plateKey: keyOf(fields.plate) }), complete });
    publish(tx, VehicleChanged, next, stateOf(next));
    if (complete) await this.promises.keep(tx, 'file.complete', row.id);
    return next;
  }

  /** A name or a number of theirs changed: their cars' files may be complete now, or not any more. */
  async ownerChanged(tx: Tx, customerId: string): Promise<void> {
    const cars = await tx.query<Vehicle>(`select * from vehicle where customer_id = $1 and merged_into is null order by id for no key update`, [customerId]);
    for (const car of cars) if ((await this.#isComplete(tx, car)) !== car.complete) await this.change(tx, car, {});
  }

  /** From the first visit on, the file is owed complete so many working days later: at the close of the last of them. */
  async visited(tx: Tx, row: Vehicle, storeId: string, at: Date): Promise<Vehicle> {
    if (row.firstVisitAt) return row;
    const policy = await policyOf(tx, 'file.complete', storeId);
    const { calendar, version } = await calendarOf(tx, storeId, 'service');
    const { closesAt } = addOpenDays(calendar, at, policy.value.workingDays);
    return this.#owe(tx, row, { storeId, policy, calendarVersion: version, startedAt: at, dueAt: closesAt, explanation: explain(calendar, at, closesAt) });
  }

  /** What is still owed for a file that was merged is owed for the one that is kept, as it was promised (TIM-6); what was kept or late for it is over. */
  async tookIn(tx: Tx, row: Vehicle, { id, firstVisitAt }: Vehicle): Promise<Vehicle> {
    const owed = await this.promises.openOn(tx, 'file.complete', id);
    if (owed) await this.promises.void(tx, 'file.complete', id, 'merged');
    if (!firstVisitAt || row.firstVisitAt) return row;
    if (!owed) return updateRow(tx, 'vehicle', row, { firstVisitAt });
    const { storeId, policy, policyVersion, calendarVersion, dueAt, explanation } = owed;
    return this.#owe(tx, row, { storeId, policy: { kind: policy, version: policyVersion }, calendarVersion, startedAt: firstVisitAt, dueAt, explanation });
  }

  async #owe(tx: Tx, row: Vehicle, promise: Omit<NewPromise, 'kind' | 'subject' | 'ownerRole'> & { readonly startedAt: Date }): Promise<Vehicle> {
    await this.promises.open(tx, { ...promise, kind: 'file.complete', subject: row.id, ownerRole: 'crm-agent' });
    const next = await updateRow(tx, 'vehicle', row, { firstVisitAt: promise.startedAt });
    if (next.complete) await this.promises.keep(tx, 'file.complete', row.id);
    return next;
  }

  async #isComplete(tx: Tx, car: Vehicle): Promise<boolean> {
    return missingOf(car, car.customerId ? await ownerOf(tx, car.customerId) : null).length === 0;
  }
}

const keyOf = (plate: string | null): string | null => (plate === null ? null : plateKey(plate));

const stateOf = ({ id, version, vin, brand, model, market, use, saleDate, customerId, contactId, complete }: Vehicle) => ({
  vehicleId: id, version, vin, brand, model, market, use, saleDate, customerId, contactId, complete,
});
