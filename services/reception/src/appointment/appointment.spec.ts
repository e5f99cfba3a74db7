import fc from 'fast-check';
import { VisitKind } from '@aftersales/contracts/kernel/values';
import { allowedMoves, arrive, demandMove, desk, moves, papersFor, type Appointment, type Cause, type Move, type State } from './appointment';
import type { Round, RoundState } from './round';

const states: State[] = ['requested', 'booked', 'confirmed', 'arrived', 'released'];
const appointment = (changes: Partial<Appointment>): Appointment => ({ id: 'a', state: 'requested', repliedAt: null, trouble: null, arrivedAt: null, cause: null, late: false, ...changes }) as Appointment;
const newest = (changes: Partial<Round>): Round => ({ state: 'asked', estimate: null, workshopAnswer: null, partsAnswer: null, ...changes }) as Round;
const everyMove = Object.keys(moves) as Move[];

describe('an appointment', () => {
  it('REC-3 what is offered as a move is never refused for its state, and what is refused for its state is never offered', () => {
    const rounds = fc.record({ state: fc.constantFrom<RoundState>('asked', 'held', 'refused', 'booked', 'freed'), estimate: fc.constantFrom(null, {} as Round['estimate']) });
    fc.assert(fc.property(fc.constantFrom(...states), rounds, (state, round) => {
      const one = appointment({ state });
      const offered = allowedMoves(one, newest(round), ['advisor']);
      return everyMove.every((move) => {
        const refused = (() => { try { demandMove(one, move); return false; } catch { return true; } })();
        return !(offered.includes(move) && refused);
      });
    }));
  });

  it('REC-3 nothing moves what has arrived or was given up, and only the desk moves anything', () => {
    for (const state of ['arrived', 'released'] as const) expect(allowedMoves(appointment({ state }), newest({}), desk)).toEqual([]);
    expect(allowedMoves(appointment({}), newest({}), ['technician', 'store-manager'])).toEqual([]);
    expect(() => demandMove(appointment({ state: 'released' }), 'book')).toThrow(expect.objectContaining({ code: 'reception.book-too-late', move: { from: 'released', to: 'book', allowed: [] } }));
  });

  it('REC-4 booking is offered only with both halves held and the estimate read back', () => {
    const estimate = {} as Round['estimate'];
    const offered = (round: Partial<Round>) => allowedMoves(appointment({}), newest(round), ['advisor']).includes('book');
    expect([offered({ state: 'held', estimate }), offered({ state: 'held' }), offered({ state: 'asked', estimate }), offered({ state: 'refused', estimate })]).toEqual([true, false, false, false]);
  });

  it('REC-9 REC-12 everybody expected arrives; after a no-show late; nobody after any other end, and nobody twice', () => {
    const at = new Date('2026-03-03T06:00:00Z');
    for (const state of ['requested', 'booked', 'confirmed'] as const) expect(arrive(appointment({ state }), at)).toEqual({ state: 'arrived', arrivedAt: at, trouble: null });
    expect(arrive(appointment({ state: 'released', cause: 'no-show' }), at)).toEqual({ arrivedAt: at, late: true });
    for (const cause of ['refused', 'cancelled', 'declined', 'store-cannot'] as Cause[]) expect(() => arrive(appointment({ state: 'released', cause }), at)).toThrow(expect.objectContaining({ code: 'reception.appointment-released' }));
    expect(() => arrive(appointment({ state: 'arrived', arrivedAt: at }), at)).toThrow(expect.objectContaining({ code: 'reception.already-arrived' }));
  });

  it('REC-4 there are papers to bring for every kind', () => {
    for (const kind of VisitKind.options) expect(papersFor(kind)).toEqual(expect.arrayContaining(['driving-licence']));
  });
});
