import { z } from 'zod';
import { isZone } from '@aftersales/calendar/zone';
import { Calendar, Desk } from '@aftersales/contracts/hq/calendar';
import { policyKinds, type PolicyKind } from '@aftersales/contracts/hq/policies';
import { PolicyScope } from '@aftersales/contracts/hq/policy';
import { StoreChanged } from '@aftersales/contracts/hq/store';
import { Role } from '@aftersales/contracts/roles';

/** Every service and every figure counts days in this zone: a word that is none would stop them all. */
export const StoreInput = z.strictObject({ ...StoreChanged.data.omit({ storeId: true, version: true }).shape, zone: z.string().max(64).refine(isZone, 'not a time zone of the IANA list') });
export type StoreInput = z.output<typeof StoreInput>;

export const CalendarInput = z.strictObject({ storeId: z.uuid(), desk: Desk, calendar: z.strictObject(Calendar.shape) });
export type CalendarInput = z.output<typeof CalendarInput>;

export const PolicyInput = z.strictObject({
  kind: z.enum(Object.keys(policyKinds) as [PolicyKind, ...PolicyKind[]]),
  scope: PolicyScope,
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
