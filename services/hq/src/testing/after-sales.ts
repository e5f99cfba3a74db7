import { FollowUpClosed, FollowUpFailed, FollowUpPlanned, FollowUpReached } from '@aftersales/contracts/crm/follow-up';
import { AnswerCorrected, SurveyAnswered, SurveyLocked, type Answer } from '@aftersales/contracts/crm/survey';
import type { AnyContract, DataOf } from '@aftersales/contracts/kernel/event';
import { VisitDelivered } from '@aftersales/contracts/reception/visit';
import { localDate } from '@aftersales/calendar/local-time';
import type { TestService } from '@aftersales/platform/testing/test-service';
import { v7 as uuidv7 } from 'uuid';

/** A fact as another service has said it; the same object heard again is a redelivery. */
export interface Said {
  readonly contract: AnyContract;
  readonly data: DataOf<AnyContract>;
  readonly about: { readonly id: string; readonly storeId: string; readonly version: number };
}

export const say = <C extends AnyContract>(contract: C, storeId: string, version: number, data: DataOf<C>): Said => ({ contract, data, about: { id: uuidv7(), storeId, version } });

export async function hear(service: TestService, facts: readonly Said[]): Promise<void> {
  for (const { contract, data, about } of facts) await service.hear(contract, data, about);
}

const hash = '0'.repeat(64);
const factors = ['reception', 'quality', 'time', 'price', 'delivery'];

/** The facts of one delivered visit as reception and crm say them, in the order of the day. */
export class Visit {
  readonly visitId = uuidv7();
  readonly surveyId = uuidv7();
  readonly followUpId = uuidv7();
  readonly answerId = uuidv7();
  readonly advisorId: string;
  readonly #of: { brand: string; technicianIds: string[]; kind: DataOf<typeof VisitDelivered>['kind'] };

  constructor(readonly storeId: string, readonly deliveredAt: Date, { advisorId = uuidv7(), brand = 'nova', technicianIds = [uuidv7()], kind = 'maintenance' as DataOf<typeof VisitDelivered>['kind'] } = {}) {
    this.advisorId = advisorId;
    this.#of = { brand, technicianIds, kind };
  }

  delivered(version = 1, changes: Partial<DataOf<typeof VisitDelivered>> = {}): Said {
    const customerId = uuidv7();
    return say(VisitDelivered, this.storeId, version, {
      visitId: this.visitId, customerId, vehicleId: uuidv7(), contactId: customerId, appointmentId: null, repairOrder: 'RO-1', mileage: 10_000, deliveredAt: this.deliveredAt.toISOString(),
      promisedAt: null, advisorId: this.advisorId, inspectorIds: [], operationCodes: ['MNT'], maintenanceDone: true, nextServiceOn: null, nextServiceAtKm: null, ...this.#of, ...changes,
    });
  }

  locked({ position = 1, excludedBy = null as string | null, day = localDate('Asia/Taipei', this.deliveredAt) } = {}): Said {
    return say(SurveyLocked, this.storeId, position, { storeId: this.storeId, day, position, visitId: this.visitId, surveyId: this.surveyId, deliveredAt: this.deliveredAt.toISOString(), excludedBy, previousHash: hash, hash });
  }

  planned(doNotCall = false): Said {
    const at = this.deliveredAt.toISOString();
    return say(FollowUpPlanned, this.storeId, 1, { followUpId: this.followUpId, visitId: this.visitId, customerId: uuidv7(), vehicleId: uuidv7(), because: 'delivered', after: null, doNotCall, opensAt: at, dueAt: at });
  }

  reached(): Said {
    return say(FollowUpReached, this.storeId, 2, { followUpId: this.followUpId, visitId: this.visitId, attempt: 1, agentId: uuidv7(), reachedAt: this.deliveredAt.toISOString(), surveyId: this.surveyId, dissatisfied: false });
  }

  failed(): Said {
    return say(FollowUpFailed, this.storeId, 2, { followUpId: this.followUpId, visitId: this.visitId, customerId: uuidv7(), vehicleId: uuidv7(), reason: 'no-answer', attempts: 3, failedAt: this.deliveredAt.toISOString(), reopens: true });
  }

  closed(outcome: DataOf<typeof FollowUpClosed>['outcome']): Said {
    return say(FollowUpClosed, this.storeId, 3, { followUpId: this.followUpId, visitId: this.visitId, outcome, cause: null, closedAt: this.deliveredAt.toISOString() });
  }

  answered(levels: number | readonly number[], recommend: number | null = null, channel: 'call' | 'link' = 'call'): Said {
    return say(SurveyAnswered, this.storeId, 2, this.#answer(this.answerId, levels, recommend, channel));
  }

  corrected(levels: number | readonly number[], recommend: number | null = null, version = 3): Said {
    return say(AnswerCorrected, this.storeId, version, { ...this.#answer(uuidv7(), levels, recommend, 'call'), replaces: this.answerId, reason: 'agent-misheard', correctedBy: uuidv7(), correctedAt: this.deliveredAt.toISOString() });
  }

  /** The whole life of a visit whose customer was reached. */
  answeredByCall(levels: number | readonly number[], recommend: number | null = null): Said[] {
    return [this.delivered(), this.locked(), this.planned(), this.reached(), this.answered(levels, recommend), this.closed('satisfied')];
  }

  #answer(answerId: string, levels: number | readonly number[], recommend: number | null, channel: 'call' | 'link') {
    const answers: Answer[] = factors.flatMap((factor, i) => {
      const level = typeof levels === 'number' ? levels : levels[i];
      return level === undefined ? [] : [{ question: factor, factor, level, weight: 200 }];
    });
    return { surveyId: this.surveyId, answerId, visitId: this.visitId, questionnaire: 'csi-service', questionnaireVersion: 1, channel, answers, recommend, answeredAt: this.deliveredAt.toISOString() };
  }
}
