import type { WorkCalendar } from '@aftersales/calendar/work-calendar';
import { calendarOf } from '@aftersales/directory/directory';
import type { Tx } from '@aftersales/platform/database/tx';
import type { Asks, FailReason, FollowUpState } from './follow-up';

export type Because = 'delivered' | 'case-answered' | 'data-corrected';
export type FollowUpOutcome = 'satisfied' | 'case' | 'failed' | 'merged' | 'do-not-call' | 'closed-by-manager';

export interface FollowUpRow {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly visitId: string;
  readonly because: Because;
  readonly after: string | null;
  readonly caseId: string | null;
  readonly customerId: string;
  readonly contactId: string;
  readonly vehicleId: string;
  readonly deliveredDay: string;
  readonly opensAt: Date;
  readonly dueAt: Date;
  readonly nextAt: Date;
  readonly nextSteps: readonly unknown[];
  readonly attempts: number;
  readonly attemptsWanted: number;
  readonly reopensLeft: number;
  readonly state: FollowUpState;
  readonly outcome: FollowUpOutcome | null;
  readonly failedBecause: FailReason | null;
  readonly reachedAt: Date | null;
  readonly reachedBy: string | null;
  readonly contactVersion: number | null;
  readonly checkedBy: string | null;
  readonly checkedAt: Date | null;
  readonly checkNote: string | null;
}

export const asksOf = ({ caseId }: Pick<FollowUpRow, 'caseId'>): Asks => (caseId ? 'case' : 'survey');

/** CRM-5: the windows are the hours of the call desk. */
export async function callCalendar(tx: Tx, storeId: string): Promise<{ version: number; calls: WorkCalendar }> {
  const { version, calendar } = await calendarOf(tx, storeId, 'calls');
  return { version, calls: calendar };
}

export const usedWindows = async (tx: Tx, followUpId: string): Promise<string[]> =>
  (await tx.query<{ windowKey: string }>(`select window_key from follow_up_attempt where follow_up_id = $1 order by attempt`, [followUpId])).map(({ windowKey }) => windowKey);
