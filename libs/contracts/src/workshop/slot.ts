import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { Code, Id, Instant, Span } from '../kernel/values';

// The floor's answers to one appointment, each to the round it answers.
const topic = 'workshop.slot';
const key = ({ appointmentId }: { appointmentId: string }) => appointmentId;
const answer = { appointmentId: Id, round: z.int().positive() };

/** Bay and hours are held together until `expiresAt`; appointment-booked makes them firm. */
export const SlotHeld = defineEvent({
  type: 'workshop.slot-held.v1', topic, key,
  data: z.object({ ...answer, slot: Span, bayId: Id.nullable(), expiresAt: Instant }),
  heardBy: { reception: ['appointmentId', 'round', 'slot', 'expiresAt'] },
});

/** Nothing is held for this round. `alternatives` are free now and held by nobody. */
export const SlotRefused = defineEvent({
  type: 'workshop.slot-refused.v1', topic, key,
  data: z.object({ ...answer, reason: Code, alternatives: z.array(Span) }),
  heardBy: { reception: ['appointmentId', 'round', 'reason', 'alternatives'] },
});

/** A held or firm slot can't be kept (bay-down, technician-absent, hold-expired): reception tells the customer before the slot (REC-7). */
export const SlotLost = defineEvent({
  type: 'workshop.slot-lost.v1', topic, key,
  data: z.object({ ...answer, slot: Span, cause: Code, alternatives: z.array(Span) }),
  heardBy: { reception: ['appointmentId', 'round', 'slot', 'cause', 'alternatives'] },
});
