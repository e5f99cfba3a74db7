import { z } from 'zod';
import { Channel, Code, Instant, Money, Operation, PartNeed, Span, VisitKind } from '@aftersales/contracts/kernel/values';
import { TaskView, taskView } from '../desk-task/desk-task.controller';
import type { DeskTask } from '../desk-task/desk-task.service';
import { allowedMoves, moves, type Appointment, type Move } from './appointment';
import { silentNow, type Round } from './round';

const half = z.enum(['workshop', 'parts']);
const WorkshopAnswer = z.discriminatedUnion('answer', [
  z.object({ answer: z.literal('held'), slot: Span, until: Instant }),
  z.object({ answer: z.literal('refused'), reason: Code, alternatives: z.array(Span) }),
]);
const PartsAnswer = z.discriminatedUnion('answer', [
  z.object({ answer: z.literal('held'), lines: z.array(z.object({ ...PartNeed.shape, from: z.enum(['stock', 'inbound', 'transfer', 'order']), eta: Instant.nullable() })), until: Instant.nullable() }),
  z.object({ answer: z.literal('refused'), short: z.array(z.object({ ...PartNeed.shape, missing: z.int(), eta: Instant.nullable() })) }),
]);
const TroubleView = z.object({
  with: z.enum(['slot', 'parts']), cause: Code, since: Instant, alternatives: z.array(Span),
  told: z.object({ at: Instant, by: z.uuid(), how: Channel, proposals: z.array(Instant) }).nullable(),
});
const RoundView = z.object({
  round: z.int(), state: z.enum(['asked', 'held', 'refused', 'booked', 'freed']), startsAt: Instant, operations: z.array(Operation), parts: z.array(PartNeed), partsBy: Instant, askedAt: Instant,
  silent: z.array(half), workshopAnswer: WorkshopAnswer.nullable(), partsAnswer: PartsAnswer.nullable(),
  estimate: z.object({ flatHours: z.int(), cost: Money, papers: z.array(Code), readBackBy: z.uuid(), readBackAt: Instant }).nullable(),
});

export const AppointmentView = z.object({
  appointmentId: z.uuid(), version: z.int(), state: z.enum(['requested', 'booked', 'confirmed', 'arrived', 'released']),
  allowed: z.array(z.enum(Object.keys(moves) as [Move, ...Move[]])),
  kind: VisitKind, channel: Channel, customerId: z.uuid(), vehicleId: z.uuid(), brand: Code, concern: z.string(), requestedBy: z.uuid(), requestedAt: Instant, repliedAt: Instant.nullable(),
  advisorId: z.uuid().nullable(), replaces: z.uuid().nullable(),
  slot: Span.nullable(), bookedRound: z.int().nullable(), newest: RoundView,
  confirmation: z.object({ dueAt: Instant.nullable(), askedAt: Instant.nullable(), message: z.enum(['sent', 'failed']).nullable(), confirmedAt: Instant.nullable() }).nullable(),
  trouble: TroubleView.nullable(), cause: z.string().nullable(), detail: z.string().nullable(), releasedAt: Instant.nullable(), partsHeldUntil: Instant.nullable(),
  arrivedAt: Instant.nullable(), late: z.boolean(), tasks: z.array(TaskView),
});

export function appointmentView(appointment: Appointment, newest: Round, tasks: readonly DeskTask[], roles: readonly string[], now: Date) {
  const { id, plan, slotStartsAt, slotEndsAt, askedAt, message, confirmedAt } = appointment;
  const { version, state, kind, channel, customerId, vehicleId, brand, concern, requestedBy, requestedAt, repliedAt, advisorId, replaces, bookedRound, trouble, cause, detail, releasedAt, partsHeldUntil, arrivedAt, late } = appointment;
  return {
    appointmentId: id, version, state, allowed: allowedMoves(appointment, newest, roles), kind, channel, customerId, vehicleId, brand, concern, requestedBy, requestedAt, repliedAt, advisorId, replaces,
    slot: slotStartsAt && slotEndsAt && { startsAt: slotStartsAt, endsAt: slotEndsAt }, bookedRound, newest: roundView(newest, now),
    confirmation: plan && { dueAt: plan.confirmAt, askedAt, message, confirmedAt },
    trouble, cause, detail, releasedAt, partsHeldUntil, arrivedAt, late, tasks: tasks.map((task) => taskView(task, roles)),
  };
}

function roundView(of: Round, now: Date) {
  const { round, state, startsAt, operations, parts, partsBy, askedAt, workshopAnswer, partsAnswer, estimate } = of;
  return { round, state, startsAt, operations, parts, partsBy, askedAt, silent: silentNow(of, now), workshopAnswer, partsAnswer, estimate: estimate && { ...estimate, papers: [...estimate.papers] } };
}
