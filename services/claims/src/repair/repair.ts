import { localDate, type LocalDate } from '@aftersales/calendar/local-time';
import type { DataOf } from '@aftersales/contracts/kernel/event';
import type { Money } from '@aftersales/contracts/kernel/values';
import { Refused } from '@aftersales/contracts/kernel/refused';
import type { OldPartHandedIn } from '@aftersales/contracts/parts/reservation';
import type { EstimateLine } from '@aftersales/contracts/reception/estimate-line';
import type { PromiseMoved, VisitAuthorised, VisitOpened, VisitSettled } from '@aftersales/contracts/reception/visit';
import type { FaultFound, JobCompleted, JobOpened } from '@aftersales/contracts/workshop/job';

/** A line that the maker shall pay: of a quality fault, as the rule packs call it. */
export interface WarrantyLine {
  readonly lineId: string;
  readonly kind: EstimateLine['kind'];
  readonly faultCode: string | null;
  readonly partNumber: string | null;
  readonly safety: boolean;
  readonly amount: Money;
}

/** The workshop's word that all is done; a job that is extended after it goes on, and is completed again. */
export interface Completion {
  readonly at: string;
  /** The labour it names, done or left undone, and that is not to be done again. */
  readonly lineIds: readonly string[];
}

/** What a labour line is on the floor: with another operation or other hands it is other work. */
interface Work {
  readonly lineId: string;
  readonly operationCode: string;
  readonly skill: string;
}

export interface Exclusion {
  readonly reason: string;
  readonly from: string;
  readonly to: string;
  readonly by: string;
}

/**
 * What one visit says about one car's repair: gathered from three services' facts, which come in any order between their topics. Each
 * function below writes fields of its own topic only, so every order ends in the same repair.
 */
export interface Repair {
  readonly vehicleId: string | null;
  readonly repairOrder: string | null;
  readonly brand: string | null;
  readonly mileage: number | null;
  // reception: the agreed repair
  readonly estimateVersion: number;
  readonly lines: readonly WarrantyLine[];
  readonly agreedAt: Date | null;
  /** The agreement's day on the store's wall. */
  readonly agreedOn: LocalDate | null;
  readonly promisedAt: Date | null;
  readonly settled: { readonly lines: readonly WarrantyLine[]; readonly customerSigned: boolean } | null;
  // workshop: what was done
  readonly operations: readonly Work[];
  /** In their order. When the repair is over follows from them and the agreed lines: `completedAt`. */
  readonly completions: readonly Completion[];
  readonly unfinished: readonly string[];
  readonly replaced: readonly { readonly lineId: string; readonly partNumber: string }[];
  readonly diagnosed: readonly { readonly lineId: string; readonly faultCode: string }[];
  readonly checks: readonly { readonly check: string; readonly by: string; readonly checkedAt: string }[];
  readonly found: readonly string[];
  readonly photos: readonly string[];
  // parts: what it waits for, and what came out of the car
  readonly waiting: readonly { readonly lineId: string; readonly eta: string | null }[];
  readonly tags: readonly { readonly lineId: string; readonly tag: string }[];
  // claims: time that does not count
  readonly excluded: readonly Exclusion[];
}

export const unknownRepair: Repair = {
  vehicleId: null, repairOrder: null, brand: null, mileage: null, estimateVersion: 0, lines: [], agreedAt: null, agreedOn: null, promisedAt: null, settled: null,
  operations: [], completions: [], unfinished: [], replaced: [], diagnosed: [], checks: [], found: [], photos: [], waiting: [], tags: [], excluded: [],
};

const warrantyLines = (lines: readonly EstimateLine[]): WarrantyLine[] =>
  lines.filter(({ payer }) => payer === 'warranty').map(({ lineId, kind, faultCode = null, partNumber = null, safety = false, amount }) => ({ lineId, kind, faultCode, partNumber, safety, amount }));

const once = (ids: readonly string[]): string[] => [...new Set(ids)].sort();

export const opened = (repair: Repair, { vehicleId, repairOrder, brand, mileage }: DataOf<typeof VisitOpened>): Repair => ({ ...repair, vehicleId, repairOrder, brand, mileage });

/** Days in repair begin at the first agreement with a warranty line, whatever versions follow. */
export function authorised(repair: Repair, { version, vehicleId, repairOrder, brand, mileage, lines, authorisedAt, promisedAt }: DataOf<typeof VisitAuthorised>, zone: string): Repair {
  if (version < repair.estimateVersion) return repair;
  const agreed = warrantyLines(lines);
  const agreedAt = repair.agreedAt ?? (agreed.length ? new Date(authorisedAt) : null);
  return { ...repair, vehicleId, repairOrder, brand, mileage, estimateVersion: version, lines: agreed, agreedAt, agreedOn: agreedAt && localDate(zone, agreedAt), promisedAt: new Date(promisedAt) };
}

export const promiseMoved = (repair: Repair, { promisedAt }: DataOf<typeof PromiseMoved>): Repair => ({ ...repair, promisedAt: new Date(promisedAt) });

export const settled = (repair: Repair, { lines, customerSigned }: DataOf<typeof VisitSettled>): Repair => ({ ...repair, settled: { lines: warrantyLines(lines), customerSigned } });

export const faultFound = (repair: Repair, { faultId, evidenceIds }: DataOf<typeof FaultFound>): Repair =>
  repair.found.includes(faultId) ? repair : { ...repair, found: once([...repair.found, faultId]), photos: once([...repair.photos, ...evidenceIds]) };

/** There is work to do. A line that is other work now is to be done again, however it ended before. */
export function jobOpened(repair: Repair, { operations }: DataOf<typeof JobOpened>): Repair {
  const isOther = (known: Work, now: Work | undefined) => now !== undefined && (now.operationCode !== known.operationCode || now.skill !== known.skill);
  const again = repair.operations.filter((known) => isOther(known, operations.find(({ lineId }) => lineId === known.lineId))).map(({ lineId }) => lineId);
  const ended = (lineIds: readonly string[]) => lineIds.filter((lineId) => !again.includes(lineId));
  return {
    ...repair, operations: operations.map(({ lineId, operationCode, skill }) => ({ lineId, operationCode, skill })),
    completions: repair.completions.map(({ at, lineIds }) => ({ at, lineIds: ended(lineIds) })), unfinished: ended(repair.unfinished),
  };
}

export const completed = (repair: Repair, { completedAt, operations, unfinishedLineIds, replacedParts, checks, evidenceIds }: DataOf<typeof JobCompleted>): Repair => ({
  ...repair, completions: [...repair.completions.filter(({ at }) => at !== completedAt), { at: completedAt, lineIds: once([...operations.map(({ lineId }) => lineId), ...unfinishedLineIds]) }].toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)),
  unfinished: unfinishedLineIds, replaced: replacedParts.map(({ lineId, partNumber }) => ({ lineId, partNumber })),
  diagnosed: operations.flatMap(({ lineId, faultCode }) => (faultCode ? [{ lineId, faultCode }] : [])), checks, photos: once([...repair.photos, ...evidenceIds]),
});

export const oldPart = (repair: Repair, { lineId, tag, custody }: DataOf<typeof OldPartHandedIn>): Repair =>
  custody !== 'claims' ? repair : { ...repair, tags: [...repair.tags.filter((one) => one.tag !== tag), { lineId, tag }] };

/** The whole list of what is short. */
export const waitsFor = (repair: Repair, lines: readonly { lineId: string; eta: string | null }[]): Repair => ({ ...repair, waiting: lines.map(({ lineId, eta }) => ({ lineId, eta })) });

export const comesAt = (repair: Repair, lines: readonly { lineId: string; eta: string | null }[]): Repair => {
  const told = new Set(lines.map(({ lineId }) => lineId));
  return waitsFor(repair, [...repair.waiting.filter(({ lineId }) => !told.has(lineId)), ...lines]);
};

export const hasCome = (repair: Repair, lineIds: readonly string[]): Repair => waitsFor(repair, repair.waiting.filter(({ lineId }) => !lineIds.includes(lineId)));

/**
 * When the quality faults were mended, not when the car is fetched: with the first completion that names the last of their labour. Null while
 * any of it is still to be done, also when the job was completed before that was agreed. Other work that follows lengthens nothing.
 */
export function completedAt({ lines, completions }: Repair): Date | null {
  const labour = lines.filter(({ kind }) => kind === 'labour');
  const ends = labour.length ? labour.map(({ lineId }) => completions.find(({ lineIds }) => lineIds.includes(lineId))) : [completions[0]];
  return ends.includes(undefined) ? null : new Date(Math.max(...ends.map((end) => Date.parse(end!.at))));
}

/** Time that the pack does not count: recorded afterwards, inside the repair. */
export function excluded(repair: Repair, exclusion: Exclusion, known: readonly string[], now: Date): Repair {
  const [from, to] = [new Date(exclusion.from), new Date(exclusion.to)];
  if (!known.includes(exclusion.reason)) throw new Refused('standing.exclusion-of-the-pack', known.length ? `This car's rule pack leaves out only: ${known.join(', ')}.` : "This car's rule pack leaves no time out.");
  if (!repair.agreedAt || from < repair.agreedAt || to <= from || to > (completedAt(repair) ?? now)) throw new Refused('standing.exclusion-inside-repair', 'Time left out lies between the agreed repair and its completion.');
  return { ...repair, excluded: [...repair.excluded, exclusion] };
}

/** What of a claimed line was really done. */
export const finishedLines = ({ lines, unfinished }: Repair): WarrantyLine[] => lines.filter(({ lineId }) => !unfinished.includes(lineId));
