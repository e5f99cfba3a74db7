import { FollowUpClosed, FollowUpFailed, FollowUpPlanned, FollowUpReached } from '@aftersales/contracts/crm/follow-up';
import { AnswerCorrected, SurveyAnswered, SurveyLocked } from '@aftersales/contracts/crm/survey';
import type { Fact } from '@aftersales/contracts/kernel/event';
import { VisitDelivered } from '@aftersales/contracts/reception/visit';
import { Consumer, OnBatch } from '@aftersales/platform/bus/on';
import type { Tx } from '@aftersales/platform/database/tx';
import { KeptFacts } from './kept-facts.service';

@Consumer('hq.csi')
export class CsiConsumer {
  constructor(private readonly kept: KeptFacts) {}

  @OnBatch(VisitDelivered)
  delivered(tx: Tx, facts: Fact<typeof VisitDelivered>[]) {
    return this.kept.delivered(tx, facts);
  }

  @OnBatch(SurveyLocked)
  locked(tx: Tx, facts: Fact<typeof SurveyLocked>[]) {
    return this.kept.locked(tx, facts);
  }

  @OnBatch(FollowUpPlanned)
  planned(tx: Tx, facts: Fact<typeof FollowUpPlanned>[]) {
    return this.kept.followUp(tx, facts);
  }

  @OnBatch(FollowUpReached)
  reached(tx: Tx, facts: Fact<typeof FollowUpReached>[]) {
    return this.kept.followUp(tx, facts);
  }

  @OnBatch(FollowUpFailed)
  failed(tx: Tx, facts: Fact<typeof FollowUpFailed>[]) {
    return this.kept.followUp(tx, facts);
  }

  @OnBatch(FollowUpClosed)
  closed(tx: Tx, facts: Fact<typeof FollowUpClosed>[]) {
    return this.kept.followUpClosed(tx, facts);
  }

  @OnBatch(SurveyAnswered)
  answered(tx: Tx, facts: Fact<typeof SurveyAnswered>[]) {
    return this.kept.answered(tx, facts);
  }

  @OnBatch(AnswerCorrected)
  corrected(tx: Tx, facts: Fact<typeof AnswerCorrected>[]) {
    return this.kept.answered(tx, facts);
  }
}
