import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { Channel, Code, Id, Instant, Operation, PartNeed, Span, VisitKind } from '../kernel/values';

// One appointment's facts in order. `round` numbers the attempts at a slot: the first request is 1, each new wish (after a refusal, or to
// move a booked slot) is one more. Answers repeat the round they answer, so an answer to an older wish is seen as such. Workshop and parts
// hold per (appointment, round): booked(round) makes that round firm and frees all others, alternatives-offered(round) frees that round
// alone (an earlier booked one stays), released frees everything.
const topic = 'reception.appointment';
const key = ({ appointmentId }: { appointmentId: string }) => appointmentId;
const appointment = { appointmentId: Id, round: z.int().positive() };

/** What a slot needs from the floor and the store room. */
const wish = {
  ...appointment,
  customerId: Id,
  vehicleId: Id,
  brand: Code,
  kind: VisitKind,
  channel: Channel,
  /** When the customer would come; the workshop says when it ends. */
  startsAt: Instant,
  operations: z.array(Operation),
  parts: z.array(PartNeed),
  /** Parts that come later than this are a refusal: the slot's start, or the later ETA that the customer takes (REC-3). */
  partsBy: Instant,
};

/**
 * A request with a wish time, or a new wish after alternatives. Workshop answers slot-held or slot-refused, parts reservation-made or
 * reservation-refused, always both, also for empty lists. Silence is named by the timer `appointment.answers`.
 */
export const AppointmentRequested = defineEvent({
  type: 'reception.appointment-requested.v1', topic, key,
  data: z.object({
    ...wish,
    /** The released appointment that this one stands for. */
    replaces: Id.nullable(),
  }),
  heardBy: {
    workshop: ['appointmentId', 'round', 'vehicleId', 'brand', 'kind', 'startsAt', 'operations'],
    parts: ['appointmentId', 'round', 'brand', 'startsAt', 'parts', 'partsBy'],
  },
});

/**
 * The booked customer wants another time: the new wish is held first, as for a request; the old slot stays booked until appointment-booked
 * of the new round. What parts already holds for this appointment counts for the new round too.
 */
export const AppointmentMoved = defineEvent({
  type: 'reception.appointment-moved.v1', topic, key,
  data: z.object({ ...wish, from: Span }),
  heardBy: {
    workshop: ['appointmentId', 'round', 'vehicleId', 'brand', 'kind', 'startsAt', 'operations'],
    parts: ['appointmentId', 'round', 'brand', 'startsAt', 'parts', 'partsBy'],
  },
});

/**
 * Both halves of this round are held, the estimate is agreed. Workshop and parts: firm (a hold that expired meanwhile is made again, else
 * slot-lost / eta-slipped), other rounds freed. crm: the reminder is void when it is maintenance (CRM-13).
 */
export const AppointmentBooked = defineEvent({
  type: 'reception.appointment-booked.v1', topic, key,
  data: z.object({
    ...appointment,
    customerId: Id,
    vehicleId: Id,
    kind: VisitKind,
    channel: Channel,
    slot: Span,
    advisorId: Id.nullable(),
    /** Needed again when a hold expired before the booking. */
    operations: z.array(Operation),
    parts: z.array(PartNeed),
    partsBy: Instant,
  }),
  heardBy: {
    workshop: ['appointmentId', 'round', 'slot', 'operations'],
    parts: ['appointmentId', 'round', 'slot', 'parts', 'partsBy'],
    crm: ['appointmentId', 'customerId', 'vehicleId', 'kind', 'slot'],
  },
});

/** One half refused, or stayed silent: what the other half holds for this round is free again. The desk decides what to offer. */
export const AlternativesOffered = defineEvent({
  type: 'reception.alternatives-offered.v1', topic, key,
  data: z.object({ ...appointment, refusedBy: z.array(z.enum(['workshop', 'parts'])), silent: z.array(z.enum(['workshop', 'parts'])), alternatives: z.array(Span) }),
  heardBy: { workshop: ['appointmentId', 'round'], parts: ['appointmentId', 'round'] },
});

/**
 * The slot is given up, whatever its state; booking again is a new appointment with `replaces`. Workshop and parts free all rounds, once;
 * after a no-show picked parts stay on the shelf until close of day (`appointment.release`). crm: reminder alive again, call task for
 * no-show, apology for store-cannot.
 */
export const AppointmentReleased = defineEvent({
  type: 'reception.appointment-released.v1', topic, key,
  data: z.object({
    ...appointment,
    customerId: Id,
    vehicleId: Id,
    kind: VisitKind,
    cause: z.enum(['refused', 'cancelled', 'declined', 'no-show', 'store-cannot']),
    /** For store-cannot: parts-late, bay-down, technician-absent, … (REC-7) */
    detail: Code.nullable(),
    wasBooked: z.boolean(),
    startsAt: Instant,
  }),
  heardBy: {
    workshop: ['appointmentId', 'cause'],
    parts: ['appointmentId', 'cause'],
    crm: ['appointmentId', 'customerId', 'vehicleId', 'kind', 'cause', 'detail', 'wasBooked', 'startsAt'],
  },
});

/** The customer is coming. Nothing changes for anybody: what was firm stays firm. */
export const AppointmentConfirmed = defineEvent({
  type: 'reception.appointment-confirmed.v1', topic, key,
  data: z.object({ ...appointment, how: Channel }),
  heardBy: {},
});
