import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { Channel, Code, Id, Instant, Kilometres, LocalDate, VisitKind } from '../kernel/values';
import { EstimateLine, Share } from './estimate-line';

// One visit's facts in order, from the gate to the hand-over.
const topic = 'reception.visit';
const key = ({ visitId }: { visitId: string }) => visitId;

/** Who and what the visit is about, as the desk knows it now; crm.files-merged re-keys it later. */
const car = { visitId: Id, customerId: Id, vehicleId: Id };

/** At the gate, or by the plate. Ends no-show and confirmation; workshop and parts: it is here. The car may still be unknown. */
export const VisitArrived = defineEvent({
  type: 'reception.visit-arrived.v1', topic, key,
  data: z.object({
    visitId: Id,
    appointmentId: Id.nullable(),
    vehicleId: Id.nullable(),
    how: z.enum(['gate', 'plate', 'desk']),
    arrivedAt: Instant,
    /** After its appointment was given up as a no-show: served as a walk-in with what is still held (REC-9). */
    late: z.boolean(),
    waiting: z.boolean(),
  }),
  heardBy: { workshop: ['visitId', 'appointmentId', 'arrivedAt', 'waiting'], parts: ['visitId', 'appointmentId', 'arrivedAt'] },
});

/** Gone again before anything was signed. workshop: the card is closed and what its appointment held is free; parts: the same; crm: the booking is over, the car is reminded again. */
export const VisitLeft = defineEvent({
  type: 'reception.visit-left.v1', topic, key,
  data: z.object({ visitId: Id, appointmentId: Id.nullable(), kind: VisitKind.nullable(), leftAt: Instant }),
  heardBy: { workshop: ['visitId', 'appointmentId', 'kind'], parts: ['visitId', 'appointmentId'], crm: ['appointmentId'] },
});

/** Check-in is signed. claims: standing at this mileage; crm: history, mileage reading, timer `file.complete`; workshop expects the car. */
export const VisitOpened = defineEvent({
  type: 'reception.visit-opened.v1', topic, key,
  data: z.object({
    ...car,
    appointmentId: Id.nullable(),
    /** 工單號: how people find it. */
    repairOrder: Code,
    brand: Code,
    kind: VisitKind,
    concerns: z.array(Code),
    mileage: Kilometres,
    /** The car's mileage ran backwards, with a reason kept at the desk. */
    mileageCorrected: z.boolean(),
    advisorId: Id,
    arrivedAt: Instant,
    openedAt: Instant,
  }),
  heardBy: {
    workshop: ['visitId', 'appointmentId', 'vehicleId', 'repairOrder', 'brand', 'kind', 'advisorId'],
    crm: ['visitId', 'customerId', 'vehicleId', 'repairOrder', 'brand', 'kind', 'mileage', 'openedAt'],
    claims: ['visitId', 'vehicleId', 'repairOrder', 'brand', 'mileage', 'openedAt'],
  },
});

/**
 * A drafted version has lines that the maker shall pay: claims decides before anybody is asked to pay (CLM-11) and says coverage-decided for
 * exactly these lines. The version is offered after that.
 */
export const CoverageAsked = defineEvent({
  type: 'reception.coverage-asked.v1', topic, key,
  data: z.object({ ...car, repairOrder: Code, brand: Code, version: z.int().positive(), mileage: Kilometres, lines: z.array(EstimateLine) }),
  heardBy: { claims: ['visitId', 'vehicleId', 'repairOrder', 'brand', 'version', 'mileage', 'lines'] },
});

/** A version is shown. parts: soft hold of its part lines until consent or `expiresAt`; an older version's soft hold is replaced. */
export const EstimateOffered = defineEvent({
  type: 'reception.estimate-offered.v1', topic, key,
  data: z.object({
    ...car,
    appointmentId: Id.nullable(),
    version: z.int().positive(),
    lines: z.array(EstimateLine),
    shares: z.array(Share),
    /** Of what was shown, as consent repeats it. */
    shownHash: z.string().regex(/^[0-9a-f]{64}$/),
    promisedAt: Instant,
    expiresAt: Instant,
  }),
  heardBy: { parts: ['visitId', 'appointmentId', 'version', 'lines', 'expiresAt'] },
});

/**
 * Consent. `lines` are all lines with consent up to now, not only the new ones, so the newest fact alone is enough. workshop: opens the job,
 * or extends it; parts: firm reservations, taking over what it holds for the appointment; claims: draft from the warranty lines, days in
 * repair begin at the first `authorisedAt` of a warranty line.
 */
export const VisitAuthorised = defineEvent({
  type: 'reception.visit-authorised.v1', topic, key,
  data: z.object({
    ...car,
    appointmentId: Id.nullable(),
    repairOrder: Code,
    brand: Code,
    kind: VisitKind,
    mileage: Kilometres,
    version: z.int().positive(),
    lines: z.array(EstimateLine),
    promisedAt: Instant,
    authorisedAt: Instant,
    advisorId: Id,
    waiting: z.boolean(),
  }),
  heardBy: {
    workshop: ['visitId', 'appointmentId', 'vehicleId', 'repairOrder', 'brand', 'kind', 'version', 'lines', 'promisedAt', 'advisorId', 'waiting'],
    parts: ['visitId', 'appointmentId', 'repairOrder', 'brand', 'version', 'lines', 'promisedAt'],
    claims: ['visitId', 'vehicleId', 'repairOrder', 'brand', 'mileage', 'version', 'lines', 'authorisedAt', 'promisedAt'],
    reception: ['vehicleId', 'lines', 'authorisedAt'],
  },
});

/** The customer or who pays said no, line by line; or the desk shows what the workshop found no more (`dropped`). workshop: the job goes on without; parts: soft hold ends; claims: nothing to claim; crm: offered again. */
export const LinesDeclined = defineEvent({
  type: 'reception.lines-declined.v1', topic, key,
  data: z.object({ ...car, version: z.int().positive(), lines: z.array(z.object({ ...EstimateLine.shape, reason: Code })), declinedAt: Instant }),
  heardBy: {
    workshop: ['visitId', 'version', 'lines'],
    parts: ['visitId', 'version', 'lines'],
    claims: ['visitId', 'version', 'lines'],
    crm: ['visitId', 'customerId', 'vehicleId', 'lines', 'declinedAt'],
    reception: ['visitId', 'vehicleId', 'lines', 'declinedAt'],
  },
});

/** A new promised time, told before the old one passed (REC-19). `how: message` means that crm shall write it; claims: forecast of days in repair. */
export const PromiseMoved = defineEvent({
  type: 'reception.promise-moved.v1', topic, key,
  data: z.object({ ...car, promisedAt: Instant, before: Instant, cause: Code, toldAt: Instant, how: Channel }),
  heardBy: {
    workshop: ['visitId', 'promisedAt', 'cause'],
    crm: ['visitId', 'customerId', 'vehicleId', 'promisedAt', 'cause', 'how'],
    claims: ['visitId', 'promisedAt'],
  },
});

/** The advisor has checked the washed car (REC-21). crm tells the customer; a failed message comes back as a task. */
export const VisitReady = defineEvent({
  type: 'reception.visit-ready.v1', topic, key,
  data: z.object({ ...car, readyAt: Instant }),
  heardBy: { crm: ['visitId', 'customerId', 'vehicleId', 'readyAt'] },
});

/** Only consented and finished lines, split by payer (REC-20). claims: the claim's amount is the warranty lines of this fact. */
export const VisitSettled = defineEvent({
  type: 'reception.visit-settled.v1', topic, key,
  data: z.object({ ...car, repairOrder: Code, version: z.int().positive(), lines: z.array(EstimateLine), shares: z.array(Share), customerSigned: z.boolean(), settledAt: Instant }),
  heardBy: { claims: ['visitId', 'vehicleId', 'lines', 'shares', 'customerSigned', 'settledAt'] },
});

/**
 * Hand-over. crm: follow-up, sample lock, reminder plan; workshop and parts close and forget the label, and what the appointment's slot still takes is free; hq: denominator, and whose work it was.
 */
export const VisitDelivered = defineEvent({
  type: 'reception.visit-delivered.v1', topic, key,
  data: z.object({
    ...car,
    /** Who brought the car and is called (owner, driver, fleet manager). */
    contactId: Id,
    appointmentId: Id.nullable(),
    repairOrder: Code,
    brand: Code,
    kind: VisitKind,
    mileage: Kilometres,
    deliveredAt: Instant,
    promisedAt: Instant.nullable(),
    advisorId: Id,
    technicianIds: z.array(Id),
    inspectorIds: z.array(Id),
    operationCodes: z.array(Code),
    /** Maintenance was done, whatever the visit's kind: its reminder is void and the next one is planned (CRM-13). */
    maintenanceDone: z.boolean(),
    nextServiceOn: LocalDate.nullable(),
    nextServiceAtKm: Kilometres.nullable(),
  }),
  heardBy: {
    crm: ['visitId', 'customerId', 'contactId', 'vehicleId', 'appointmentId', 'repairOrder', 'brand', 'kind', 'mileage', 'deliveredAt', 'advisorId', 'technicianIds', 'operationCodes', 'maintenanceDone', 'nextServiceOn', 'nextServiceAtKm'],
    workshop: ['visitId', 'appointmentId', 'kind', 'technicianIds'],
    parts: ['visitId'],
    hq: ['visitId', 'vehicleId', 'repairOrder', 'brand', 'kind', 'deliveredAt', 'advisorId', 'technicianIds'],
  },
});
