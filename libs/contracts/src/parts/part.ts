import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { Code, Id, Instant, Money, PartNumber, Thousandths } from '../kernel/values';

/** The catalogue's entry, whole (PRT-1). reception prices and prints from it; claims counts replaced assemblies. */
export const PartChanged = defineEvent({
  type: 'parts.part-changed.v1', topic: 'parts.part', kept: 'compacted', scope: 'group',
  key: ({ partNumber }) => partNumber,
  data: z.object({
    partNumber: PartNumber,
    version: z.int().positive(),
    /** By language, as the maker's catalogue prints it. */
    title: z.record(z.string(), z.string().max(200)),
    unit: Code,
    /** One price per currency the group sells in. */
    listPrices: z.array(Money),
    kind: z.enum(['genuine', 'aftermarket', 'accessory']),
    supersededBy: PartNumber.nullable(),
    returnableCore: z.boolean(),
    /** The main assembly it is (engine, gearbox, …) in the rule packs' words; null for most. */
    assembly: Code.nullable(),
    /** Still to be had. */
    active: z.boolean(),
  }),
  heardBy: { reception: ['partNumber', 'version', 'title', 'unit', 'listPrices', 'supersededBy', 'active'], claims: ['partNumber', 'version', 'assembly'] },
});

/** What one store could promise of one part now (REC-2). Group scope: every desk sees the sister stores' stock. */
export const AvailabilityChanged = defineEvent({
  type: 'parts.availability-changed.v1', topic: 'parts.availability', kept: 'compacted', scope: 'group',
  key: ({ storeId, partNumber }) => `${storeId}/${partNumber}`,
  data: z.object({
    storeId: Id,
    partNumber: PartNumber,
    onHand: Thousandths,
    reserved: Thousandths,
    /** On hand less reserved, never below 0. */
    free: Thousandths,
    inbound: Thousandths,
    /** When the next inbound that nobody holds comes. */
    nextEta: Instant.nullable(),
  }),
  heardBy: { reception: ['storeId', 'partNumber', 'onHand', 'free', 'inbound', 'nextEta'] },
});
