import type { Skill, Week } from '../capacity/working-hours';

export interface FloorRow {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly plannedUntil: string;
}

export interface BayRow {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly name: string;
  readonly bayType: string;
  readonly equipment: readonly string[];
  readonly inUse: boolean;
}

export interface TechnicianRow {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly staffId: string;
  /** 1 apprentice … 5 master */
  readonly grade: number;
  readonly skills: readonly Skill[];
  readonly shift: Week | null;
  readonly active: boolean;
}

/** A stretch in which a bay is down, or a technician not here. */
export interface AwayRow {
  readonly id: string;
  readonly storeId: string;
  readonly fromAt: Date;
  readonly toAt: Date;
  readonly reason: string;
}
