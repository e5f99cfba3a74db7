import type { AnyContract, Keeping } from './kernel/event';
import { promiseFacts } from './kernel/promise-facts';
import { ClaimAccepted, ClaimPaid, ClaimRejected, ClaimReturned, ClaimSubmitted } from './claims/claim';
import { CoverageDecided } from './claims/coverage';
import { StandingChanged, StandingWarned } from './claims/standing';
import { CaseAnswered, CaseClosed, CaseOpened, CaseSatisfied } from './crm/case';
import { ConsentChanged } from './crm/consent';
import { FilesMerged } from './crm/files';
import { FollowUpAttempted, FollowUpClosed, FollowUpFailed, FollowUpPlanned, FollowUpReached } from './crm/follow-up';
import { MessageFailed, MessageSent } from './crm/message';
import { ReminderSent, ReminderVoid } from './crm/reminder';
import { AnswerCorrected, SurveyAnswered, SurveyLocked } from './crm/survey';
import { VehicleChanged, VehicleRegistered } from './crm/vehicle';
import { CalendarChanged } from './hq/calendar';
import { PolicyChanged } from './hq/policy';
import { StaffChanged } from './hq/staff';
import { StoreChanged } from './hq/store';
import { AvailabilityChanged, PartChanged } from './parts/part';
import { EtaChanged, EtaSlipped, OldPartHandedIn, PartsIssued, PartsPicked, PartsReturned, PartsShort, ReservationMade, ReservationRefused } from './parts/reservation';
import { AlternativesOffered, AppointmentBooked, AppointmentConfirmed, AppointmentMoved, AppointmentReleased, AppointmentRequested } from './reception/appointment';
import { ConfirmationDue, ConsentAsked } from './reception/asked-by-link';
import { CustomerIntroduced } from './reception/customer';
import { PaymentReceived, PaymentRefunded } from './reception/payment';
import { CoverageAsked, EstimateOffered, LinesDeclined, PromiseMoved, VisitArrived, VisitAuthorised, VisitDelivered, VisitLeft, VisitOpened, VisitReady, VisitSettled } from './reception/visit';
import { VisitLabelled } from './reception/visit-label';
import { BaysChanged, CapacityChanged } from './workshop/capacity';
import { CheckFailed, CheckPassed, FaultFound, JobBlocked, JobCompleted, JobOpened, JobUnblocked, OperationStarted, OperationStopped } from './workshop/job';
import { SlotHeld, SlotLost, SlotRefused } from './workshop/slot';

/** Everything that is said, in the order of the services and of a visit. A contract that is not in this list does not exist. */
export const catalogue: readonly AnyContract[] = [
  AppointmentRequested, AppointmentMoved, AppointmentBooked, AlternativesOffered, AppointmentReleased, AppointmentConfirmed,
  ConfirmationDue, ConsentAsked, CustomerIntroduced,
  VisitArrived, VisitLabelled, VisitLeft, VisitOpened, CoverageAsked, EstimateOffered, VisitAuthorised, LinesDeclined, PromiseMoved, VisitReady, VisitSettled, VisitDelivered,
  PaymentReceived, PaymentRefunded,
  ...Object.values(promiseFacts('reception')),

  SlotHeld, SlotRefused, SlotLost, CapacityChanged, BaysChanged,
  JobOpened, OperationStarted, OperationStopped, JobBlocked, JobUnblocked, FaultFound, CheckPassed, CheckFailed, JobCompleted,
  ...Object.values(promiseFacts('workshop')),

  PartChanged, AvailabilityChanged, ReservationMade, ReservationRefused, EtaChanged, EtaSlipped, PartsPicked, PartsShort, PartsIssued, OldPartHandedIn, PartsReturned,
  ...Object.values(promiseFacts('parts')),

  VehicleRegistered, VehicleChanged, FilesMerged, ConsentChanged,
  FollowUpPlanned, FollowUpAttempted, FollowUpReached, FollowUpFailed, FollowUpClosed,
  SurveyLocked, SurveyAnswered, AnswerCorrected, CaseOpened, CaseAnswered, CaseSatisfied, CaseClosed,
  ReminderSent, ReminderVoid, MessageSent, MessageFailed,
  ...Object.values(promiseFacts('crm')),

  CoverageDecided, StandingChanged, StandingWarned, ClaimSubmitted, ClaimReturned, ClaimAccepted, ClaimRejected, ClaimPaid,
  ...Object.values(promiseFacts('claims')),

  StoreChanged, CalendarChanged, PolicyChanged, StaffChanged,
  ...Object.values(promiseFacts('hq')),
];

export interface Topic {
  readonly topic: string;
  readonly partitions: number;
  readonly config: Readonly<Record<'cleanup.policy' | 'retention.ms' | 'message.timestamp.type', string>>;
}

const dayMs = 86_400_000;
/** Policy of the installation: what no hearer can be asked to replay any more is deleted. 90 days locally; production keeps facts longer, tiered. */
const longMs = 90 * dayMs;
/** Personal things leave the broker after a week. */
const sealedMs = 7 * dayMs;

/** The broker dates what it takes: of whoever sends with a clock more than an hour ahead it would take nothing. */
const dated = { 'message.timestamp.type': 'LogAppendTime' } as const;

const config: Record<Keeping, Topic['config']> = {
  long: { 'cleanup.policy': 'delete', 'retention.ms': String(longMs), ...dated },
  sealed: { 'cleanup.policy': 'delete', 'retention.ms': String(sealedMs), ...dated },
  compacted: { 'cleanup.policy': 'compact', 'retention.ms': '-1', ...dated },
};

/** Three, so that order within a key and not within a topic is what everybody lives with, locally too. */
const partitions = 3;

/** Every topic, by name. */
export function topics(): Topic[] {
  return [...keptByTopic(catalogue)].map(([topic, kept]) => ({ topic, partitions, config: config[kept] })).sort((a, b) => (a.topic < b.topic ? -1 : 1));
}

/** @throws Error when a type is there twice, a topic is kept in two ways, or something sealed stands on a topic that is not. */
export function checkCatalogue(contracts: readonly AnyContract[]): void {
  const seen = new Set<string>();
  for (const { type, sealed, kept } of contracts) {
    if (seen.has(type)) throw new Error(`${type} is in the catalogue twice`);
    seen.add(type);
    if (sealed && kept !== 'sealed') throw new Error(`${type}: a sealed part needs a topic kept 7 days`);
  }
  keptByTopic(contracts);
}

function keptByTopic(contracts: readonly AnyContract[]): Map<string, Keeping> {
  const found = new Map<string, Keeping>();
  for (const { type, topic, kept } of contracts) {
    const before = found.get(topic) ?? kept;
    if (before !== kept) throw new Error(`${type}: ${topic} is kept '${before}' and '${kept}'`);
    found.set(topic, kept);
  }
  return found;
}

checkCatalogue(catalogue);
