import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { everyDirectory } from './directory';
import { Code, Id, Instant, LocalDate } from '../kernel/values';
import { Role } from '../roles';

/** A person's posts, whole; names stay home (screens ask hq). A post that has ended acts within a minute. */
export const StaffChanged = defineEvent({
  type: 'hq.staff-changed.v1', topic: 'hq.staff', kept: 'compacted', scope: 'group',
  key: ({ staffId }) => staffId,
  data: z.object({
    /** The `sub` of the person's tokens. */
    staffId: Id,
    version: z.int().positive(),
    /** Null store: in the whole group. Null `to`: until further notice. */
    posts: z.array(z.object({ role: Role, storeId: Id.nullable(), from: Instant, to: Instant.nullable() })),
    certificates: z.array(z.object({ certificate: Code, until: LocalDate.nullable() })).optional(),
  }),
  heardBy: everyDirectory(['staffId', 'version', 'posts', 'certificates']),
});
