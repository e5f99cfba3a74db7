import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { Channel, Code, Id, Kilometres, Language, LocalDate, Vin } from '../kernel/values';

/**
 * An unknown car or customer, or crm was away: reception has minted both ids and typed what it was told (REC-12). crm adopts the ids
 * (vehicle-registered), or finds the file and says files-merged from these ids to the known ones.
 */
export const CustomerIntroduced = defineEvent({
  type: 'reception.customer-introduced.v1', topic: 'reception.customer', kept: 'sealed', scope: 'group',
  key: ({ vehicleId }) => vehicleId,
  data: z.object({
    customerId: Id,
    vehicleId: Id,
    /** Where it was typed. */
    storeId: Id,
    appointmentId: Id.nullable(),
    visitId: Id.nullable(),
    vin: Vin.nullable(),
    brand: Code,
    model: Code.nullable(),
    market: Code,
    use: z.enum(['household', 'commercial', 'unknown']),
    saleDate: LocalDate.nullable(),
    mileage: Kilometres.nullable(),
  }),
  sealed: {
    for: 'crm',
    data: z.object({
      name: z.string().min(1).max(200),
      phones: z.array(z.string().min(3).max(40)),
      plate: z.string().max(20).nullable(),
      email: z.email().nullable(),
      address: z.string().max(500).nullable(),
      language: Language.nullable(),
      preferredChannel: Channel.nullable(),
    }),
  },
  heardBy: { crm: ['customerId', 'vehicleId', 'storeId', 'visitId', 'vin', 'brand', 'model', 'market', 'use', 'saleDate', 'mileage'] },
});
