import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { everyDirectory } from './directory';
import { Code, Id, Language } from '../kernel/values';

/** A store, whole. Its name, phone and address are the business's, no person's: they stand on every message and page. */
export const StoreChanged = defineEvent({
  type: 'hq.store-changed.v1', topic: 'hq.store', kept: 'compacted', scope: 'group',
  key: ({ storeId }) => storeId,
  data: z.object({
    storeId: Id,
    version: z.int().positive(),
    code: Code,
    region: Code,
    brands: z.array(Code),
    /** Whose law and rule packs: CN, TW, … */
    market: z.string().regex(/^[A-Z]{2}$/),
    /** IANA */
    zone: z.string().max(64),
    currency: z.string().regex(/^[A-Z]{3}$/),
    locale: Language,
    name: z.string().max(200),
    phone: z.string().max(40),
    address: z.string().max(500),
    closed: z.boolean(),
  }),
  heardBy: everyDirectory(['storeId', 'version', 'code', 'region', 'brands', 'market', 'zone', 'currency', 'locale', 'name', 'phone', 'address', 'closed']),
});
