import { Injectable } from '@nestjs/common';
import { subtract } from '@aftersales/calendar/working-time';
import { demand } from '@aftersales/contracts/kernel/refused';
import { PromiseMoved } from '@aftersales/contracts/reception/visit';
import { calendarOf, policyOf } from '@aftersales/directory/directory';
import { insertRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { Promises } from '@aftersales/platform/promises/promises';
import { letSleep } from '@aftersales/platform/timers/wake';
import { v7 as uuidv7 } from 'uuid';
import { DeskTasks } from '../desk-task/desk-task.service';
import type { Floor } from './floor';
import { floorOf } from './floor.queries';
import { visitFor } from './visit.store';
import { opened, type Visit } from './visit';
import type { MovePromiseInput } from './visit.inputs';

export const promised = 'visit.promised';
export const promiseWarning = 'visit.promise-warning';
const minute = 60_000;

/** REC-19: when the car shall be ready, agreed with the estimate. */
@Injectable()
export class PromisedTimeService {
  constructor(private readonly promises: Promises, private readonly tasks: DeskTasks) {}

  /** Made, or agreed anew with a later version. The caller writes `promisedAt` to the visit. */
  async agree(tx: Tx, visit: Visit, promisedAt: Date): Promise<void> {
    const running = await this.promises.openOn(tx, promised, visit.id);
    if (running?.dueAt.getTime() === promisedAt.getTime()) return;
    await this.promises.void(tx, promised, visit.id, 'moved');
    letSleep(tx, promiseWarning, visit);
    const policy = await policyOf(tx, promiseWarning, visit.storeId);
    const { calendar, version: calendarVersion } = await calendarOf(tx, visit.storeId, 'service');
    const warning = subtract(calendar, promisedAt, policy.value.workingMinutesBefore * minute);
    await this.promises.open(tx, {
      kind: promised, subject: visit.id, storeId: visit.storeId, ownerRole: 'advisor', policy, calendarVersion, dueAt: promisedAt,
      explanation: [{ rule: 'agreed', at: promisedAt.toISOString() }, { rule: 'warning', at: warning.at.toISOString(), steps: warning.steps }],
      // Promised at shorter notice than the warning's: the customer has only just agreed.
      alsoWake: warning.at > tx.now ? { [promiseWarning]: warning.at } : {},
    });
    const floor = await floorOf(tx, visit.id);
    if (floor) await this.stoodStill(tx, visit.id, floor);
  }

  /** WRK-6: while the floor waits, the time counts against the reason; the customer's time stays until he is told another one. */
  async stoodStill(tx: Tx, visitId: string, { blocks }: Floor): Promise<void> {
    await this.promises.stoodStill(tx, promised, visitId, blocks.map(({ reason, since, until }) => ({ from: since, to: until, reason, actor: 'workshop' })));
  }

  /** A new time needs a cause, and the customer has been told before the old one passes. */
  async move(tx: Tx, staffId: string, visitId: string, version: number | null, { promisedAt: to, cause, how, toldAt, note }: MovePromiseInput): Promise<Visit> {
    const visit = opened(await visitFor(tx, 'move-promise', visitId, version));
    const [before, promisedAt, told] = [visit.promisedAt!, new Date(to), toldAt ? new Date(toldAt) : tx.now];
    demand(told <= tx.now, 'visit.told-later', 'The contact is recorded when it has taken place.');
    demand(tx.now < before && told < before, 'visit.promise-passed', 'The promised time has passed: it is late, and stays so.');
    demand(promisedAt > tx.now, 'visit.promise-past', 'The new time lies ahead.');
    demand(promisedAt.getTime() !== before.getTime(), 'visit.promise-same', 'That is the time already promised.');
    await this.agree(tx, visit, promisedAt);
    await insertRow(tx, 'promise_move', { id: uuidv7(), storeId: visit.storeId, version: 1, visitId, beforeAt: before, promisedAt, cause, how, toldAt: told, note, movedBy: staffId });
    const next = opened(await updateRow<Visit>(tx, 'visit', visit, { promisedAt, warnedAt: null }));
    publish(tx, PromiseMoved, next, { visitId, customerId: next.customerId, vehicleId: next.vehicleId, promisedAt: promisedAt.toISOString(), before: before.toISOString(), cause, toldAt: told.toISOString(), how });
    await this.tasks.settle(tx, visitId, 'promise-moved', 'tell-customer');
    return next;
  }

  /** The car is ready: kept, or late after all. */
  async keep(tx: Tx, visitId: string): Promise<void> {
    await this.promises.keep(tx, promised, visitId);
    letSleep(tx, promiseWarning, { id: visitId });
    await this.tasks.settle(tx, visitId, 'ready', 'tell-customer');
  }

  /** The car has gone back although nothing was done in the end. */
  async drop(tx: Tx, visitId: string): Promise<void> {
    await this.promises.void(tx, promised, visitId, 'delivered');
    letSleep(tx, promiseWarning, { id: visitId });
    await this.tasks.settle(tx, visitId, 'delivered');
  }

  /** Rung before the promised time: whoever is at the desk looks whether it will hold, and tells the customer if not. */
  async warn(tx: Tx, visit: Visit): Promise<string | void> {
    if (!visit.promisedAt || !['opened', 'in-work', 'completed'].includes(visit.state)) return `the visit is ${visit.state}`;
    if (visit.promisedAt <= tx.now) return 'the promised time has passed: it is late, not near';
    await updateRow(tx, 'visit', visit, { warnedAt: tx.now });
    await this.tasks.open(tx, { kind: 'tell-customer', subject: visit.id, storeId: visit.storeId, reason: 'promise-near', dueAt: visit.promisedAt });
  }
}
