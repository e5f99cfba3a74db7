import { z } from 'zod';
import { demand } from '@aftersales/contracts/kernel/refused';
import { Code, Id, VisitKind } from '@aftersales/contracts/kernel/values';

/** 環車檢查: the body clockwise, seen from above, from the left front door; then what is looked into. */
export const stations = [
  'left-front-door', 'left-front-wing', 'front', 'right-front-wing', 'right-front-door', 'right-rear-door', 'right-rear-wing', 'rear', 'left-rear-wing', 'left-rear-door', 'roof',
  'engine-bay', 'spare-wheel', 'interior', 'electrics', 'warning-lights',
] as const;

const text = (max: number) => z.string().trim().min(1).max(max);
const photos = z.array(Id).max(20);

/** Where on the drawing, in thousandths of its width and height. */
const Mark = z.strictObject({ kind: z.enum(['scratch', 'dent', 'crack', 'rust', 'missing', 'other']), x: z.int().min(0).max(1000), y: z.int().min(0).max(1000), photoIds: photos, note: text(300).nullable() });

/** The check-in sheet (REC-13, REC-14). Its words stay at the desk and on its paper. */
export const Sheet = z.strictObject({
  kind: VisitKind,
  /** As read off the car. */
  vin: z.string().regex(/^[A-HJ-NPR-Z0-9]{17}$/),
  mileage: z.int().nonnegative().max(9_999_999),
  /** Why it shows less than it did (REC-13): a new instrument, a reading that was wrong. */
  mileageReason: text(300).nullable(),
  fuelEighths: z.int().min(0).max(8),
  walkAround: z.array(z.strictObject({ station: z.enum(stations), ok: z.boolean(), marks: z.array(Mark).max(20), finding: text(300).nullable() })).max(stations.length),
  valuables: z.array(z.strictObject({ what: text(200), kept: z.enum(['in-car', 'at-desk', 'by-customer']) })).max(20),
  protectionLaid: z.boolean(),
  keys: z.int().min(0).max(10),
  papers: z.array(Code).max(20),
  keyTag: z.string().trim().min(1).max(20).nullable(),
  /** In the customer's own words, as they were said. */
  concern: z.string().min(1).max(4000),
  concernCodes: z.array(Code).max(20),
  diagnosis: text(4000).nullable(),
  roadTest: z.strictObject({ byId: Id, withCustomer: z.boolean(), kilometres: z.int().min(0).max(200), finding: text(2000) }).nullable(),
  oldParts: z.enum(['hand-over', 'leave']),
  waiting: z.boolean(),
  contactId: Id.nullable(),
});
export type Sheet = z.output<typeof Sheet>;

export interface KnownCar {
  readonly vin: string | null;
  readonly mileage: number | null;
}

/** @throws Refused unless the sheet may be signed */
export function demandSignable(sheet: Sheet, known: KnownCar): void {
  const walked = sheet.walkAround.map(({ station }) => station);
  const missing = stations.filter((station) => !walked.includes(station));
  demand(missing.length === 0, 'visit.walk-around-incomplete', `Not looked at yet: ${missing.join(', ')}.`);
  demand(walked.length === stations.length && walked.every((station, i) => station === stations[i]), 'visit.walk-around-order', 'The walk-around goes clockwise from the left front door, each place once.');
  demand(sheet.protectionLaid, 'visit.protection', 'The protection set is laid before the car is moved.');
  demand(known.vin === null || known.vin === sheet.vin, 'visit.vin-differs', 'The VIN on the car is not the one on file: find the right file first.');
  demand(!runsBackwards(sheet, known) || sheet.mileageReason !== null, 'visit.mileage-backwards', `The car was last read at ${known.mileage} km: less than that needs a reason.`);
}

export const runsBackwards = (sheet: Pick<Sheet, 'mileage'>, known: Pick<KnownCar, 'mileage'>): boolean => known.mileage !== null && sheet.mileage < known.mileage;
