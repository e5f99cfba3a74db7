import type { LocalDate } from '@aftersales/calendar/local-time';

/** Ends with the last day, or when the car passes the mileage, whichever is first. From the sale date. */
export interface Cover {
  readonly months: number;
  readonly km: number;
}

/** A duty to replace or refund that begins early: within `days` (and `km`) of the sale, for an assembly or a failed safety function. */
export interface EarlyRight {
  readonly days: number;
  readonly km: number | null;
  readonly for: 'assembly' | 'safety';
}

export interface ThreeGuarantees {
  readonly period: Cover;
  /** A right begins above these. */
  readonly daysInRepair: number;
  readonly sameFault: number;
  /** A right begins with these. */
  readonly failedSafetyRepairs: number;
  readonly assemblyReplacements: number;
  readonly assemblies: readonly string[];
  readonly earlyRights: readonly EarlyRight[];
  readonly earlyAssemblies: readonly string[];
  /** Time that is no day in repair. */
  readonly exclusions: readonly string[];
  /** Per kilometre driven, of the price, at a refund (CLM-12): at most so many thousandths. */
  readonly useCoefficientThousandths: number;
}

export interface RulePack {
  readonly name: string;
  readonly market: string;
  readonly soldFrom: LocalDate;
  readonly soldBefore: LocalDate | null;
  readonly repairCover: Cover;
  /** From this day of one repair a loaner or transport money is owed. */
  readonly loanerFromDay: number | null;
  /** For household use only. */
  readonly threeGuarantees: ThreeGuarantees | null;
}

/** 家用汽车产品修理更换退货责任规定, SAMR order 43, for cars sold from 2022-01-01. */
const cn2022: RulePack = {
  name: 'CN-2022', market: 'CN', soldFrom: '2022-01-01', soldBefore: null,
  repairCover: { months: 36, km: 60_000 },
  loanerFromDay: 6,
  threeGuarantees: {
    period: { months: 24, km: 50_000 },
    daysInRepair: 30, sameFault: 4, failedSafetyRepairs: 2, assemblyReplacements: 2,
    assemblies: ['engine', 'gearbox', 'drive-battery', 'drive-motor', 'steering', 'brakes', 'suspension', 'driveline', 'emission-control', 'body'],
    earlyRights: [{ days: 7, km: null, for: 'assembly' }, { days: 60, km: 3_000, for: 'safety' }],
    earlyAssemblies: ['engine', 'gearbox', 'drive-battery', 'drive-motor'],
    exclusions: ['custom-part-transport', 'battery-transport', 'rescue-road'],
    useCoefficientThousandths: 5,
  },
};

/** Its forerunner, AQSIQ order 150, for cars sold from 2013-10-01 to 2021-12-31. */
const cn2013: RulePack = {
  name: 'CN-2013', market: 'CN', soldFrom: '2013-10-01', soldBefore: '2022-01-01',
  repairCover: { months: 36, km: 60_000 },
  loanerFromDay: 6,
  threeGuarantees: {
    period: { months: 24, km: 50_000 },
    daysInRepair: 35, sameFault: 5, failedSafetyRepairs: 2, assemblyReplacements: 2,
    assemblies: ['engine', 'gearbox', 'steering', 'brakes', 'suspension', 'axle', 'body'],
    earlyRights: [{ days: 60, km: 3_000, for: 'assembly' }, { days: 60, km: 3_000, for: 'safety' }],
    earlyAssemblies: ['engine', 'gearbox'],
    exclusions: ['custom-part-transport', 'rescue-road'],
    useCoefficientThousandths: 8,
  },
};

/** The standard contract for car repair: a repair warranty, no three guarantees. */
const tw2021: RulePack = { name: 'TW-2021', market: 'TW', soldFrom: '2021-01-01', soldBefore: null, repairCover: { months: 12, km: 20_000 }, loanerFromDay: null, threeGuarantees: null };

export const rulePacks: readonly RulePack[] = [cn2022, cn2013, tw2021];

/** Null while market or sale date are not known, or where no pack fits. */
export const packOf = (market: string | null, saleDate: LocalDate | null): RulePack | null =>
  (saleDate && rulePacks.find((pack) => pack.market === market && saleDate >= pack.soldFrom && (!pack.soldBefore || saleDate < pack.soldBefore))) || null;
