import type { DataOf } from '@aftersales/contracts/kernel/event';
import type { CheckFailed, CheckKind, CheckPassed, JobBlocked, JobCompleted, JobOpened, JobUnblocked, OperationStarted, OperationStopped } from '@aftersales/contracts/workshop/job';

/** What the desk knows of the floor: the workshop's facts about one job, folded. Facts of a job come in its order; older ones are not applied. */
export interface Floor {
  /** Of the newest fact applied. */
  readonly jobVersion: number;
  readonly state: 'open' | 'working' | 'completed';
  readonly lineIds: readonly string[];
  readonly clockedOn: readonly { readonly lineId: string; readonly technicianId: string; readonly since: string }[];
  readonly finishedLineIds: readonly string[];
  readonly unfinishedLineIds: readonly string[];
  readonly blocks: readonly { readonly blockId: string; readonly reason: string; readonly since: string; readonly until: string | null }[];
  /** Passed and not failed since. */
  readonly checks: readonly { readonly check: CheckKind; readonly checkedAt: string }[];
  readonly reworks: number;
  readonly completedAt: string | null;
  readonly technicianIds: readonly string[];
  readonly inspectorIds: readonly string[];
}

export const emptyFloor: Floor = {
  jobVersion: 0, state: 'open', lineIds: [], clockedOn: [], finishedLineIds: [], unfinishedLineIds: [], blocks: [], checks: [], reworks: 0, completedAt: null, technicianIds: [], inspectorIds: [],
};

export type FloorFact =
  | { what: 'opened'; data: DataOf<typeof JobOpened> }
  | { what: 'started'; data: DataOf<typeof OperationStarted> }
  | { what: 'stopped'; data: DataOf<typeof OperationStopped> }
  | { what: 'blocked'; data: DataOf<typeof JobBlocked> }
  | { what: 'unblocked'; data: DataOf<typeof JobUnblocked> }
  | { what: 'passed'; data: DataOf<typeof CheckPassed> }
  | { what: 'failed'; data: DataOf<typeof CheckFailed> }
  | { what: 'completed'; data: DataOf<typeof JobCompleted> };

export function after(floor: Floor, fact: FloorFact, jobVersion: number): Floor {
  if (jobVersion <= floor.jobVersion) return floor;
  return { ...change(floor, fact), jobVersion };
}

function change(floor: Floor, fact: FloorFact): Floor {
  switch (fact.what) {
    case 'opened': {
      // Said when there is work to do: after it was done it is open again, and is checked again. A consent that brings none is answered with `completed`, once more.
      const again = floor.state === 'completed';
      return { ...floor, state: again ? 'open' : floor.state, completedAt: null, checks: again ? [] : floor.checks, lineIds: fact.data.operations.map(({ lineId }) => lineId) };
    }
    case 'started': {
      const { lineId, technicianId, startedAt } = fact.data;
      return { ...floor, state: 'working', clockedOn: [...without(floor.clockedOn, lineId, technicianId), { lineId, technicianId, since: startedAt }], finishedLineIds: floor.finishedLineIds.filter((id) => id !== lineId) };
    }
    case 'stopped': {
      const { lineId, technicianId, finished } = fact.data;
      return { ...floor, clockedOn: without(floor.clockedOn, lineId, technicianId), finishedLineIds: finished ? [...new Set([...floor.finishedLineIds, lineId])] : floor.finishedLineIds };
    }
    case 'blocked': {
      const { blockId, reason, since } = fact.data;
      return { ...floor, blocks: [...floor.blocks.filter((block) => block.blockId !== blockId), { blockId, reason, since, until: null }] };
    }
    case 'unblocked': {
      const { blockId, reason, since, until } = fact.data;
      return { ...floor, blocks: [...floor.blocks.filter((block) => block.blockId !== blockId), { blockId, reason, since, until }] };
    }
    case 'passed':
      return { ...floor, checks: [...floor.checks.filter(({ check }) => check !== fact.data.check), { check: fact.data.check, checkedAt: fact.data.checkedAt }] };
    case 'failed':
      // The checks begin again (WRK-9).
      return { ...floor, checks: [], reworks: fact.data.rework, finishedLineIds: floor.finishedLineIds.filter((id) => !fact.data.lineIds.includes(id)) };
    case 'completed': {
      const { operations, unfinishedLineIds, checks, completedAt, technicianIds, inspectorIds } = fact.data;
      return {
        ...floor, state: 'completed', completedAt, technicianIds, inspectorIds, unfinishedLineIds, clockedOn: [],
        lineIds: [...new Set([...operations.map(({ lineId }) => lineId), ...unfinishedLineIds])],
        finishedLineIds: operations.map(({ lineId }) => lineId).filter((id) => !unfinishedLineIds.includes(id)),
        checks: checks.map(({ check, checkedAt }) => ({ check, checkedAt })),
      };
    }
  }
}

const without = (clocked: Floor['clockedOn'], lineId: string, technicianId: string) => clocked.filter((one) => one.lineId !== lineId || one.technicianId !== technicianId);

/** What stands in the way now. */
export const blockedBy = (floor: Floor): string[] => floor.blocks.filter(({ until }) => until === null).map(({ reason }) => reason);

/** The workshop's word that all is done: it may have been said before it heard of the newest lines. */
export const coversAll = (floor: Floor, labourLineIds: readonly string[]): boolean => floor.state === 'completed' && labourLineIds.every((id) => floor.lineIds.includes(id));

/** Own and final check always; the middle one is the workshop's to drop for quick jobs (WRK-9), and then it is not in its list. A failed one empties the list. */
export const checksPassed = (floor: Floor): boolean => floor.state === 'completed' && (['own', 'final'] as const).every((kind) => floor.checks.some(({ check }) => check === kind));
