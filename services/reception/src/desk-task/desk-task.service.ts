import { Injectable } from '@nestjs/common';
import { demand } from '@aftersales/contracts/kernel/refused';
import { insertRow, lockRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { v7 as uuidv7 } from 'uuid';

export interface DeskTask {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  /** What is to be done: call-customer, tell-customer, rebook, … */
  readonly kind: string;
  /** The appointment or visit that it is about. */
  readonly subject: string;
  readonly state: 'open' | 'done';
  readonly reason: string;
  readonly note: string | null;
  readonly dueAt: Date;
  readonly openedAt: Date;
  readonly doneAt: Date | null;
  readonly doneBy: string | null;
  readonly outcome: string | null;
}

export interface NewTask {
  readonly kind: string;
  readonly subject: string;
  readonly storeId: string;
  readonly reason: string;
  readonly note?: string | null;
  readonly dueAt: Date;
}

/** The desk's own list of calls and things to do. The caller holds the subject's row. */
@Injectable()
export class DeskTasks {
  /** Nothing when one of that kind is open on the subject: nobody is called twice for one reason after another. */
  async open(tx: Tx, { kind, subject, storeId, reason, note = null, dueAt }: NewTask): Promise<void> {
    if (await tx.one(`select 1 from desk_task where store_id = $1 and kind = $2 and subject = $3 and state = 'open'`, [storeId, kind, subject])) return;
    await insertRow(tx, 'desk_task', { id: uuidv7(), storeId, version: 1, kind, subject, state: 'open', reason, note, dueAt, openedAt: tx.now });
  }

  /** The thing itself was settled: what is open about it (of one kind, or all) is done. */
  async settle(tx: Tx, subject: string, outcome: string, kind: string | null = null): Promise<void> {
    await tx.query(
      `update desk_task set state = 'done', done_at = $3, outcome = $2, version = version + 1 where subject = $1 and state = 'open' and ($4::text is null or kind = $4)`,
      [subject, outcome, tx.now, kind],
    );
  }

  /** Somebody did it. @throws NotFound, Stale, Refused */
  async done(tx: Tx, taskId: string, version: number, staffId: string, outcome: string): Promise<DeskTask> {
    const task = await lockRow<DeskTask>(tx, 'desk_task', taskId, version);
    demand(task.state === 'open', 'reception.task-done', 'This was done already.');
    return updateRow(tx, 'desk_task', task, { state: 'done', doneAt: tx.now, doneBy: staffId, outcome });
  }
}
