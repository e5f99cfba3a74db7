import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { Code, Id, Instant, PartNeed, PartNumber, Payer, Thousandths } from '../kernel/values';

// All that the store room does for one holder, in order: an appointment until the car is here, then its visit. Key = holderId, the
// appointmentId or the visitId. `round` is the appointment's round, or the estimate's version. On visit-authorised with an appointmentId the
// visit takes over what the appointment holds (same lineId, else same part number) and picked lines are told again under the visit.
const topic = 'parts.reservation';
const key = ({ holderId }: { holderId: string }) => holderId;
const holder = { holderKind: z.enum(['appointment', 'visit']), holderId: Id, round: z.int().positive() };

/** Where a held part comes from; `eta` null means it is on hand. */
const heldLine = z.object({ ...PartNeed.shape, from: z.enum(['stock', 'inbound', 'transfer', 'order']), eta: Instant.nullable() });
/** `eta` null: nobody can say yet. */
const shortLine = z.object({ ...PartNeed.shape, missing: Thousandths.positive(), eta: Instant.nullable() });
const etaLine = z.object({ lineId: Id, partNumber: PartNumber, before: Instant.nullable(), eta: Instant.nullable() });

/** All lines are held. Until booked an appointment's hold ends at `expiresAt`; an authorised visit's hold does not end by itself (null). */
export const ReservationMade = defineEvent({
  type: 'parts.reservation-made.v1', topic, key,
  data: z.object({ ...holder, lines: z.array(heldLine), expiresAt: Instant.nullable() }),
  heardBy: { reception: ['holderKind', 'holderId', 'round', 'lines', 'expiresAt'], workshop: ['holderKind', 'holderId', 'lines'] },
});

/** An appointment's wish can't be met by `partsBy`: nothing is held for this round. */
export const ReservationRefused = defineEvent({
  type: 'parts.reservation-refused.v1', topic, key,
  data: z.object({ ...holder, short: z.array(shortLine) }),
  heardBy: { reception: ['holderKind', 'holderId', 'round', 'short'] },
});

/** What is held comes at another time, earlier or known at last. */
export const EtaChanged = defineEvent({
  type: 'parts.eta-changed.v1', topic, key,
  data: z.object({ ...holder, lines: z.array(etaLine) }),
  heardBy: { reception: ['holderKind', 'holderId', 'lines'], workshop: ['holderKind', 'holderId', 'lines'], claims: ['holderKind', 'holderId', 'lines'] },
});

/** It comes later than promised (PRT-8): desk and floor are told at once; the desk tells the customer. claims: forecast of days in repair. */
export const EtaSlipped = defineEvent({
  type: 'parts.eta-slipped.v1', topic, key,
  data: z.object({ ...holder, lines: z.array(etaLine), cause: Code }),
  heardBy: { reception: ['holderKind', 'holderId', 'round', 'lines', 'cause'], workshop: ['holderKind', 'holderId', 'lines'], claims: ['holderKind', 'holderId', 'lines'] },
});

/** On the booking shelf. workshop: lines that it waited for are here. */
export const PartsPicked = defineEvent({
  type: 'parts.parts-picked.v1', topic, key,
  data: z.object({ ...holder, lines: z.array(PartNeed), pickedAt: Instant }),
  heardBy: { reception: ['holderKind', 'holderId', 'lines'], workshop: ['holderKind', 'holderId', 'lines'], claims: ['holderKind', 'holderId', 'lines'] },
});

/** A visit's lines that are not on hand, whole list. workshop: blocks the job for parts; reception: desk knows; claims: forecast. */
export const PartsShort = defineEvent({
  type: 'parts.parts-short.v1', topic, key,
  data: z.object({ ...holder, lines: z.array(shortLine) }),
  heardBy: { reception: ['holderKind', 'holderId', 'lines'], workshop: ['holderKind', 'holderId', 'lines'], claims: ['holderKind', 'holderId', 'lines'] },
});

/** Against a signed requisition (PRT-5). Issued less returned is what is billed. */
export const PartsIssued = defineEvent({
  type: 'parts.parts-issued.v1', topic, key,
  data: z.object({ ...holder, requisitionId: Id, lines: z.array(PartNeed), technicianId: Id, advisorId: Id, issuedAt: Instant }),
  heardBy: { reception: ['holderKind', 'holderId', 'requisitionId', 'lines'], workshop: ['holderKind', 'holderId', 'requisitionId', 'lines'] },
});

/** The removed part is in custody; said again, with the same oldPartId, when that changes: the maker pays after all. claims: evidence of a warranty line; reception: handed over or kept as agreed at delivery. */
export const OldPartHandedIn = defineEvent({
  type: 'parts.old-part-handed-in.v1', topic, key,
  data: z.object({
    ...holder, oldPartId: Id, lineId: Id, partNumber: PartNumber, quantity: Thousandths.positive(), payer: Payer,
    tag: Code, custody: z.enum(['claims', 'customer', 'core', 'scrap']), technicianId: Id, handedInAt: Instant,
  }),
  heardBy: { claims: ['holderKind', 'holderId', 'oldPartId', 'lineId', 'partNumber', 'payer', 'tag', 'custody'], reception: ['holderKind', 'holderId', 'oldPartId', 'lineId', 'custody'] },
});

/** Unused and back on its shelf, before settlement. */
export const PartsReturned = defineEvent({
  type: 'parts.parts-returned.v1', topic, key,
  data: z.object({ ...holder, requisitionId: Id, lines: z.array(PartNeed), returnedAt: Instant }),
  heardBy: { reception: ['holderKind', 'holderId', 'requisitionId', 'lines'], workshop: ['holderKind', 'holderId', 'requisitionId', 'lines'] },
});
