import { z } from 'zod';
import { LocalTime, VisitKind } from '../kernel/values';
import { Role } from '../roles';

// Every figure that the rules call *policy* (domain.md), by kind, with its unit in its name. No value stands here: hq publishes them
// (seed/policies.json holds what it publishes at its first start). Figures of law (rule packs) are named packs in claims.
const whole = z.int().nonnegative();
const some = z.int().positive();
const percent = z.int().min(0).max(100);
// What is counted or waited for has an end: a billion minutes of working time would be counted day by day.
const most = { seconds: 86_400, minutes: 366 * 24 * 60, hours: 366 * 24, days: 1_100, months: 240, times: 20 };
const seconds = some.max(most.seconds);
const minutes = some.max(most.minutes);
const hours = some.max(most.hours);
const days = some.max(most.days);
const times = some.max(most.times);
const roles = z.array(Role);
const currency = z.string().regex(/^[A-Z]{3}$/);

/** Each role its own signature: the list is alternatives, one of them is enough. */
const approvers = z.object({ approverRoles: roles });

export const policyKinds = {
  // reception: appointments
  /** REC-1 */
  'appointment.reply': z.object({ workingMinutes: minutes }),
  /** REC-3: shown as silent after, taken as an answer after. */
  'appointment.answers': z.object({ showSilentAfterSeconds: seconds, seconds }),
  /** REC-3: how long before its slot a booking may still be made. */
  'appointment.lead-time': z.object({ wallMinutes: whole.max(most.minutes) }),
  /** REC-6: message before the slot; call task when silent so long before it; slots so soon after the day's opening are confirmed at the close of the open day before. */
  'appointment.confirm': z.object({ wallMinutesBefore: minutes, callIfSilentMinutes: minutes, firstHourMinutes: whole.max(most.minutes) }),
  /** REC-6: the confirmation's link works until so long before the slot. */
  'appointment.link-expiry': z.object({ wallMinutesBeforeSlot: whole.max(most.minutes) }),
  /** REC-9 */
  'appointment.no-show': z.object({ wallMinutes: minutes }),
  /** REC-6, REC-9: when picked parts go back on their shelf. */
  'appointment.release': z.object({ noShowFreesParts: z.enum(['at-once', 'close-of-day']), cancelFreesParts: z.enum(['at-once', 'close-of-day']) }),

  // reception: visits
  /** REC-16: a shown version holds so long. */
  'estimate.expiry': z.object({ wallMinutes: minutes }),
  /** REC-16: per flat hour, by currency. */
  'estimate.labour-rate': z.object({ perFlatHour: z.array(z.object({ minorUnits: whole, currency })).min(1) }),
  /** REC-16: the tax that prices contain, in 1/100 of a percent of the price before tax; a currency that is not named contains none. */
  'estimate.tax': z.object({ included: z.array(z.object({ basisPoints: z.int().min(0).max(10_000), currency })) }),
  /** REC-16: how far below the list somebody may price; a role that is not named may not at all. */
  'price.authority': z.object({ discountPercentByRole: z.partialRecord(Role, percent) }),
  /** REC-17: who may put a line on the house. */
  'line.internal-approver': approvers,
  'line.goodwill-approver': approvers,
  /** REC-18 */
  'consent.link-expiry': z.object({ wallMinutes: minutes }),
  /** REC-19 */
  'visit.promise-warning': z.object({ workingMinutesBefore: minutes }),
  /** REC-20 */
  'payment.refund-approver': approvers,
  /** REC-20: cash is rounded to whole multiples of this; 1 is no rounding. */
  'payment.cash-rounding': z.object({ toMinorUnits: some }),
  /** REC-21: who may let a car go unpaid, with a reason. */
  'visit.release-approver': approvers,
  /** REC-21: the next service, told at delivery. */
  'maintenance.interval': z.object({ months: some.max(most.months), kilometres: some }),

  // workshop
  /** WRK-2: an unbooked hold's life. */
  'slot.hold': z.object({ wallMinutes: minutes }),
  /** WRK-2: of each skill's hours, kept for walk-ins and rework. */
  'capacity.walk-in-share': z.object({ percent }),
  /** WRK-2: how many days ahead the floor plans, publishes and takes bookings. */
  'capacity.planned-ahead': z.object({ calendarDays: some.max(400) }),
  /** WRK-2: how many other slots a refusal names, and how far ahead it looks. */
  'slot.alternatives': z.object({ atMost: some, calendarDaysAhead: days }),
  /** WRK-5: one technician on two cars, two technicians on one operation. */
  'clock.split': z.object({ oneOnTwoCars: z.enum(['even', 'by-flat-hours']), twoOnOne: z.enum(['each-own', 'even']) }),
  /** WRK-9: jobs of these kinds, or of at most so many flat hours, do without the middle check; 0 drops none. */
  'check.middle': z.object({ droppedForKinds: z.array(VisitKind), droppedUpToFlatHoursThousandths: whole.max(most.hours * 1000) }),
  /** WRK-9: who may do the last check: these people, or, when the list is empty, everybody with these roles. */
  'check.final-checkers': z.object({ roles, staffIds: z.array(z.uuid()) }),

  // parts
  /** PRT-3: a soft hold's life at most; it also ends with its offer. */
  'parts.quote-hold': z.object({ wallMinutes: minutes }),
  /** PRT-3: a reservation's life while its appointment is not booked, and after its slot's start when nobody came and nobody released it. */
  'parts.reservation-hold': z.object({ wallMinutesUnbooked: minutes, wallHoursAfterSlot: hours }),
  /** PRT-4: booked cars' parts are picked at the close of the working day so many before the slot. */
  'parts.pick-ahead': z.object({ workingDaysBefore: whole.max(most.days) }),
  /** PRT-5: no old part is asked for. */
  'parts.old-part-exempt': z.object({ classes: z.array(z.enum(['fluid', 'bulk', 'accessory', 'first-fit'])) }),
  /** PRT-3, REC-3: the ETA of what is in no own stock. */
  'parts.lead-time': z.object({ sisterStoreWorkingDays: days, orderWorkingDays: days }),

  // crm
  /** CRM-1 */
  'file.complete': z.object({ workingDays: days }),
  /** CRM-2: how many names and numbers one person may look at unmasked. */
  'contact.unmask': z.object({ perPersonAndHour: some }),
  /** CRM-4: these are no customer's visit. */
  'follow-up.excluded-kinds': z.object({ kinds: z.array(VisitKind) }),
  /** CRM-5; the windows are the intervals of the store's `calls` calendar. */
  'follow-up.due': z.object({ days, count: z.enum(['calendar', 'working']) }),
  /** CRM-6: in different windows. */
  'follow-up.attempts': z.object({ attempts: times }),
  /** CRM-7: how often corrected data reopens it. */
  'follow-up.data-check': z.object({ reopens: whole.max(most.times) }),
  /** CRM-10: from this level (1 very satisfied … 5 very dissatisfied) an answer opens a case. */
  'follow-up.dissatisfied': z.object({ fromLevel: z.int().min(2).max(5) }),
  /** CRM-13 */
  'maintenance.remind': z.object({ calendarDaysBefore: days, localTime: LocalTime }),
  'maintenance.remind-again': z.object({ calendarDaysBefore: days, localTime: LocalTime }),
  /** CRM-13: how fast a car of which one reading is known drives. */
  'maintenance.prediction': z.object({ kilometresPerYear: some }),
  /** CRM-16 */
  'survey.link-expiry': z.object({ calendarDays: days }),
  /** CRM-24: tries, and the wait before the second, doubled each time. */
  'message.retry': z.object({ attempts: times, firstWaitSeconds: seconds }),

  // claims
  /** CLM-3: a limit is warned of from this share of it. */
  'standing.warn': z.object({ percentOfLimit: percent }),
  /** CLM-4: after the job was completed; by brand. */
  'claim.submit-by': z.object({ calendarDays: days }),
  /** CLM-4: what must be there before submit. */
  'claim.evidence': z.object({ photosAtLeast: whole, oldPartTag: z.boolean(), customerSignature: z.boolean() }),
  /** CLM-11 */
  'coverage.validity': z.object({ calendarDays: days }),
  /** CLM-11: from this sum of a visit's warranty lines the maker is asked first; a currency that is not named never needs it. */
  'coverage.pre-approval': z.object({ from: z.array(z.object({ minorUnits: whole, currency })) }),

  // hq
  /** HQ-2: a level's points 0…100, a factor's weight in the 1,000 points, who promotes and who detracts, the interval's confidence. */
  'csi.method': z.object({
    pointsByLevel: z.tuple([percent, percent, percent, percent, percent]),
    factorWeightThousandths: z.record(z.string(), whole),
    promoterFrom: z.int().min(0).max(10),
    detractorUpTo: z.int().min(0).max(10),
    confidencePercent: z.int().min(50).max(99),
  }),
  /** HQ-1, HQ-4 */
  'targets.quality': z.object({
    csiAtLeastPercent: percent, satisfiedAtLeastPercent: percent, reworkBelowPercent: percent, claimPassAtLeastPercent: percent,
    severeComplaintsAtMostPercent: percent, reachedAtLeastPercent: percent, promisesKeptAtLeastPercent: percent,
  }),
} as const;

export type PolicyKind = keyof typeof policyKinds;
export type PolicyValue<K extends PolicyKind> = z.output<(typeof policyKinds)[K]>;

/**
 * What is open under these is a plan of our own and may be planned anew (TIM-6); under every other kind it is a promise that somebody was
 * given, and is kept as it was said (docs/decisions/0009).
 */
export const planKinds: readonly string[] = ['maintenance.remind', 'maintenance.remind-again', 'maintenance.prediction', 'capacity.walk-in-share', 'capacity.planned-ahead'] satisfies PolicyKind[];
