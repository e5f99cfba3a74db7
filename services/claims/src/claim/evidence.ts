import type { PolicyValue } from '@aftersales/contracts/hq/policies';
import { completedAt, finishedLines, type Repair, type WarrantyLine } from '../repair/repair';

/** What the clerk adds to what the services' facts told. */
export interface AddedEvidence {
  readonly photos: readonly string[];
  /** Replaced parts of which no old part is asked for (PRT-5: fluids, bulk, accessories, first fit). */
  readonly noOldPart: readonly { readonly lineId: string; readonly class: string }[];
}

/** What is claimed: the settlement's lines; before it, what is agreed and not left undone. */
export const claimable = (repair: Repair): readonly WarrantyLine[] =>
  (repair.settled?.lines ?? finishedLines(repair)).map((line) => ({ ...line, faultCode: line.faultCode ?? repair.diagnosed.find(({ lineId }) => lineId === line.lineId)?.faultCode ?? null }));

export const photosOf = (repair: Repair, added: AddedEvidence): string[] => [...new Set([...repair.photos, ...added.photos])].sort();

/** CLM-4: what a claim still lacks before the maker may see it, by name. */
export function missingEvidence(repair: Repair, added: AddedEvidence, vin: string | null, policy: PolicyValue<'claim.evidence'>): string[] {
  const lines = claimable(repair);
  const tagged = new Set([...repair.tags, ...added.noOldPart].map(({ lineId }) => lineId));
  const lacks: [string, boolean][] = [
    ['vin', !vin],
    ['mileage', repair.mileage === null],
    ['job-completed', !completedAt(repair)],
    ['final-check', !repair.checks.some(({ check }) => check === 'final')],
    ['settlement', !repair.settled],
    ['customer-signature', policy.customerSignature && !repair.settled?.customerSigned],
    ['photos', photosOf(repair, added).length < policy.photosAtLeast],
    ...lines.filter(({ kind }) => kind !== 'consumable').map(({ lineId, faultCode }): [string, boolean] => [`fault-code/${lineId}`, !faultCode]),
    ...repair.replaced.filter(({ lineId }) => policy.oldPartTag && lines.some((line) => line.lineId === lineId && line.kind === 'part')).map(({ lineId }): [string, boolean] => [`old-part-tag/${lineId}`, !tagged.has(lineId)]),
  ];
  return [...new Set(lacks.filter(([, missing]) => missing).map(([what]) => what))];
}
