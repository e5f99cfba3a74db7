import { z } from 'zod';
import { Channel, Code, Day, Kilometres, Language, LocalTime, Vin } from '@aftersales/contracts/kernel/values';

const text = (most: number) => z.string().trim().min(1).max(most);
const Use = z.enum(['household', 'commercial', 'unknown']);
const Way = z.enum(['phone', 'sms', 'email']);
const Purpose = z.enum(['service', 'marketing']);
const Window = z.strictObject({ from: LocalTime, to: LocalTime }).refine(({ from, to }) => from < to, 'a window ends after it begins');

export const ContactInput = z.strictObject({
  name: text(200),
  phones: z.array(text(40)).max(10),
  email: z.email().max(254).nullable().optional(),
  address: text(500).nullable().optional(),
  language: Language.nullable().optional(),
  preferredChannel: Channel.nullable().optional(),
  preferredWindow: Window.nullable().optional(),
  doNotCall: z.boolean().optional(),
});
export type ContactInput = z.output<typeof ContactInput>;
export const ContactChange = ContactInput.partial();
export type ContactChange = z.output<typeof ContactChange>;

export const ConsentInput = z.strictObject({ purpose: Purpose, channel: Way, allowed: z.boolean() });
export type ConsentInput = z.output<typeof ConsentInput>;

export const VehicleInput = z.strictObject({
  vin: Vin.nullable().optional(),
  plate: text(20).nullable().optional(),
  brand: Code,
  model: Code.nullable().optional(),
  use: Use.optional(),
  saleDate: Day.nullable().optional(),
  customerId: z.uuid().nullable().optional(),
  contactId: z.uuid().nullable().optional(),
});
export type VehicleInput = z.output<typeof VehicleInput>;
export const VehicleCorrection = VehicleInput.partial();
export type VehicleCorrection = z.output<typeof VehicleCorrection>;

export const Into = z.strictObject({ intoId: z.uuid() });
export type Into = z.output<typeof Into>;
export const Reason = z.strictObject({ reason: text(200) });
export type Reason = z.output<typeof Reason>;

/** What is looked for has no control characters: they would be dropped, and something else found. */
const sought = (most: number) => text(most).regex(/^\P{Cc}+$/u);
export const ByPhone = z.strictObject({ phone: sought(40) });
export type ByPhone = z.output<typeof ByPhone>;
export const ByCar = z.strictObject({ vin: z.string().trim().toUpperCase().pipe(Vin).optional(), plate: sought(20).optional() }).refine(({ vin, plate }) => (vin === undefined) !== (plate === undefined), 'either vin or plate');
export type ByCar = z.output<typeof ByCar>;
export const Page = z.strictObject({ cursor: z.string().max(200).optional(), limit: z.coerce.number().int().min(1).max(100).default(50) });
export type Page = z.output<typeof Page>;

const id = z.uuid();
const instant = z.iso.datetime();
const Phone = z.object({ number: z.string(), kind: z.enum(['mobile', 'landline']) });

export const CustomerView = z.object({
  customerId: id, version: z.int(), name: z.string().nullable(), phones: z.array(Phone), email: z.string().nullable(), hasAddress: z.boolean(), language: z.string().nullable(),
  preferredChannel: z.string().nullable(), preferredWindow: z.object({ from: LocalTime, to: LocalTime }).nullable(), doNotCall: z.boolean(),
  consents: z.array(z.object({ purpose: Purpose, channel: Way, allowed: z.boolean() })),
  vehicles: z.array(z.object({ vehicleId: id, plate: z.string().nullable(), vin: z.string().nullable(), model: z.string().nullable() })),
});
export const Customers = z.object({ customers: z.array(CustomerView) });
export const Unmasked = z.object({ customerId: id, name: z.string().nullable(), phones: z.array(Phone), email: z.string().nullable(), address: z.string().nullable() });

export const VehicleView = z.object({
  vehicleId: id, version: z.int(), vin: z.string().nullable(), plate: z.string().nullable(), brand: Code, model: z.string().nullable(), market: Code, use: Use, saleDate: z.string().nullable(),
  customerId: id.nullable(), contactId: id.nullable(), complete: z.boolean(), missing: z.array(z.string()), firstVisitAt: instant.nullable(), mileage: Kilometres.nullable(), mileageReadAt: instant.nullable(),
});
export const VehicleList = z.object({ vehicles: z.array(VehicleView) });
export const IncompleteFiles = z.object({ files: z.array(VehicleView.extend({ dueAt: instant.nullable() })) });
export const History = z.object({
  happenings: z.array(z.object({ id, storeId: id, customerId: id.nullable(), what: z.string(), subject: id, happenedAt: instant, detail: z.record(z.string(), z.any()) })),
  next: z.string().nullable(),
});
