import type { Department } from '@aftersales/contracts/kernel/values';
import type { CaseState } from './case';

export interface CaseRow {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly visitId: string;
  readonly followUpId: string | null;
  readonly customerId: string;
  readonly contactId: string;
  readonly vehicleId: string;
  readonly department: Department;
  readonly cause: string;
  readonly words: string | null;
  readonly round: number;
  readonly state: CaseState;
  readonly outcome: 'satisfied' | 'closed-by-manager' | null;
  readonly openedAt: Date;
  readonly endedAt: Date | null;
  readonly closedBy: string | null;
  readonly closeReason: string | null;
  readonly closeNote: string | null;
}
