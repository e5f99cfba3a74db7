import { addDays, addMonths, type LocalDate } from '@aftersales/calendar/local-time';
import type { StandingChanged } from '@aftersales/contracts/claims/standing';
import type { DataOf } from '@aftersales/contracts/kernel/event';
import { completedAt, finishedLines, type Repair } from '../repair/repair';
import { countedMs, daysInRepair, type Stretch } from './days-in-repair';
import { packOf, type Cover, type EarlyRight, type RulePack, type ThreeGuarantees } from './rule-packs';

const dayMs = 24 * 3600_000;

/** What crm's file says of a car. */
export interface CarFile {
  readonly market: string | null;
  readonly use: 'household' | 'commercial' | 'unknown';
  readonly saleDate: LocalDate | null;
}

/** A repair of a quality fault that was agreed: what the ledger counts. */
export interface AgreedRepair extends Repair {
  readonly id: string;
  readonly agreedAt: Date;
  readonly agreedOn: LocalDate;
}

/** Where one limit stands, and where it will when what is open ends as it is promised now. */
export interface LimitReading {
  readonly limit: 'days-in-repair' | 'same-fault' | 'safety' | 'assembly' | 'early-rights' | 'loaner-day-6';
  readonly of: string | null;
  /** The one repair that it is about; absent when it is about the car's whole history. */
  readonly repairId?: string;
  readonly value: number;
  readonly threshold: number;
  readonly forecast: number | null;
  readonly forecastAt: Date | null;
  /** Warned of whatever the policy's share: the right itself is there. */
  readonly due?: boolean;
}

export type Standing = Omit<DataOf<typeof StandingChanged>, 'vehicleId' | 'version' | 'asOf' | 'warnings'>;

export interface Assessment {
  readonly pack: RulePack | null;
  readonly standing: Standing;
  readonly readings: readonly LimitReading[];
  /** Those of the repairs that count for the three guarantees, oldest first. */
  readonly counted: readonly AgreedRepair[];
}

const until = (cover: Cover | undefined, saleDate: LocalDate | null) =>
  ({ until: cover && saleDate ? addMonths(saleDate, cover.months) : null, untilKm: cover?.km ?? null });

/** Both ends belong to it: the last day, and the last kilometre. */
const within = (cover: Cover, saleDate: LocalDate, { agreedOn, mileage }: AgreedRepair): boolean =>
  agreedOn >= saleDate && agreedOn <= addMonths(saleDate, cover.months) && (mileage ?? 0) <= cover.km;

const leftOut = ({ excluded }: Repair): Stretch[] => excluded.map(({ from, to }) => ({ from: new Date(from), to: new Date(to) }));

export const daysOf = (repair: AgreedRepair, at: Date): number =>
  daysInRepair({ from: repair.agreedAt, to: completedAt(repair) ?? (at > repair.agreedAt ? at : repair.agreedAt) }, leftOut(repair));

/** When an open repair ends as it is promised now: with its promise, or with its last part; null when nobody can say. */
export function expectedEnd({ promisedAt, waiting }: Repair, now: Date): Date | null {
  if (waiting.some(({ eta }) => eta === null)) return null;
  return new Date(Math.max(now.getTime(), promisedAt?.getTime() ?? 0, ...waiting.map(({ eta }) => Date.parse(eta!))));
}

/** CLM-1, CLM-2: where a car stands, from its file and its repairs in all stores of the group. */
export function assess({ market, use, saleDate }: CarFile, repairs: readonly AgreedRepair[], assemblyOf: ReadonlyMap<string, string>, now: Date): Assessment {
  const pack = packOf(market, saleDate);
  const duties = use === 'household' ? (pack?.threeGuarantees ?? null) : null;
  const inOrder = repairs.filter(({ lines }) => lines.length).toSorted((a, b) => a.agreedAt.getTime() - b.agreedAt.getTime() || (a.id < b.id ? -1 : 1));
  const counted = duties ? inOrder.filter((repair) => within(duties.period, saleDate!, repair)) : [];
  const ledger = duties ? ledgerOf(duties, counted, assemblyOf, saleDate!, now) : [];
  const loaners = use === 'household' && pack ? inOrder.filter((repair) => within(pack.repairCover, saleDate!, repair)).flatMap((repair) => loaner(pack, repair, now)) : [];
  const rows = (limit: LimitReading['limit']) => ledger.filter((row) => row.limit === limit && row.value > 0).map((row) => ({ of: row.of!, count: row.value, limit: row.threshold }));
  return {
    pack, counted, readings: [...ledger, ...loaners],
    standing: {
      rulePack: pack?.name ?? null, threeGuarantees: duties !== null,
      repairCover: until(pack?.repairCover, saleDate), threeGuaranteePeriod: until(duties?.period, saleDate),
      daysInRepair: ledger.find(({ limit }) => limit === 'days-in-repair')?.value ?? 0, daysInRepairLimit: duties?.daysInRepair ?? null,
      sameFault: rows('same-fault'), assemblies: rows('assembly'), failedSafetyRepairs: rows('safety'), openCampaigns: [],
    },
  };
}

function ledgerOf(duties: ThreeGuarantees, repairs: readonly AgreedRepair[], assemblyOf: ReadonlyMap<string, string>, saleDate: LocalDate, now: Date): LimitReading[] {
  const done = repairs.filter(completedAt);
  const ends = repairs.filter((repair) => !completedAt(repair)).map((repair) => expectedEnd(repair, now));
  const forecastAt = ends.length && ends.every((end) => end !== null) ? new Date(Math.max(...ends.map((end) => end!.getTime()))) : null;
  const days = (at: Date) => repairs.reduce((sum, repair) => sum + daysOf(repair, at), 0);
  // Counts do not wait for an ETA: the repair was agreed, it will count.
  const counts = (limit: 'same-fault' | 'assembly', threshold: number, codes: (repair: AgreedRepair) => readonly string[]): LimitReading[] => {
    const perCode = (of: readonly AgreedRepair[]) => of.flatMap(codes);
    return once(perCode(repairs)).map((code) => {
      const [value, all] = [perCode(done), perCode(repairs)].map((list) => list.filter((one) => one === code).length) as [number, number];
      return { limit, of: code, value, threshold, forecast: all > value ? all : null, forecastAt: all > value ? forecastAt : null };
    });
  };
  return [
    { limit: 'days-in-repair', of: null, value: days(now), threshold: duties.daysInRepair, forecast: forecastAt && days(forecastAt), forecastAt },
    ...counts('same-fault', duties.sameFault, faultsOf),
    ...safety(duties, repairs),
    ...counts('assembly', duties.assemblyReplacements, (repair) => assembliesOf(repair, assemblyOf, duties.assemblies)),
    ...repairs.flatMap((repair) => early(duties, repair, assemblyOf, saleDate)),
  ];
}

const once = (codes: readonly string[]): string[] => [...new Set(codes)].sort();

/** A repair counts once for each fault it mends, however many lines that takes. */
const faultsOf = (repair: Repair): string[] => once(finishedLines(repair).flatMap(({ faultCode }) => faultCode ?? []));

/** Replaced on a warranty line; while the repair is open, what is going to be. An assembly and its main parts together are one replacement. */
function assembliesOf(repair: Repair, assemblyOf: ReadonlyMap<string, string>, known: readonly string[]): string[] {
  const ours = new Set(finishedLines(repair).map(({ lineId }) => lineId));
  const numbers = completedAt(repair) ? repair.replaced.filter(({ lineId }) => ours.has(lineId)).map(({ partNumber }) => partNumber) : finishedLines(repair).flatMap(({ partNumber }) => partNumber ?? []);
  return once(numbers.flatMap((number) => assemblyOf.get(number) ?? [])).filter((code) => known.includes(code));
}

const isSafety = (repair: Repair): boolean => finishedLines(repair).some((line) => line.safety);

/** A safety repair has failed when the car comes with a safety fault again, the same or a new one. */
function safety({ failedSafetyRepairs: threshold }: ThreeGuarantees, repairs: readonly AgreedRepair[]): LimitReading[] {
  const ofSafety = repairs.filter(isSafety);
  const comesAgain = (repair: AgreedRepair, end: Date | null) => end !== null && ofSafety.some((other) => other !== repair && other.agreedAt >= end);
  const failed = ofSafety.filter((repair) => comesAgain(repair, completedAt(repair))).length;
  return ofSafety.length ? [{ limit: 'safety', of: 'safety', value: failed, threshold, forecast: null, forecastAt: null }] : [];
}

function early(duties: ThreeGuarantees, repair: AgreedRepair, assemblyOf: ReadonlyMap<string, string>, saleDate: LocalDate): LimitReading[] {
  const holds = ({ days, km, for: what }: EarlyRight): boolean =>
    repair.agreedOn <= addDays(saleDate, days) && (km === null || (repair.mileage ?? 0) <= km) && (what === 'safety' ? isSafety(repair) : assembliesOf(repair, assemblyOf, duties.earlyAssemblies).length > 0);
  const daysSinceSale = Math.round((Date.parse(repair.agreedOn) - Date.parse(saleDate)) / dayMs);
  return duties.earlyRights.filter(holds).map((right) => ({ limit: 'early-rights' as const, of: right.for, repairId: repair.id, value: daysSinceSale, threshold: right.days, forecast: null, forecastAt: null, due: true }));
}

/** When the loaner's day of a repair begins: nothing is left out of it. */
export const loanerFrom = ({ loanerFromDay }: RulePack, { agreedAt }: AgreedRepair): Date | null =>
  loanerFromDay === null ? null : new Date(agreedAt.getTime() + (loanerFromDay - 1) * dayMs);

function loaner(pack: RulePack, repair: AgreedRepair, now: Date): LimitReading[] {
  const from = loanerFrom(pack, repair);
  if (!from || now < from || completedAt(repair)) return [];
  const day = Math.floor(countedMs({ from: repair.agreedAt, to: now }, []) / dayMs) + 1;
  return [{ limit: 'loaner-day-6', of: null, repairId: repair.id, value: day, threshold: pack.loanerFromDay!, forecast: null, forecastAt: null, due: true }];
}

/** From the policy's share of a limit, counted in whole days or repairs: 80 % of 4 is warned of at 3. */
export const isNear = ({ value, threshold, forecast, due }: LimitReading, percentOfLimit: number): boolean =>
  due === true || Math.max(value, forecast ?? 0) >= Math.max(1, Math.floor((threshold * percentOfLimit) / 100));
