import type { OperationState } from '../job/job';

export type BlockReason = 'parts' | 'consent' | 'consultation' | 'tool' | 'sublet' | 'customer';
/** What people see; parts and consent come and go with facts. */
export const byHand = ['consultation', 'tool', 'sublet', 'customer'] as const satisfies readonly BlockReason[];

export interface PartLine {
  readonly lineId: string;
  readonly consented: boolean;
  readonly short: boolean;
  readonly faultCode: string | null;
}

export interface Standstill {
  readonly reason: BlockReason;
  readonly lineIds: readonly string[];
}

/** What blocks a job by the facts alone: consented parts that are not here, and add-ons that wait for an answer. */
export function byFacts(parts: readonly PartLine[], faults: readonly { readonly state: string }[]): Standstill[] {
  const short = parts.filter((part) => part.consented && part.short).map(({ lineId }) => lineId).sort();
  return [
    ...(short.length ? [{ reason: 'parts' as const, lineIds: short }] : []),
    // Consented work goes on meanwhile, so no line stands still; only the job can't be finished.
    ...(faults.some(({ state }) => state === 'asked') ? [{ reason: 'consent' as const, lineIds: [] }] : []),
  ];
}

/** A block stands on the operations it names, and on those that mend the same fault as a part it names (or, both, none). */
export function standsOn(operation: { readonly lineId: string; readonly faultCode: string | null }, block: Standstill, parts: readonly PartLine[]): boolean {
  return block.lineIds.includes(operation.lineId) || parts.some((part) => block.lineIds.includes(part.lineId) && part.faultCode === operation.faultCode);
}

/** By hand without naming lines: all work that is not done yet. */
export const wholeJob = (operations: readonly { readonly lineId: string; readonly state: OperationState }[]): string[] =>
  operations.filter(({ state }) => state !== 'done' && state !== 'left' && state !== 'dropped').map(({ lineId }) => lineId);
