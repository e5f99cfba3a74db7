import fc from 'fast-check';
import { addDays, atLocal, localDate, localTime } from '@aftersales/calendar/local-time';
import { growing, isPlan, morning, nextDue, predictedOn, stages, type HandOver, type Reading } from './reminder';

const zone = 'Asia/Taipei';
const at = (date: string, kilometres: number): Reading => ({ readAt: new Date(`${date}T02:00:00.000Z`), kilometres });
const remind = { calendarDaysBefore: 14, localTime: '09:00' };
const again = { calendarDaysBefore: 2, localTime: '09:00' };
const date = fc.integer({ min: 0, max: 4000 }).map((days) => addDays('2024-01-01', days));
const readings = fc.array(fc.record({ readAt: fc.date({ min: new Date('2024-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }), kilometres: fc.nat(300_000) }), { maxLength: 12 });

describe('reminder', () => {
  it('CRM-13 the plan is the same in whatever order hand-overs are heard: the newest maintenance, else the newest visit that names the next service', () => {
    const none: HandOver = { deliveredAt: null, maintenanceDone: false, nextServiceOn: null, nextServiceAtKm: null };
    const handOver = fc.record({ deliveredAt: fc.nat(50).map((n) => new Date(n * 86_400_000)), maintenanceDone: fc.boolean(), nextServiceOn: fc.option(date), nextServiceAtKm: fc.constant(null) });
    const handOvers = fc.uniqueArray(handOver, { selector: ({ deliveredAt }) => deliveredAt.getTime(), maxLength: 6 });
    const heard = (told: readonly HandOver[]) => told.reduce((known, next) => (isPlan(next, known) ? next : known), none);
    fc.assert(fc.property(handOvers, fc.func(fc.integer()), (told, by) => {
      const newestOf = (some: HandOver[]) => some.sort((a, b) => b.deliveredAt!.getTime() - a.deliveredAt!.getTime())[0];
      const plan = newestOf(told.filter(({ maintenanceDone }) => maintenanceDone)) ?? newestOf(told.filter(({ nextServiceOn }) => nextServiceOn !== null)) ?? none;
      expect(heard(told)).toEqual(plan);
      expect(heard(told.toSorted((a, b) => by(a) - by(b)))).toEqual(plan);
    }));
  });

  it('CRM-13 due is the earlier of the date told and the predicted mileage', () => {
    const driven = [at('2026-01-01', 10_000), at('2026-07-01', 20_000)]; // 10,000 km in 181 days
    expect(nextDue(zone, { on: '2026-12-01', atKm: 30_000 }, driven, 15_000)).toMatchObject({ dueOn: '2026-12-01', because: 'date' });
    expect(nextDue(zone, { on: '2027-01-01', atKm: 30_000 }, driven, 15_000)).toMatchObject({ dueOn: '2026-12-29', because: 'mileage', steps: [{ rule: 'date-told' }, { rule: 'mileage-driven', perDay: 55.2 }] });
    expect(nextDue(zone, { on: null, atKm: 30_000 }, [], 15_000)).toBeNull();
    expect(nextDue(zone, { on: '2026-12-01', atKm: null }, [], 15_000)).toMatchObject({ dueOn: '2026-12-01' });
  });

  it('CRM-13 of one reading, or of two of the same visit, the policy says how fast it drives', () => {
    expect(predictedOn(zone, [at('2026-01-01', 10_000)], 11_500, 36_500)).toMatchObject({ on: '2026-01-16', step: { rule: 'mileage-assumed' } });
    expect(predictedOn(zone, [at('2026-01-01', 10_000), at('2026-01-02', 10_003)], 11_503, 36_500)).toMatchObject({ on: '2026-01-17' });
    expect(predictedOn(zone, [at('2026-01-01', 10_000)], 9_000, 36_500)).toMatchObject({ on: '2026-01-01' });
  });

  it('CRM-13 a mileage that ran backwards begins anew', () => {
    expect(growing([at('2026-01-01', 90_000), at('2026-02-01', 1_000), at('2026-03-01', 2_000)]).map(({ kilometres }) => kilometres)).toEqual([1_000, 2_000]);
    fc.assert(fc.property(readings, (all) => {
      const kept = growing(all);
      for (let i = 1; i < kept.length; i++) expect(kept[i]!.readAt >= kept[i - 1]!.readAt && kept[i]!.kilometres >= kept[i - 1]!.kilometres).toBe(true);
      if (all.length) expect(kept.at(-1)!.readAt.getTime()).toBe(Math.max(...all.map(({ readAt }) => readAt.getTime())));
    }));
  });

  it('CRM-13 whatever was read: never later than the date told, and the more is driven the sooner', () => {
    fc.assert(fc.property(readings, date, fc.nat(400_000), fc.integer({ min: 1000, max: 90_000 }), (all, on, atKm, perYear) => {
      const due = nextDue(zone, { on, atKm }, all, perYear)!;
      expect(due.dueOn <= on).toBe(true);
      const sooner = nextDue(zone, { on, atKm: Math.floor(atKm / 2) }, all, perYear)!;
      expect(sooner.dueOn <= due.dueOn).toBe(true);
    }));
  });

  it('CRM-13 two weeks and two days before, in the morning of the store; over is the next morning; both over is one', () => {
    const now = new Date('2026-03-01T00:00:00.000Z'); // 08:00 in Taipei
    expect(stages(zone, '2026-09-11', remind, again, now)).toEqual({ firstAt: new Date('2026-08-28T01:00:00.000Z'), againAt: new Date('2026-09-09T01:00:00.000Z') });
    expect(stages(zone, '2026-03-10', remind, again, now)).toEqual({ firstAt: new Date('2026-03-01T01:00:00.000Z'), againAt: new Date('2026-03-08T01:00:00.000Z') });
    expect(stages(zone, '2026-03-02', remind, again, now)).toEqual({ firstAt: null, againAt: new Date('2026-03-01T01:00:00.000Z') });
    expect(morning(zone, '2026-03-02', again, new Date('2026-03-01T01:00:00.000Z'))).toEqual(new Date('2026-03-02T01:00:00.000Z'));
  });

  it('CRM-13 every stage lies ahead, in a morning, and the first before the second', () => {
    fc.assert(fc.property(date, fc.date({ min: new Date('2024-01-01'), max: new Date('2034-01-01'), noInvalidDate: true }), (dueOn, now) => {
      const { firstAt, againAt } = stages(zone, dueOn, remind, again, now);
      for (const one of [firstAt, againAt]) if (one) expect([one > now, localTime(zone, one)]).toEqual([true, '09:00']);
      if (firstAt) expect(firstAt < againAt).toBe(true);
      const planned = atLocal(zone, addDays(dueOn, -2), '09:00');
      expect(planned > now ? againAt.getTime() === planned.getTime() : localDate(zone, againAt) <= addDays(localDate(zone, now), 1)).toBe(true);
    }));
  });
});
