import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { Code, Id, LocalDate, Vin } from '../kernel/values';

// One car, one file (一車一檔). Both facts carry the whole state: the newest alone is enough. claims: rule pack by market, sale date and use;
// reception: VIN against the car, brand for policies, who owns it and who is called.
const topic = 'crm.vehicle';
const key = ({ vehicleId }: { vehicleId: string }) => vehicleId;
const data = z.object({
  vehicleId: Id,
  version: z.int().positive(),
  vin: Vin.nullable(),
  brand: Code,
  model: Code.nullable(),
  market: Code,
  use: z.enum(['household', 'commercial', 'unknown']),
  /** To the first customer: the warranty's day 0. */
  saleDate: LocalDate.nullable(),
  /** Null while only the car is known. */
  customerId: Id.nullable(),
  contactId: Id.nullable(),
  /** CRM-1: nothing is missing that the file needs. */
  complete: z.boolean(),
});
const heardBy = {
  reception: ['vehicleId', 'version', 'vin', 'brand', 'model', 'market', 'customerId', 'contactId'],
  claims: ['vehicleId', 'version', 'vin', 'brand', 'model', 'market', 'use', 'saleDate'],
} as const;

/** The file is open: by a first visit, a sale, or by hand. */
export const VehicleRegistered = defineEvent({ type: 'crm.vehicle-registered.v1', topic, kept: 'compacted', scope: 'group', key, data, heardBy });

export const VehicleChanged = defineEvent({ type: 'crm.vehicle-changed.v1', topic, kept: 'compacted', scope: 'group', key, data, heardBy });
