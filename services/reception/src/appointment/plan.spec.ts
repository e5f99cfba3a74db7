import fc from 'fast-check';
import { atLocal } from '@aftersales/calendar/local-time';
import { isOpen } from '@aftersales/calendar/working-time';
import type { WorkCalendar } from '@aftersales/calendar/work-calendar';
import { partsHeldUntil, planFor, whenConfirmationRings, type PlanPolicies } from './plan';

const day = [{ from: '08:30', to: '12:00' }, { from: '13:30', to: '18:00' }];
const calendar: WorkCalendar = { zone: 'Asia/Shanghai', week: { mon: day, tue: day, wed: day, thu: day, fri: day, sat: [{ from: '09:00', to: '12:00' }], sun: [] }, days: { '2026-03-11': [] } };
const policies: PlanPolicies = { confirm: { wallMinutesBefore: 60, callIfSilentMinutes: 20, firstHourMinutes: 60 }, confirmVersion: 3, linkExpiry: { wallMinutesBeforeSlot: 5 }, noShow: { wallMinutes: 30 } };
const at = (date: string, time: string): Date => atLocal('Asia/Shanghai', date, time);
const confirmAt = (slot: Date, now: Date): string | null => planFor(slot, now, policies, calendar).plan.confirmAt;
const minute = 60_000;

describe('the plan of a booked slot', () => {
  const booked = at('2026-03-02', '09:00'); // a Monday

  it('REC-6 one wall hour before, whatever the desk’s hours', () => {
    expect(planFor(at('2026-03-03', '14:00'), booked, policies, calendar).plan).toEqual({
      confirmAt: at('2026-03-03', '13:00').toISOString(), callAt: at('2026-03-03', '13:40').toISOString(), linkUntil: at('2026-03-03', '13:55').toISOString(), noShowAt: at('2026-03-03', '14:30').toISOString(), confirmVersion: 3,
    });
  });

  it.each([
    ['the last minute of the first hour', at('2026-03-03', '09:29'), at('2026-03-02', '18:00')],
    ['the first minute after it', at('2026-03-03', '09:30'), at('2026-03-03', '08:30')],
    ['a Monday: Saturday’s close', at('2026-03-09', '08:30'), at('2026-03-07', '12:00')],
    ['after a holiday: the close before it', at('2026-03-12', '08:30'), at('2026-03-10', '18:00')],
  ])('REC-6 the first hour: %s', (_, slot, due) => expect(confirmAt(slot, booked)).toBe(due.toISOString()));

  it('REC-6 booked after that close, the hour before is what is left; less than an hour ahead there is no message', () => {
    const slot = at('2026-03-03', '08:45');
    expect(confirmAt(slot, at('2026-03-02', '18:00'))).toBe(at('2026-03-02', '18:00').toISOString());
    expect(confirmAt(slot, new Date(at('2026-03-02', '18:00').getTime() + 1))).toBe(at('2026-03-03', '07:45').toISOString());
    expect(confirmAt(slot, at('2026-03-03', '07:45'))).toBe(at('2026-03-03', '07:45').toISOString());
    expect(confirmAt(slot, new Date(at('2026-03-03', '07:45').getTime() + 1))).toBeNull();
  });

  it('REC-6 TIM-1 for any slot: the message is never in the past, at least an hour before, and a close of the desk in the first hour', () => {
    const instants = fc.integer({ min: 0, max: 60 * 24 * 14 });
    fc.assert(fc.property(instants, instants, (a, b) => {
      const [now, slot] = [Math.min(a, b), Math.max(a, b)].map((offset) => new Date(booked.getTime() + offset * minute)) as [Date, Date];
      const due = confirmAt(slot, now);
      if (due === null) return slot.getTime() - now.getTime() < 60 * minute;
      const ahead = slot.getTime() - Date.parse(due);
      const atClose = isOpen(calendar, new Date(Date.parse(due) - 1)) && !isOpen(calendar, new Date(due));
      return Date.parse(due) >= now.getTime() && (ahead === 60 * minute || (ahead > 60 * minute && atClose));
    }), { numRuns: 300 });
  });

  it('REC-6 TIM-4 rung late: asks down to 20 min before, then calls, and drops it when the slot begins', () => {
    const slot = at('2026-03-03', '14:00');
    const { plan } = planFor(slot, booked, policies, calendar);
    const rung = (minutesBefore: number) => whenConfirmationRings(slot, plan, new Date(slot.getTime() - minutesBefore * minute));
    expect([60, 20, 19.99, 0.01, 0, -5].map(rung)).toEqual(['ask', 'ask', 'call', 'call', 'drop', 'drop']);
  });

  it('REC-9 parts stay until close of day only after a booking, only by policy, and only while that close is ahead', () => {
    const policy = { noShowFreesParts: 'close-of-day', cancelFreesParts: 'at-once' } as const;
    const [noon, evening] = [at('2026-03-03', '12:30'), at('2026-03-03', '18:00')];
    expect(partsHeldUntil('no-show', true, noon, policy, calendar)).toEqual(evening);
    expect(partsHeldUntil('no-show', false, noon, policy, calendar)).toEqual(noon);
    expect(partsHeldUntil('cancelled', true, noon, policy, calendar)).toEqual(noon);
    expect(partsHeldUntil('no-show', true, evening, policy, calendar)).toEqual(evening);
    expect(partsHeldUntil('no-show', true, at('2026-03-08', '10:00'), policy, calendar)).toEqual(at('2026-03-08', '10:00'));
  });
});
