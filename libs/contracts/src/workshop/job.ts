import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { Code, Id, Instant, Operation, PartNeed, PartNumber, Thousandths } from '../kernel/values';

// One job's facts in order. There is one job for a visit; `lineId` is the desk's estimate line.
const topic = 'workshop.job';
const key = ({ jobId }: { jobId: string }) => jobId;
const job = { jobId: Id, visitId: Id };

/**
 * visit-authorised opened the job, or extended it: `operations` are all of them as they are agreed to now. There is work to do: a completed job is
 * open again, also when no line is new (a known one is another operation now).
 */
export const JobOpened = defineEvent({
  type: 'workshop.job-opened.v1', topic, key,
  data: z.object({ ...job, version: z.int().positive(), operations: z.array(Operation), promisedAt: Instant }),
  heardBy: { reception: ['jobId', 'visitId', 'version', 'operations'], claims: ['jobId', 'visitId', 'operations'] },
});

/** A technician clocked on (WRK-5). */
export const OperationStarted = defineEvent({
  type: 'workshop.operation-started.v1', topic, key,
  data: z.object({ ...job, lineId: Id, technicianId: Id, startedAt: Instant }),
  heardBy: { reception: ['jobId', 'visitId', 'lineId', 'technicianId', 'startedAt'] },
});

/** Clocked off: `clockedHours` of this stretch after the split rule; `finished` when the operation is done. */
export const OperationStopped = defineEvent({
  type: 'workshop.operation-stopped.v1', topic, key,
  data: z.object({ ...job, lineId: Id, technicianId: Id, startedAt: Instant, stoppedAt: Instant, clockedHours: Thousandths, finished: z.boolean() }),
  heardBy: { reception: ['jobId', 'visitId', 'lineId', 'technicianId', 'stoppedAt', 'finished'] },
});

const blockReason = z.enum(['parts', 'consent', 'consultation', 'tool', 'sublet', 'customer']);

/** Work can't go on (WRK-6). parts: somebody waits on the floor for these lines. */
export const JobBlocked = defineEvent({
  type: 'workshop.job-blocked.v1', topic, key,
  data: z.object({ ...job, blockId: Id, reason: blockReason, lineIds: z.array(Id), since: Instant }),
  heardBy: { reception: ['jobId', 'visitId', 'blockId', 'reason', 'lineIds', 'since'], parts: ['visitId', 'blockId', 'reason', 'lineIds', 'since'] },
});

/** It goes on; `blockedMs` counts against the reason. */
export const JobUnblocked = defineEvent({
  type: 'workshop.job-unblocked.v1', topic, key,
  data: z.object({ ...job, blockId: Id, reason: blockReason, since: Instant, until: Instant, blockedMs: z.int().nonnegative() }),
  heardBy: { reception: ['jobId', 'visitId', 'blockId', 'reason', 'until', 'blockedMs'], parts: ['visitId', 'blockId', 'reason'] },
});

/**
 * A found fault, confirmed by the workshop (WRK-7). reception makes estimate version n+1 of it, whose lines repeat `faultId`, and prices it
 * from its projections of catalogue, stock and coverage; visit-authorised or lines-declined with that faultId is the answer. claims keeps
 * the evidence.
 */
export const FaultFound = defineEvent({
  type: 'workshop.fault-found.v1', topic, key,
  data: z.object({
    ...job,
    vehicleId: Id,
    faultId: Id,
    faultCode: Code,
    safety: z.boolean(),
    operations: z.array(Operation.omit({ lineId: true })),
    parts: z.array(PartNeed.omit({ lineId: true })),
    /** Photos and recordings kept by the workshop. */
    evidenceIds: z.array(Id),
    foundBy: Id,
    confirmedBy: Id,
    foundAt: Instant,
  }),
  heardBy: {
    reception: ['jobId', 'visitId', 'faultId', 'faultCode', 'safety', 'operations', 'parts', 'evidenceIds', 'foundAt'],
    claims: ['visitId', 'vehicleId', 'faultId', 'faultCode', 'safety', 'evidenceIds', 'foundAt'],
  },
});

/** The technician's own, the team's or inspector's, the final one (WRK-9). */
export const CheckKind = z.enum(['own', 'team', 'final']);
export type CheckKind = z.infer<typeof CheckKind>;

export const CheckPassed = defineEvent({
  type: 'workshop.check-passed.v1', topic, key,
  data: z.object({ ...job, check: CheckKind, by: Id, checkedAt: Instant }),
  heardBy: { reception: ['jobId', 'visitId', 'check', 'checkedAt'] },
});

/** The named lines go back to work, and the checks begin again; `rework` counts how often. */
export const CheckFailed = defineEvent({
  type: 'workshop.check-failed.v1', topic, key,
  data: z.object({ ...job, check: CheckKind, by: Id, lineIds: z.array(Id), reason: Code, rework: z.int().positive(), checkedAt: Instant }),
  heardBy: { reception: ['jobId', 'visitId', 'check', 'lineIds', 'reason', 'checkedAt'] },
});

/**
 * After the last check, wash and parking (WRK-10). reception: advisor's check, settlement of the finished lines, who worked on it; claims:
 * evidence, and the days in repair end at `completedAt`. Said again, of the same instant, when a consent brings a completed job nothing to do.
 */
export const JobCompleted = defineEvent({
  type: 'workshop.job-completed.v1', topic, key,
  data: z.object({
    ...job,
    vehicleId: Id,
    completedAt: Instant,
    operations: z.array(z.object({
      lineId: Id, operationCode: Code, flatHours: Thousandths, clockedHours: Thousandths, technicianIds: z.array(Id), faultCode: Code.nullable(),
    })),
    /** Consented, but not done. */
    unfinishedLineIds: z.array(Id),
    replacedParts: z.array(z.object({ lineId: Id, partNumber: PartNumber, quantity: Thousandths })),
    checks: z.array(z.object({ check: CheckKind, by: Id, checkedAt: Instant })),
    technicianIds: z.array(Id),
    inspectorIds: z.array(Id),
    evidenceIds: z.array(Id),
  }),
  heardBy: {
    reception: ['jobId', 'visitId', 'completedAt', 'operations', 'unfinishedLineIds', 'checks', 'technicianIds', 'inspectorIds'],
    claims: ['jobId', 'visitId', 'vehicleId', 'completedAt', 'operations', 'unfinishedLineIds', 'replacedParts', 'checks', 'evidenceIds'],
  },
});
