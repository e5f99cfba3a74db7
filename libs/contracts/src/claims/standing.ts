import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { Code, Id, Instant, Kilometres, LocalDate } from '../kernel/values';

/** Ends with its last day, or when the car passes the mileage; null: no such limit. */
const period = z.object({ until: LocalDate.nullable(), untilKm: Kilometres.nullable() });
const count = z.object({ of: Code, count: z.int().nonnegative(), limit: z.int().positive() });

/** Where a car stands by its rule pack (CLM-1, CLM-2), whole: shown at booking and check-in without asking anybody. */
export const StandingChanged = defineEvent({
  type: 'claims.standing-changed.v1', topic: 'claims.standing', kept: 'compacted', scope: 'group',
  key: ({ vehicleId }) => vehicleId,
  data: z.object({
    vehicleId: Id,
    version: z.int().positive(),
    /** CN-2022, CN-2013, TW-2021; null when market or sale date are not known. */
    rulePack: Code.nullable(),
    /** Household use only. */
    threeGuarantees: z.boolean(),
    repairCover: period,
    threeGuaranteePeriod: period,
    daysInRepair: z.int().nonnegative(),
    daysInRepairLimit: z.int().positive().nullable(),
    sameFault: z.array(count),
    assemblies: z.array(count),
    failedSafetyRepairs: z.array(count),
    openCampaigns: z.array(Code),
    /** Limits that were warned of and still stand. */
    warnings: z.array(Code),
    asOf: Instant,
  }),
  heardBy: {
    reception: ['vehicleId', 'version', 'rulePack', 'threeGuarantees', 'repairCover', 'threeGuaranteePeriod', 'daysInRepair', 'daysInRepairLimit', 'sameFault', 'assemblies', 'openCampaigns', 'warnings'],
    crm: ['vehicleId', 'version', 'threeGuaranteePeriod', 'warnings'],
  },
});

/**
 * A limit comes near (CLM-3): "day 27 of 30 when the part arrives". To the service manager of the store whose visit it is, and shown at
 * booking, check-in, parts delay and follow-up. A topic of its own: standing's keeps only the newest fact of a car.
 */
export const StandingWarned = defineEvent({
  type: 'claims.standing-warned.v1', topic: 'claims.standing-warning',
  key: ({ vehicleId }) => vehicleId,
  data: z.object({
    warningId: Id,
    vehicleId: Id,
    visitId: Id.nullable(),
    rulePack: Code,
    /** days-in-repair, same-fault, assembly, safety, early-rights, loaner-day-6, … */
    limit: Code,
    /** Which fault or assembly. */
    of: Code.nullable(),
    value: z.int(),
    threshold: z.int(),
    /** Reached if what is open ends when it is promised now. */
    forecast: z.int().nullable(),
    forecastAt: Instant.nullable(),
    warnedAt: Instant,
  }),
  heardBy: {
    reception: ['warningId', 'vehicleId', 'visitId', 'limit', 'of', 'value', 'threshold', 'forecast', 'forecastAt', 'warnedAt'],
    workshop: ['warningId', 'visitId', 'limit', 'value', 'threshold', 'forecast', 'forecastAt'],
    parts: ['warningId', 'visitId', 'limit', 'value', 'threshold', 'forecast', 'forecastAt'],
    crm: ['warningId', 'vehicleId', 'visitId', 'limit', 'value', 'threshold', 'warnedAt'],
  },
});
