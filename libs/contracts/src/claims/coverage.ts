import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { Code, Id, Instant } from '../kernel/values';

/**
 * The answer to coverage-asked, for the lines of exactly that version (CLM-11): covered lines count as consented by the maker until
 * `validUntil`; a line that is not covered gets another payer, in a new version. May come in parts.
 */
export const CoverageDecided = defineEvent({
  type: 'claims.coverage-decided.v1', topic: 'claims.coverage',
  key: ({ visitId }) => visitId,
  data: z.object({
    visitId: Id,
    version: z.int().positive(),
    lines: z.array(z.object({ lineId: Id, covered: z.boolean(), reason: Code.nullable(), preApproval: Code.nullable() })),
    decidedBy: z.array(Id),
    decidedAt: Instant,
    validUntil: Instant,
  }),
  heardBy: { reception: ['visitId', 'version', 'lines', 'decidedAt', 'validUntil'] },
});
