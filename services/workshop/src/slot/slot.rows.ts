import type { Operation } from '@aftersales/contracts/kernel/values';
import type { HoldState } from './slot';

/** The floor's side of one appointment; its facts count up `version`. */
export interface SlotRow {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly kind: string;
  readonly latestRound: number;
  readonly bookedRound: number | null;
  /** The appointment was released, or its car handed over: nothing is held for it any more. */
  readonly givenUp: boolean;
}

export interface HoldRow {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly slotId: string;
  readonly round: number;
  readonly state: HoldState;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly operations: readonly Operation[];
  readonly madeAt: Date;
  readonly expiresAt: Date | null;
}

export interface HoursTake {
  readonly holdId: string;
  readonly date: string;
  readonly skill: string;
  readonly hours: number;
}

export interface BayTake {
  readonly holdId: string;
  readonly bayId: string;
  readonly bayType: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
}
