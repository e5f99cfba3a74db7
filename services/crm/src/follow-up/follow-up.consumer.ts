import type { Fact } from '@aftersales/contracts/kernel/event';
import { VisitDelivered } from '@aftersales/contracts/reception/visit';
import { Consumer, On } from '@aftersales/platform/bus/on';
import type { Tx } from '@aftersales/platform/database/tx';
import { OnTimer, type Rung } from '@aftersales/platform/timers/on-timer';
import { FollowUpTimers } from './follow-up.timers';
import { FollowUpPlans } from './plan-follow-up.service';

@Consumer('crm.follow-up')
export class FollowUpConsumer {
  constructor(private readonly plans: FollowUpPlans, private readonly timers: FollowUpTimers) {}

  /** CRM-4: from the fact, 100 %. */
  @On(VisitDelivered)
  delivered(tx: Tx, { storeId, data }: Fact<typeof VisitDelivered>) {
    return this.plans.delivered(tx, storeId!, data);
  }

  /** The next call's time: the first window of a new follow-up, or the next different one after an attempt; and the end of each window while it is open. */
  @OnTimer('follow-up.retry', { locks: 'follow_up' })
  retry(tx: Tx, { subject }: Rung) {
    return this.timers.retry(tx, subject);
  }

  @OnTimer('follow-up.due', { locks: 'follow_up' })
  due(tx: Tx, { subject }: Rung) {
    return this.timers.due(tx, subject);
  }
}
