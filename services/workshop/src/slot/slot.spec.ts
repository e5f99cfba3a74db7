import fc from 'fast-check';
import type { Operation } from '@aftersales/contracts/kernel/values';
import { overlaps, type Stretch } from '../capacity/stretch';
import { layOut, type Layout } from './layout';
import { alternatives, seat, type Floor, type Seated } from './seat';
import { moves, next, takes, whoGoes, type HoldState, type Move } from './slot';

const hours = [{ from: '08:00', to: '12:00' }, { from: '13:00', to: '18:00' }];
const calendar = { zone: 'Asia/Taipei', week: { mon: hours, tue: hours, wed: hours, thu: hours, fri: hours, sat: hours, sun: [] }, days: {} };
const at = (time: string, date = '2026-03-10') => new Date(`${date}T${time}:00+08:00`);
const now = at('07:00');
const until = '2026-03-20';
const operation = (flatHours: number, changes: Partial<Operation> = {}): Operation => ({ lineId: 'l', operationCode: 'O', skill: 'maintenance', bayType: 'lift', flatHours, ...changes });
const laidOut = (startsAt: Date, operations: Operation[]): Layout => {
  const layout = layOut(calendar, now, until, startsAt, operations);
  if (typeof layout === 'string') throw new Error(layout);
  return layout;
};

describe('the layout of a slot', () => {
  it('WRK-2 operations follow each other in the workshop’s hours; runs of one bay type are one leg', () => {
    const layout = laidOut(at('11:00'), [operation(500), operation(1000, { skill: 'brakes' }), operation(500, { bayType: 'wash' })]);
    expect(layout.legs).toEqual([{ bayType: 'lift', startsAt: at('11:00'), endsAt: at('13:30') }, { bayType: 'wash', startsAt: at('13:30'), endsAt: at('14:00') }]);
    expect(layout.takes).toEqual([{ date: '2026-03-10', skill: 'maintenance', hours: 1000 }, { date: '2026-03-10', skill: 'brakes', hours: 1000 }]);
  });

  it('WRK-2 the parts of a long operation add up to it, day by day, whatever rounding does', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1, maxLength: 4 }), fc.integer({ min: 0, max: 59 }), (all, minute) => {
      const layout = layOut(calendar, now, until, at(`09:${String(minute).padStart(2, '0')}`), all.map((flat) => operation(flat)));
      if (typeof layout === 'string') return;
      expect(layout.takes.reduce((sum, { hours: taken }) => sum + taken, 0)).toBe(all.reduce((sum, flat) => sum + flat, 0));
      for (const { date, hours: taken } of layout.takes) {
        expect(layout.dates).toContain(date);
        expect(taken).toBeLessThanOrEqual(9001);
      }
    }));
  });

  it.each([['past', at('06:59')], ['closed', at('12:30')], ['closed', at('09:00', '2026-03-15')], ['too-far-ahead', at('09:00', '2026-03-21')]])('WRK-2 %s is refused', (reason, startsAt) => {
    expect(layOut(calendar, now, until, startsAt, [operation(100)])).toBe(reason);
  });

  it('WRK-2 an absurd figure is refused at once, and so is work that ends beyond the plan', () => {
    expect(layOut(calendar, now, until, at('09:00'), [operation(2_000_000_000)])).toBe('too-far-ahead');
    expect(layOut(calendar, now, until, at('17:00', '2026-03-20'), [operation(2000)])).toBe('too-far-ahead');
  });
});

describe('seating', () => {
  const floor = (planned: number, held: number, bays: { bayId: string; busy: Stretch[] }[]): Floor => ({ hours: () => ({ plannedHours: planned, heldHours: held, walkInHours: 0 }), bays: bays.map((bay) => ({ bayType: 'lift', ...bay })) });

  it('WRK-2 hours to the last thousandth, bays half-open', () => {
    const layout = laidOut(at('09:00'), [operation(1000)]);
    const free = { bayId: 'b', busy: [{ from: at('08:00').getTime(), to: at('09:00').getTime() }, { from: at('10:00').getTime(), to: at('11:00').getTime() }] };
    expect(seat(layout, floor(9000, 8000, [free]), false)).toMatchObject({ bayIds: ['b'] });
    expect(seat(layout, floor(9000, 8001, [free]), false)).toBe('no-hours');
    expect(seat(layout, floor(9000, 0, [{ bayId: 'b', busy: [{ from: at('09:59').getTime(), to: at('10:01').getTime() }] }]), false)).toBe('no-bay');
  });

  it('WRK-2 alternatives are free, nearest first, and never the wish itself', () => {
    const busy = [{ from: at('09:00').getTime(), to: at('10:00').getTime() }];
    const found = alternatives(calendar, now, until, { startsAt: at('09:00'), operations: [operation(1000)], forRework: false }, floor(9000, 0, [{ bayId: 'b', busy }]), 3);
    expect(found.map(({ startsAt }) => startsAt)).toEqual([at('08:00'), at('10:00'), at('08:00', '2026-03-11')]);
  });

  it('WRK-2 no order of wishes, bookings, expiries and releases overbooks a bay or an hour', () => {
    const wish = fc.record({ minute: fc.integer({ min: 0, max: 3 * 1440 }), flat: fc.integer({ min: 1, max: 9000 }), move: fc.constantFrom<Move>('book', 'expire', 'free', 'lose'), of: fc.nat(20) });
    fc.assert(fc.property(fc.array(wish, { maxLength: 40 }), (wishes) => {
      const planned = 9000;
      const walkIn = 1800;
      const held: { state: HoldState; seated: Seated }[] = [];
      const alive = () => held.filter(({ state }) => takes(state));
      const hoursHeld = (date: string) => alive().flatMap(({ seated }) => seated.takes).filter((take) => take.date === date).reduce((sum, take) => sum + take.hours, 0);
      const busy = (bayId: string) => alive().flatMap(({ seated }) => seated.legs.flatMap((leg, i) => (seated.bayIds[i] === bayId ? [{ from: leg.startsAt.getTime(), to: leg.endsAt.getTime() }] : [])));
      for (const { minute, flat, move, of } of wishes) {
        const layout = layOut(calendar, now, until, new Date(at('08:00').getTime() + minute * 60_000), [operation(flat)]);
        if (typeof layout !== 'string') {
          const seated = seat(layout, { hours: (date) => ({ plannedHours: planned, heldHours: hoursHeld(date), walkInHours: walkIn }), bays: ['a', 'b'].map((bayId) => ({ bayId, bayType: 'lift', busy: busy(bayId) })) }, false);
          if (typeof seated !== 'string') held.push({ state: 'held', seated });
        }
        const one = held[of];
        if (one) one.state = next(one.state, move) ?? one.state;
        for (const date of ['2026-03-10', '2026-03-11', '2026-03-12', '2026-03-13']) expect(hoursHeld(date)).toBeLessThanOrEqual(planned - walkIn);
        for (const bayId of ['a', 'b']) busy(bayId).forEach((a, i, all) => all.slice(i + 1).forEach((b) => expect(overlaps(a, b)).toBe(false)));
      }
    }));
  });
});

describe('a hold', () => {
  it('WRK-2 moves only as its table says: what is over stays over', () => {
    const states: HoldState[] = ['held', 'firm', 'refused', 'expired', 'freed', 'lost'];
    for (const move of Object.keys(moves) as Move[]) for (const state of states) if (!takes(state)) expect(next(state, move)).toBeNull();
    expect([next('firm', 'expire'), next('firm', 'book'), next('firm', 'free'), next('held', 'book')]).toEqual([null, null, 'freed', 'firm']);
  });

  it('WRK-2 when a day can do less, the unbooked go first, then who booked last, and nobody in vain', () => {
    const promised = (name: string, state: HoldState, minute: number, skill = 'maintenance') => ({ name, state, madeAt: at(`07:${minute}`), takes: [{ date: 'd', skill, hours: 1000 }] });
    const all = [promised('first', 'firm', 10), promised('last', 'firm', 30), promised('unbooked', 'held', 20), promised('other', 'firm', 40, 'brakes')];
    const goes = (missing: number) => whoGoes(all, new Map([['d/maintenance', missing]])).map(({ name }) => name);
    expect([goes(0), goes(1), goes(1001), goes(9999)]).toEqual([[], ['unbooked'], ['unbooked', 'last'], ['unbooked', 'last', 'first']]);
  });
});
