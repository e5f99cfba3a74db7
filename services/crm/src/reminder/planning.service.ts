import { Injectable } from '@nestjs/common';
import { ReminderVoid } from '@aftersales/contracts/crm/reminder';
import { policyOf, storeOf } from '@aftersales/directory/directory';
import { insertRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { Promises } from '@aftersales/platform/promises/promises';
import { v7 as uuidv7 } from 'uuid';
import { nextDue, stages, type Reading } from './reminder';
import { isOpen, openReminder, saidOf, type Maintenance, type ReminderRow } from './reminder.row';

export const kinds = { first: 'maintenance.remind', again: 'maintenance.remind-again' } as const;
export type Stage = keyof typeof kinds;

/** CRM-13: keeps a car's one open reminder in step with what is known of it. The car's `maintenance` row is held by the caller. */
@Injectable()
export class ReminderPlanning {
  constructor(private readonly promises: Promises) {}

  /** Void when a booking lives, planned when none does, planned anew when it falls due on another day; `anew`: also when only its mornings moved. */
  async plan(tx: Tx, car: Maintenance, anew = false): Promise<void> {
    const open = await openReminder(tx, car.id);
    const wanted = await this.#wanted(tx, car);
    if (typeof wanted === 'string') return void (open && (await this.void(tx, open, open.visitId === car.visitId ? wanted : 'serviced')));
    const sameDay = open?.visitId === wanted.visitId && open.dueOn === wanted.dueOn && open.dueAtKm === wanted.dueAtKm;
    const sameMornings = open?.firstAt?.getTime() === wanted.firstAt?.getTime() && open?.againAt.getTime() === wanted.againAt.getTime();
    if (open && sameDay && (!anew || sameMornings)) return;
    if (open) await this.void(tx, open, open.visitId === wanted.visitId ? 'replanned' : 'serviced');
    if (wanted.againSentAt) return; // both stages of this service were sent
    await this.#open(tx, wanted);
  }

  async void(tx: Tx, row: ReminderRow, why: string): Promise<void> {
    if (!isOpen(row)) return;
    const next = await updateRow(tx, 'reminder', row, { state: 'void', why });
    for (const kind of Object.values(kinds)) await this.promises.void(tx, kind, row.id, why);
    publish(tx, ReminderVoid, next, { ...saidOf(next), why, voidAt: tx.now.toISOString() });
  }

  /** The reminder that should be open now, or why there is none. */
  async #wanted(tx: Tx, car: Maintenance): Promise<(ReminderRow & { steps: readonly object[] }) | string> {
    if (await tx.one(`select 1 from maintenance_booking where vehicle_id = $1 and alive limit 1`, [car.id])) return 'booked';
    if (!car.visitId || !car.customerId) return 'unplanned';
    const readings = await tx.query<Reading>(`select read_at, kilometres from mileage_reading where vehicle_id = $1 order by read_at desc limit 50`, [car.id]);
    const { zone } = await storeOf(tx, car.storeId);
    const prediction = await policyOf(tx, 'maintenance.prediction', car.storeId);
    const [first, again] = [await policyOf(tx, kinds.first, car.storeId), await policyOf(tx, kinds.again, car.storeId)];
    const due = nextDue(zone, { on: car.nextServiceOn, atKm: car.nextServiceAtKm }, readings, prediction.value.kilometresPerYear);
    if (!due) return 'unplanned';
    // A stage goes out once a service, however often its reminder died and lived again.
    const sent = (await tx.one<{ firstSentAt: Date | null; againSentAt: Date | null }>(
      `select max(first_sent_at) as first_sent_at, max(again_sent_at) as again_sent_at from reminder where vehicle_id = $1 and visit_id = $2`, [car.id, car.visitId],
    ))!;
    const { firstAt, againAt } = stages(zone, due.dueOn, first.value, again.value, tx.now);
    return {
      id: uuidv7(), storeId: car.storeId, version: 1, vehicleId: car.id, customerId: car.customerId, visitId: car.visitId, dueOn: due.dueOn, dueAtKm: car.nextServiceAtKm, because: due.because,
      firstAt: sent.firstSentAt ? null : firstAt, againAt, state: sent.firstSentAt ? 'reminded' : 'planned', why: null, ...sent, plannedAt: tx.now, steps: due.steps,
    };
  }

  async #open(tx: Tx, { steps, ...row }: ReminderRow & { steps: readonly object[] }): Promise<void> {
    await insertRow(tx, 'reminder', row);
    for (const [stage, dueAt] of [['first', row.firstAt], ['again', row.againAt]] as const) {
      if (!dueAt) continue;
      const policy = await policyOf(tx, kinds[stage], row.storeId);
      await this.promises.open(tx, {
        kind: kinds[stage], subject: row.id, storeId: row.storeId, ownerRole: 'crm-agent', policy, dueAt,
        explanation: [...steps, { rule: 'mornings-before', dueOn: row.dueOn, days: policy.value.calendarDaysBefore, at: policy.value.localTime }],
      });
    }
  }
}
