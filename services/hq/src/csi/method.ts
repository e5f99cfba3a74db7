import type { PolicyValue } from '@aftersales/contracts/hq/policies';

/** A version of the policy csi.method, as far as it can bind the store (or the whole group) that is looked at. */
export interface Method {
  readonly policyId: string;
  readonly version: number;
  readonly level: 'store' | 'brand' | 'group';
  readonly from: Date;
  readonly value: PolicyValue<'csi.method'>;
}

const narrowest = ['store', 'brand', 'group'] as const;

/**
 * The method of a period: the one in force when the period began. A period under way keeps its method, the next one follows the new version,
 * and what was once reported does not change. Before the first version there is only the first.
 */
export function methodOf<M extends Pick<Method, 'level' | 'from' | 'version'>>(methods: readonly M[], beganAt: Date): M | null {
  const byDate = [...methods].sort((a, b) => a.from.getTime() - b.from.getTime() || a.version - b.version);
  for (const level of narrowest) {
    const inForce = byDate.filter((method) => method.level === level && method.from <= beganAt).at(-1);
    if (inForce) return inForce;
  }
  return byDate.find(({ level }) => level === 'group') ?? byDate[0] ?? null;
}
