import { Code, Id, Instant, Operation, PartNeed, Thousandths } from '@aftersales/contracts/kernel/values';
import { CheckKind } from '@aftersales/contracts/workshop/job';
import { z } from 'zod';
import { byHand } from '../block/block';

const lineIds = z.array(Id).min(1).max(200).refine((ids) => new Set(ids).size === ids.length, 'A line stands once.');
const note = z.string().trim().min(1).max(2000);
const place = Code;

export const Assign = z.strictObject({ lineIds, technicianIds: z.array(Id).min(1).max(3).optional(), briefing: note, bayId: Id.optional() });
export const MoveTo = z.union([z.strictObject({ bayId: Id }), z.strictObject({ place })]);
export const ClockOn = z.strictObject({ lineId: Id, technicianId: Id.optional() });
export const ClockOff = z.strictObject({ lineId: Id, technicianId: Id.optional(), finished: z.boolean() });
export const LeaveUndone = z.strictObject({ lineId: Id, reason: Code });
export const Block = z.strictObject({ reason: z.enum(byHand), lineIds: lineIds.optional(), note: note.optional() });
export const Unblock = z.strictObject({ blockId: Id });
export const Evidence = z.strictObject({
  kind: z.enum(['photo', 'recording', 'reading']),
  contentType: z.enum(['image/jpeg', 'image/png', 'image/webp', 'audio/mp4', 'audio/ogg', 'text/plain', 'application/json']),
  /** Made small enough by the camera's page; the API takes 256 KiB a request. */
  content: z.base64().min(4).max(250_000),
});
export const ReportFault = z.strictObject({
  faultCode: Code, safety: z.boolean(),
  operations: z.array(z.strictObject(Operation.omit({ lineId: true }).shape)).min(1).max(20),
  parts: z.array(z.strictObject(PartNeed.omit({ lineId: true }).shape)).max(50).default([]),
  evidenceIds: z.array(Id).min(1).max(20), note: note.optional(),
});
export const ConfirmFault = z.strictObject({ faultId: Id });
export const RejectFault = z.strictObject({ faultId: Id, reason: Code });
export const PassCheck = z.strictObject({ check: CheckKind });
export const FailCheck = z.strictObject({ check: CheckKind, lineIds, reason: Code, note: note.optional() });
export const Park = z.strictObject({ place });

const hours = Thousandths;
export const JobView = z.object({
  id: Id, version: z.int(), visitId: Id, state: z.string(), allowed: z.array(z.string()), nextCheck: CheckKind.nullable(),
  vehicleId: Id.nullable(), repairOrder: z.string().nullable(), kind: z.string().nullable(), brand: z.string().nullable(), plate: z.string().nullable(), keyTag: z.string().nullable(),
  advisorId: Id.nullable(), waiting: z.boolean(), concerns: z.array(z.string()), arrivedAt: Instant.nullable(), openedAt: Instant.nullable(), promisedAt: Instant.nullable(), completedAt: Instant.nullable(),
  estimateVersion: z.int(), bayId: Id.nullable(), place: z.string().nullable(), rework: z.int(),
  operations: z.array(z.object({
    lineId: Id, operationCode: Code, skill: Code, bayType: Code, state: z.string(), flatHours: hours, clockedHours: hours, faultCode: Code.nullable(), faultId: Id.nullable(), rework: z.int(),
    technicianIds: z.array(Id), proposedId: Id.nullable(), briefing: z.string().nullable(), clockedOn: z.array(z.object({ technicianId: Id, since: Instant })), blocked: z.boolean(), leftReason: z.string().nullable(),
  })),
  parts: z.array(z.object({ lineId: Id, partNumber: z.string(), quantity: hours, consented: z.boolean(), short: z.boolean(), onShelf: z.boolean(), issued: hours, eta: Instant.nullable() })),
  blocks: z.array(z.object({ id: Id, reason: z.string(), lineIds: z.array(Id), since: Instant, until: Instant.nullable(), note: z.string().nullable() })),
  blockedMs: z.record(z.string(), z.int()),
  faults: z.array(z.object({ id: Id, state: z.string(), faultCode: Code, safety: z.boolean(), evidenceIds: z.array(Id), foundBy: Id, foundAt: Instant, decidedBy: Id.nullable() })),
  checks: z.array(z.object({ check: CheckKind, outcome: z.string(), by: Id, lineIds: z.array(Id), reason: z.string().nullable(), counts: z.boolean(), checkedAt: Instant })),
});
export type JobView = z.output<typeof JobView>;
