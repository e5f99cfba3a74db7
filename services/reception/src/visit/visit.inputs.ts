import { z } from 'zod';
import { Channel, Code, Day, Kilometres, Language, Vin } from '@aftersales/contracts/kernel/values';

const plate = z.string().trim().min(1).max(20);
const note = z.string().trim().min(1).max(1000);

export const ArriveInput = z.strictObject({
  how: z.enum(['gate', 'plate', 'desk']),
  waiting: z.boolean().default(false),
  appointmentId: z.uuid().optional(),
  vehicleId: z.uuid().optional(),
  vin: Vin.optional(),
  plate: plate.optional(),
}).refine(({ appointmentId, vehicleId, vin, plate: read }) => appointmentId ?? vehicleId ?? vin ?? read, 'An appointment, a vehicle, a VIN or a plate is needed.');
export type ArriveInput = z.output<typeof ArriveInput>;

/** The right file for the car at the gate; crm finds it. */
export const IdentifyInput = z.strictObject({ vehicleId: z.uuid(), customerId: z.uuid().optional(), brand: Code.optional(), plate: plate.optional() });
export type IdentifyInput = z.output<typeof IdentifyInput>;

/** What the desk types once for a car or customer that nobody knows (REC-12); names and numbers go sealed to crm and stay nowhere else. */
export const IntroduceInput = z.strictObject({
  name: z.string().trim().min(1).max(200),
  phones: z.array(z.string().trim().min(3).max(40)).min(1).max(10),
  plate: plate.nullable(),
  email: z.email().max(200).nullable().default(null),
  address: z.string().trim().min(1).max(500).nullable().default(null),
  language: Language.nullable().default(null),
  preferredChannel: Channel.nullable().default(null),
  vin: Vin.nullable(),
  brand: Code,
  model: Code.nullable().default(null),
  use: z.enum(['household', 'commercial', 'unknown']).default('unknown'),
  saleDate: Day.nullable().default(null),
  mileage: Kilometres.max(9_999_999).nullable().default(null),
});
export type IntroduceInput = z.output<typeof IntroduceInput>;

/** Read back to the customer, and signed. */
export const OpenInput = z.strictObject({ readBack: z.literal(true), signatureId: z.uuid() });
export type OpenInput = z.output<typeof OpenInput>;

/** REC-19: why, and the contact that told the customer. */
export const MovePromiseInput = z.strictObject({ promisedAt: z.iso.datetime(), cause: Code, how: Channel, toldAt: z.iso.datetime().optional(), note: note.nullable().default(null) });
export type MovePromiseInput = z.output<typeof MovePromiseInput>;

export const DeliverInput = z.strictObject({
  oldParts: z.enum(['handed-over', 'kept', 'none']),
  valuablesReturned: z.boolean(),
  nextServiceTold: z.boolean(),
  /** Where it is not the interval of the policy. */
  nextServiceOn: Day.optional(),
  nextServiceAtKm: Kilometres.max(9_999_999).optional(),
  waiverSignatureId: z.uuid().nullable().default(null),
});
export type DeliverInput = z.output<typeof DeliverInput>;
