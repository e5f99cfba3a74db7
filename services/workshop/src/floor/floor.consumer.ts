import type { Fact } from '@aftersales/contracts/kernel/event';
import { CalendarChanged } from '@aftersales/contracts/hq/calendar';
import { PolicyChanged } from '@aftersales/contracts/hq/policy';
import { Consumer, On } from '@aftersales/platform/bus/on';
import type { Tx } from '@aftersales/platform/database/tx';
import { OnTimer, type Rung } from '@aftersales/platform/timers/on-timer';
import { wake } from '@aftersales/platform/timers/wake';
import { PlanService } from './plan.service';

const figures = ['capacity.walk-in-share', 'capacity.planned-ahead'];

/**
 * The plan goes on a day every midnight, and anew when hq changes hours or shares. hq's facts are the group's and carry no store, so they
 * ring the store's timer, which runs in the store; by then the directory has them too.
 */
@Consumer('workshop.floor')
export class FloorConsumer {
  constructor(private readonly planning: PlanService) {}

  @On(CalendarChanged)
  calendarChanged(tx: Tx, { data }: Fact<typeof CalendarChanged>): Promise<void> {
    if (data.desk === 'workshop' || data.desk === 'service') wake(tx, 'floor.plan', { id: data.storeId, storeId: data.storeId }, tx.now);
    return Promise.resolve();
  }

  @On(PolicyChanged)
  async policyChanged(tx: Tx, { data }: Fact<typeof PolicyChanged>): Promise<void> {
    // One that is in force later is used by every hold from then on, and told with the next midnight.
    if (!figures.includes(data.kind) || new Date(data.from) > tx.now) return;
    const only = data.scope.level === 'store' ? data.scope.storeId : null;
    const stores = await tx.query<{ id: string }>(`select id from directory_store where $1::uuid is null or id = $1 order by id`, [only]);
    for (const { id } of stores) wake(tx, 'floor.plan', { id, storeId: id }, tx.now);
  }

  /** After an outage one plan makes up for all nights missed. */
  @OnTimer('floor.plan', { locks: 'floor' })
  async plan(tx: Tx, { storeId }: Rung): Promise<string | void> {
    if (!(await tx.one(`select 1 from floor where id = $1`, [storeId]))) return 'the store has no floor';
    await this.planning.plan(tx, storeId!, 'hours-changed');
  }
}
