import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { Id } from '../kernel/values';

/** What the floor calls a car by. The only place where plates travel; kept 7 days, hearers forget it with the visit (visit-delivered). */
export const VisitLabelled = defineEvent({
  type: 'reception.visit-labelled.v1', topic: 'reception.visit-label', kept: 'sealed',
  key: ({ visitId }) => visitId,
  data: z.object({ visitId: Id, plate: z.string().max(20).nullable(), keyTag: z.string().max(20).nullable() }),
  heardBy: { workshop: ['visitId', 'plate', 'keyTag'], parts: ['visitId', 'plate', 'keyTag'] },
});
