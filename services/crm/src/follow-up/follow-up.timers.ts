import { Injectable } from '@nestjs/common';
import { nextWindow, windowAt, type CallWindow } from '@aftersales/calendar/windows';
import { findRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { wake } from '@aftersales/platform/timers/wake';
import { FollowUpClosing } from './close-follow-up.service';
import { isNeverDialled } from './contact.queries';
import { nextWindows, spread } from './follow-up';
import { callCalendar, usedWindows, type FollowUpRow } from './follow-up.row';

@Injectable()
export class FollowUpTimers {
  constructor(private readonly closing: FollowUpClosing) {}

  /**
   * Its window has come: the task opens. Rung when that window is over (an outage): spread over the next ones (TIM-4). While it is open it rings at the
   * end of each window, for who says meanwhile not to be called is on no list any more, and nobody else would close it (CRM-4).
   */
  async retry(tx: Tx, id: string): Promise<string | void> {
    const row = await findRow<FollowUpRow>(tx, 'follow_up', id);
    if (row.state !== 'waiting' && row.state !== 'open') return `the follow-up is ${row.state}`;
    if (await isNeverDialled(tx, row.contactId)) return this.#neverDial(tx, row);
    const { calls } = await callCalendar(tx, row.storeId);
    if (row.state === 'open') {
      wake(tx, 'follow-up.retry', row, nextWindow(calls, tx.now).window.to);
      return 'it is still to be called';
    }
    const planned = windowAt(calls, row.nextAt);
    if (planned && planned.to > tx.now) {
      await updateRow(tx, 'follow_up', row, { state: 'open' });
      wake(tx, 'follow-up.retry', row, planned.to);
      return;
    }
    const windows = nextWindows(calls, tx.now, await usedWindows(tx, id), row.attemptsWanted);
    const window = spread(windows, await this.#waiting(tx, row.storeId, windows), row.dueAt);
    const opensNow = window.from <= tx.now;
    await updateRow(tx, 'follow_up', row, { nextAt: opensNow ? tx.now : window.from, nextSteps: [{ rule: 'spread', window: window.key, missed: row.nextAt.toISOString() }], state: opensNow ? 'open' : 'waiting' });
    wake(tx, 'follow-up.retry', row, opensNow ? window.to : window.from);
  }

  /** The promise's own instant: with no call yet the platform now marks it late, and it stays to be called. */
  async due(tx: Tx, id: string): Promise<string | void> {
    const row = await findRow<FollowUpRow>(tx, 'follow_up', id);
    if (row.attempts > 0 || row.state === 'closed') return `the follow-up is ${row.state} after ${row.attempts} attempts`;
    if (await isNeverDialled(tx, row.contactId)) return this.#neverDial(tx, row);
  }

  async #neverDial(tx: Tx, row: FollowUpRow): Promise<string> {
    await this.closing.close(tx, row, 'do-not-call');
    return 'the customer does not want to be called any more';
  }

  /** What each window has to do already; all that is open falls to the first. */
  async #waiting(tx: Tx, storeId: string, windows: readonly CallWindow[]): Promise<number[]> {
    const counts: number[] = [];
    for (const [i, { from, to }] of windows.entries()) {
      const { n } = (await tx.one<{ n: number }>(
        `select count(*) as n from follow_up where store_id = $1 and ((state = 'waiting' and next_at >= $2 and next_at < $3) or ($4 and state = 'open'))`, [storeId, from, to, i === 0],
      ))!;
      counts.push(n);
    }
    return counts;
  }
}
