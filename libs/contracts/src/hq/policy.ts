import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { everyDirectory } from './directory';
import { Code, Id, Instant } from '../kernel/values';

/** The narrowest one wins: store, then brand, then group. */
export const PolicyScope = z.discriminatedUnion('level', [
  z.object({ level: z.literal('group') }),
  z.object({ level: z.literal('brand'), brand: Code }),
  z.object({ level: z.literal('store'), storeId: Id }),
]);
export type PolicyScope = z.infer<typeof PolicyScope>;

/**
 * One version of one policy. A version never changes, and each has a key of its own: the topic keeps them all, for a version may begin later
 * than now and a running promise keeps the one it was made under. `value` fits policyKinds[kind] (hq checks before it publishes, the
 * directory when it reads); a kind unknown to a service is kept and not used.
 */
export const PolicyChanged = defineEvent({
  type: 'hq.policy-changed.v1', topic: 'hq.policy', kept: 'compacted', scope: 'group',
  key: ({ policyId, version }) => `${policyId}/${version}`,
  data: z.object({
    policyId: Id,
    kind: Code,
    scope: PolicyScope,
    version: z.int().positive(),
    value: z.record(z.string(), z.unknown()),
    /** What becomes of open promises (TIM-6). */
    onOpen: z.enum(['keep', 're-plan']),
    /** In force until the next version's `from`. */
    from: Instant,
  }),
  heardBy: everyDirectory(['policyId', 'kind', 'scope', 'version', 'value', 'onOpen', 'from']),
});
