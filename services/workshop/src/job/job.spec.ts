import { Refused } from '@aftersales/contracts/kernel/refused';
import type { CheckKind } from '@aftersales/contracts/workshop/job';
import fc from 'fast-check';
import { failCheck, nextCheck, passCheck, type CheckRules } from '../check/check';
import { allowedIn, authorise, demandMove, isUnfinished, moveOperation, moves, operationMoves, park, wash, type Agreed, type Card, type JobState, type OperationState } from './job';

const people = [
  { id: 'hand', roles: ['technician'] }, { id: 'both', roles: ['technician', 'inspector'] }, { id: 'inspector', roles: ['inspector'] }, { id: 'director', roles: ['technical-director'] }, { id: 'desk', roles: ['advisor'] },
] as const;
const person = (id: string) => people.find((one) => one.id === id)!;
const rules = (middleDropped: boolean): CheckRules => ({ middleDropped, finalCheckers: { roles: ['inspector', 'technical-director'], staffIds: [] } });

type Command =
  | { do: 'authorise'; lines: string[]; operationCode: string } | { do: 'clock-on' | 'finish'; line: string; by: string } | { do: 'leave'; line: string } | { do: 'block' | 'unblock' | 'wash' | 'park' }
  | { do: 'pass'; check: CheckKind; by: string } | { do: 'fail'; check: CheckKind; by: string; line: string };

const line = fc.constantFrom('a', 'b');
const by = fc.constantFrom(...people.map(({ id }) => id));
const check = fc.constantFrom<CheckKind>('own', 'team', 'final');
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('authorise' as const), lines: fc.subarray(['a', 'b'], { minLength: 1 }), operationCode: fc.constantFrom('OIL', 'OIL', 'OIL', 'PADS') }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('clock-on' as const, 'finish' as const), line, by }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), line }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('block' as const, 'unblock' as const, 'unblock' as const, 'wash' as const, 'park' as const) }) },
  { weight: 9, arbitrary: fc.record({ do: fc.constant('pass' as const), check, by }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail' as const), check, by, line }) },
);

type Operation = Agreed & { readonly state: OperationState };
type Model = Omit<Card, 'operations'> & { readonly operations: readonly Operation[]; readonly on: ReadonlySet<string> };
const agreed = (lineId: string, operationCode = 'OIL'): Agreed => ({ lineId, operationCode, skill: 'maintenance' });
const blank: Model = { state: 'expected', operations: [], workers: [], clockedOn: false, blocked: false, passed: [], on: new Set() };
const setOperation = (card: Model, lineId: string, state: OperationState) => card.operations.map((one) => (one.lineId === lineId ? { ...one, state } : one));
const stateOf = (card: Model, lineId: string): OperationState => card.operations.find((one) => one.lineId === lineId)?.state ?? 'dropped';

/** The use cases' order of things, on paper. */
function step(card: Model, one: Command, middleDropped: boolean): Model {
  switch (one.do) {
    case 'authorise': {
      const lines = one.lines.map((lineId) => agreed(lineId, one.operationCode));
      const { state, add, moves: moved } = authorise(card, lines);
      const on = new Set([...card.on].filter((lineId) => !moved.has(lineId)));
      const operations = card.operations.map((op): Operation => {
        const move = moved.get(op.lineId);
        return { ...op, ...lines.find(({ lineId }) => lineId === op.lineId), ...(move && { state: moveOperation(op.state, move) }) };
      });
      return { ...card, state, operations: [...operations, ...add.map((line) => ({ ...line, state: 'waiting' as const }))], passed: state === 'working' ? [] : card.passed, on, clockedOn: on.size > 0 };
    }
    case 'clock-on': {
      demandMove(card.state, 'clock-on');
      const on = new Set([...card.on, one.line]);
      return { ...card, operations: setOperation(card, one.line, moveOperation(stateOf(card, one.line), 'clock-on')), workers: [...new Set([...card.workers, one.by])], on, clockedOn: true };
    }
    case 'finish': {
      demandMove(card.state, 'clock-off');
      const on = new Set([...card.on].filter((lineId) => lineId !== one.line));
      return { ...card, operations: setOperation(card, one.line, moveOperation(stateOf(card, one.line), 'finish')), on, clockedOn: on.size > 0 };
    }
    case 'leave':
      demandMove(card.state, 'leave-undone');
      return card.on.has(one.line) ? card : { ...card, operations: setOperation(card, one.line, moveOperation(stateOf(card, one.line), 'leave')) };
    case 'block':
    case 'unblock':
      demandMove(card.state, one.do);
      return { ...card, blocked: one.do === 'block' };
    case 'pass':
      return { ...card, state: passCheck(card, one.check, person(one.by), rules(middleDropped)), passed: [...card.passed, { check: one.check, by: one.by }] };
    case 'fail':
      return { ...card, state: failCheck(card, one.check, person(one.by), rules(middleDropped), [one.line]), operations: setOperation(card, one.line, moveOperation(stateOf(card, one.line), 'send-back')), passed: [] };
    case 'wash':
      return { ...card, state: wash(card) };
    case 'park':
      return { ...card, state: park(card) };
  }
}

function run(commands: readonly Command[], middleDropped: boolean, look: (card: Model) => void): number {
  let card = blank;
  let completed = 0;
  for (const one of commands) {
    try {
      card = step(card, one, middleDropped);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
    look(card);
    if (card.state === 'completed') completed++;
  }
  return completed;
}

describe('the card', () => {
  it('WRK-9 no sequence of commands completes a job without its checks passed in order, the last by nobody who worked on it', () => {
    let completed = 0;
    fc.assert(fc.property(fc.array(command, { minLength: 40, maxLength: 120 }), fc.boolean(), (commands, middleDropped) => {
      completed += run(commands, middleDropped, (card) => {
        if (!(['final-checked', 'washed', 'completed'] as JobState[]).includes(card.state)) return;
        expect(card.passed.map((one) => one.check)).toEqual(middleDropped ? ['own', 'final'] : ['own', 'team', 'final']);
        expect(card.workers).not.toContain(card.passed.at(-1)!.by);
        expect(card.operations.some(({ state }) => isUnfinished(state))).toBe(false);
      });
    }), { numRuns: 600, seed: 7 });
    expect(completed).toBeGreaterThan(0); // the property saw what it speaks of
  });

  it('WRK-9 whatever happens, the next check is the only one that can be passed', () => {
    fc.assert(fc.property(fc.array(command, { maxLength: 60 }), fc.boolean(), check, by, (commands, middleDropped, wanted, who) => {
      run(commands, middleDropped, (card) => {
        if (wanted !== nextCheck(card.state, middleDropped)) expect(() => passCheck(card, wanted, person(who), rules(middleDropped))).toThrow(Refused);
      });
    }), { numRuns: 100 });
  });

  it('WRK-3 consent again changes nothing; new work, or other work on a known line, opens a completed job again', () => {
    const card = { state: 'completed' as const, operations: [{ ...agreed('a'), state: 'done' as const }] };
    expect(authorise(card, [agreed('a')])).toEqual({ state: 'completed', add: [], moves: new Map() });
    expect(authorise(card, [agreed('a'), agreed('b')])).toMatchObject({ state: 'working', add: [{ lineId: 'b' }] });
    for (const other of [agreed('a', 'PADS'), { ...agreed('a'), skill: 'brakes' }]) expect(authorise(card, [other])).toEqual({ state: 'working', add: [], moves: new Map([['a', 'renew']]) });
  });

  it('WRK-3 what somebody has worked on stays, also without consent now', () => {
    const operations = (['waiting', 'in-work', 'done'] as const).map((state) => ({ ...agreed(state), state }));
    expect(authorise({ state: 'working', operations }, [])).toMatchObject({ moves: new Map([['waiting', 'drop']]) });
  });

  it('WRK-3 other work on a line is to be begun, whatever became of the old one; the same work that was dropped comes back', () => {
    for (const state of ['waiting', 'in-work', 'done', 'rework', 'left', 'dropped'] as const) {
      expect(authorise({ state: 'working', operations: [{ ...agreed('a'), state }] }, [agreed('a', 'PADS')]).moves).toEqual(new Map([['a', 'renew']]));
      expect(moveOperation(state, 'renew')).toBe('waiting');
    }
    expect(authorise({ state: 'working', operations: [{ ...agreed('a'), state: 'dropped' }] }, [agreed('a')]).moves).toEqual(new Map([['a', 'restore']]));
  });

  it('WRK-3 nothing is open in a job that is closed, and nobody without a role is offered a move', () => {
    expect(allowedIn('closed', Object.values(moves).flatMap(({ roles }) => roles))).toEqual([]);
    expect(allowedIn('working', ['buyer'])).toEqual([]);
    expect(allowedIn('washed', ['driver'])).toEqual(['park']);
  });

  it('WRK-3 a refused move names where it is and where it may go', () => {
    expect(() => demandMove('washed', 'wash', ['driver'])).toThrow(expect.objectContaining({ code: 'workshop.not-now', move: { from: 'washed', to: 'wash', allowed: ['park'] } }));
  });

  it('WRK-3 operations move only as the table says', () => {
    const states: OperationState[] = ['waiting', 'in-work', 'done', 'rework', 'left', 'dropped'];
    for (const move of Object.keys(operationMoves) as (keyof typeof operationMoves)[]) for (const state of states) {
      const to = (operationMoves[move] as Partial<Record<OperationState, OperationState>>)[state];
      if (to) expect(moveOperation(state, move)).toBe(to);
      else expect(() => moveOperation(state, move)).toThrow(Refused);
    }
  });
});
