import fc from 'fast-check';
import { after, blockedBy, checksPassed, coversAll, emptyFloor, type Floor, type FloorFact } from './floor';

const job = { jobId: 'j', visitId: 'v' };
const at = '2026-03-10T01:00:00.000Z';
const operation = { lineId: 'a', operationCode: 'X', skill: 's', bayType: 'b', flatHours: 1 };
const opened: FloorFact = { what: 'opened', data: { ...job, version: 1, operations: [operation], promisedAt: at } };
const extended: FloorFact = { what: 'opened', data: { ...opened.data, version: 2, operations: [operation, { ...operation, lineId: 'c' }] } };
const passed = (check: 'own' | 'team' | 'final'): FloorFact => ({ what: 'passed', data: { ...job, check, by: 'p', checkedAt: at } });
const failed: FloorFact = { what: 'failed', data: { ...job, check: 'team', by: 'p', lineIds: ['a'], reason: 'r', rework: 1, checkedAt: at } };
const completed: FloorFact = { what: 'completed', data: { ...job, vehicleId: 'c', completedAt: at, operations: [{ lineId: 'a', operationCode: 'X', flatHours: 1, clockedHours: 1, technicianIds: ['t'], faultCode: null }], unfinishedLineIds: ['b'], replacedParts: [], checks: [{ check: 'own', by: 'p', checkedAt: at }, { check: 'final', by: 'q', checkedAt: at }], technicianIds: ['t'], inspectorIds: ['q'], evidenceIds: [] } };
const blocked: FloorFact = { what: 'blocked', data: { ...job, blockId: '1', reason: 'parts', lineIds: [], since: at } };
const unblocked: FloorFact = { what: 'unblocked', data: { ...job, blockId: '1', reason: 'parts', since: at, until: at, blockedMs: 0 } };
const story = (...facts: FloorFact[]): Floor => facts.reduce((floor, fact, i) => after(floor, fact, i + 1), emptyFloor);

describe('the floor as the desk sees it', () => {
  it('REC-21 a failed check empties the list; all checks count only with the completed job', () => {
    expect(checksPassed(story(opened, passed('own'), passed('team'), passed('final')))).toBe(false);
    const again = story(opened, passed('own'), failed);
    expect(again).toMatchObject({ checks: [], reworks: 1 });
    expect(checksPassed(story(opened, passed('own'), failed, passed('own'), completed))).toBe(true);
    const without = { ...completed, data: { ...completed.data, checks: [completed.data.checks[0]!] } } as FloorFact;
    expect(checksPassed(story(opened, without))).toBe(false);
  });

  it('REC-20 done is what was finished; a job that never heard of a line does not cover it, and is open again once it has', () => {
    const floor = story(opened, completed);
    expect(floor).toMatchObject({ finishedLineIds: ['a'], unfinishedLineIds: ['b'] });
    expect([coversAll(floor, ['a', 'b']), coversAll(floor, ['a', 'c']), coversAll(story(opened), ['a'])]).toEqual([true, false, false]);
    expect(after(floor, completed, 9)).toEqual({ ...floor, jobVersion: 9 });
    expect(after(floor, opened, 9)).toMatchObject({ state: 'open', completedAt: null, checks: [] }); // a known line is other work now
    expect(after(floor, extended, 9)).toMatchObject({ state: 'open', completedAt: null, checks: [], lineIds: ['a', 'c'] });
  });

  it('WRK-6 a block stands until it is lifted', () => {
    expect(blockedBy(story(opened, blocked))).toEqual(['parts']);
    expect(blockedBy(story(opened, blocked, unblocked))).toEqual([]);
  });

  it('REC-20 told twice or late, a fact changes nothing', () => {
    const facts = [opened, blocked, unblocked, passed('own'), failed, passed('own'), passed('final'), completed];
    const told = facts.map((fact, i) => [fact, i + 1] as const);
    fc.assert(fc.property(fc.array(fc.nat(facts.length - 1), { maxLength: 30 }), (again) => {
      let floor = emptyFloor;
      told.forEach(([fact, version], i) => {
        floor = after(floor, fact, version);
        for (const n of again) if (n <= i) floor = after(floor, ...told[n]!);
      });
      expect(floor).toEqual(story(...facts));
    }));
  });
});
