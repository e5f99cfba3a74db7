import { z } from 'zod';
import { isZone } from '@aftersales/calendar/zone';
import { Calendar, Desk } from '@aftersales/contracts/hq/calendar';
import { Code, LocalDate } from '@aftersales/contracts/kernel/values';
import { policyKinds, type PolicyKind } from '@aftersales/contracts/hq/policies';
import { PolicyScope } from '@aftersales/contracts/hq/policy';
import { StoreChanged } from '@aftersales/contracts/hq/store';
import { Role } from '@aftersales/contracts/roles';

/** Every service and every figure counts days in this zone: a word that is none would stop them all. */
export const StoreInput = z.strictObject({ ...StoreChanged.data.omit({ storeId: true, version: true }).shape, brands: z.array(Code).max(50), zone: z.string().max(64).refine(isZone, 'not a time zone of the IANA list') });
export type StoreInput = z.output<typeof StoreInput>;

/** A fact is read leniently, a person is told of a word that nobody would heed. */
const intervals = z.array(z.strictObject(Calendar.shape.week.shape.mon.element.shape)).max(12);
export const CalendarInput = z.strictObject({
  storeId: z.uuid(),
  desk: Desk,
  calendar: z.strictObject({
    zone: Calendar.shape.zone,
    week: z.strictObject({ mon: intervals, tue: intervals, wed: intervals, thu: intervals, fri: intervals, sat: intervals, sun: intervals }),
    days: z.record(LocalDate, intervals).refine((days) => Object.keys(days).length <= 1000, 'At most 1000 days.'),
  }),
});
export type CalendarInput = z.output<typeof CalendarInput>;

export const PolicyInput = z.strictObject({
  kind: z.enum(Object.keys(policyKinds) as [PolicyKind, ...PolicyKind[]]),
  scope: z.discriminatedUnion('level', [PolicyScope.options[0].strict(), PolicyScope.options[1].strict(), PolicyScope.options[2].strict()]),
  value: z.record(z.string(), z.unknown()),
  onOpen: z.enum(['keep', 're-plan']),
  from: z.iso.datetime().optional(),
});
export type PolicyInput = z.output<typeof PolicyInput>;

export const StaffInput = z.strictObject({
  name: z.string().min(1).max(200),
  posts: z.array(z.strictObject({ role: Role, storeId: z.uuid().nullable(), from: z.iso.datetime().optional(), to: z.iso.datetime().optional() })).max(50),
});
export type StaffInput = z.output<typeof StaffInput>;

export const Kept = z.object({ id: z.uuid(), version: z.int() });
export const Whole = Kept.extend({ data: z.record(z.string(), z.any()) });
