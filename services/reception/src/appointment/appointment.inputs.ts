import { z } from 'zod';
import { Channel, Code, Day, Instant, Kilometres, Language, Money, Operation, PartNeed, Thousandths, Vin, VisitKind } from '@aftersales/contracts/kernel/values';

/** Far enough for any appointment, near enough for every calendar. */
const WishTime = Instant.refine((at) => at > '2000' && at < '2100', 'There is no appointment at that time.');

/** `lineId` comes back from an earlier round; a new line gets one here and keeps it to the settlement. */
const OperationInput = z.strictObject({ ...Operation.shape, flatHours: Thousandths.min(0).max(1_000_000), lineId: z.uuid().optional() });
const PartInput = z.strictObject({ ...PartNeed.shape, quantity: Thousandths.min(1).max(1_000_000_000), lineId: z.uuid().optional() });
const work = { operations: z.array(OperationInput).max(50), parts: z.array(PartInput).max(100) };

const KnownCar = z.strictObject({ known: z.literal(true), customerId: z.uuid(), vehicleId: z.uuid(), brand: Code });
/** Nobody in crm's file, or crm is away: goes there sealed, and stays nowhere here. */
const IntroducedCar = z.strictObject({
  known: z.literal(false),
  brand: Code,
  vin: Vin.nullable().default(null),
  plate: z.string().min(2).max(20).nullable().default(null),
  model: Code.nullable().default(null),
  use: z.enum(['household', 'commercial', 'unknown']).default('unknown'),
  saleDate: Day.nullable().default(null),
  mileage: Kilometres.max(9_999_999).nullable().default(null),
  name: z.string().min(1).max(200),
  phones: z.array(z.string().min(3).max(40)).min(1).max(5),
  email: z.email().max(200).nullable().default(null),
  address: z.string().max(500).nullable().default(null),
  language: Language.nullable().default(null),
  preferredChannel: Channel.nullable().default(null),
}).refine(({ vin, plate }) => vin !== null || plate !== null, { path: ['plate'], message: 'A car is known by its VIN or its plate.' });
export type IntroducedCar = z.output<typeof IntroducedCar>;

export const RequestInput = z.strictObject({
  kind: VisitKind,
  channel: Channel,
  startsAt: WishTime,
  concern: z.string().trim().min(1).max(2_000),
  car: z.discriminatedUnion('known', [KnownCar, IntroducedCar]),
  ...work,
  advisorId: z.uuid().nullable().default(null),
  replaces: z.uuid().nullable().default(null),
});
export type RequestInput = z.output<typeof RequestInput>;

/** What is not named stays as in the last round. */
export const WishInput = z.strictObject({ startsAt: WishTime, operations: work.operations.optional(), parts: work.parts.optional() });
export type WishInput = z.output<typeof WishInput>;

export const ReadBackInput = z.strictObject({
  flatHours: Thousandths.min(0).max(1_000_000),
  cost: z.strictObject({ amount: z.int().min(0).max(1_000_000_000_000), currency: Money.shape.currency }),
  papers: z.array(Code).min(1).max(20),
});
export type ReadBackInput = z.output<typeof ReadBackInput>;

export const BookInput = z.strictObject({ advisorId: z.uuid().nullable().default(null) });
export const HowInput = z.strictObject({ how: Channel });
export const ToldInput = z.strictObject({ how: Channel, keeps: z.boolean(), proposals: z.array(WishTime).max(5).default([]) });
export const StoreCannotInput = z.strictObject({ cause: Code });
