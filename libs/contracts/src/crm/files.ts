import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { Id, Instant } from '../kernel/values';

/**
 * Two files were one. Who keeps `fromId` writes `toId` from now on, and remembers the alias: later facts may still say `fromId`, and a merge
 * of `toId` may arrive first. This is the only way a customerId or vehicleId changes.
 */
export const FilesMerged = defineEvent({
  type: 'crm.files-merged.v1', topic: 'crm.files', scope: 'group',
  key: ({ fromId }) => fromId,
  data: z.object({ of: z.enum(['customer', 'vehicle']), fromId: Id, toId: Id, mergedAt: Instant }),
  heardBy: { reception: ['of', 'fromId', 'toId'], workshop: ['of', 'fromId', 'toId'], claims: ['of', 'fromId', 'toId'], hq: ['of', 'fromId', 'toId'] },
});
