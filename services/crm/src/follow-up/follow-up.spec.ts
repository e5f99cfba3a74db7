import { windowAt, windowsBetween } from '@aftersales/calendar/windows';
import type { WorkCalendar } from '@aftersales/calendar/work-calendar';
import { CallOutcome } from '@aftersales/contracts/crm/follow-up';
import fc from 'fast-check';
import { allowed, attempt, moves, nextWindows, spread, type CallableFollowUp } from './follow-up';

const day = [{ from: '09:00', to: '11:30' }, { from: '14:00', to: '19:00' }];
const taipei: WorkCalendar = { zone: 'Asia/Taipei', week: { mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: [] }, days: {} };
const fresh: CallableFollowUp = { state: 'open', asks: 'survey', nextAt: new Date('2026-03-12T09:00:00+08:00'), attempts: 0, attemptsWanted: 3, used: [], doNotCall: false };
const morning = new Date('2026-03-12T09:20:00+08:00');
const afternoon = new Date('2026-03-12T15:00:00+08:00');
const refusal = (code: string) => expect.objectContaining({ code });
const call = (outcome: CallOutcome, askedFor: Date | null = null) => ({ outcome, askedFor });

describe('follow-up', () => {
  it('CRM-5 a call is inside a window: its first instant is, its end is not', () => {
    expect(attempt(fresh, call('busy'), taipei, new Date('2026-03-12T09:00:00+08:00'))).toMatchObject({ attempt: 1, index: 0, window: { key: '2026-03-12/09:00' } });
    for (const time of ['08:59:59', '11:30:00', '13:59:59', '19:00:00']) expect(() => attempt(fresh, call('busy'), taipei, new Date(`2026-03-12T${time}+08:00`))).toThrow(refusal('follow-up.outside-window'));
    expect(() => attempt(fresh, call('busy'), taipei, new Date('2026-03-15T10:00:00+08:00'))).toThrow(refusal('follow-up.outside-window'));
  });

  it('CRM-5 the task opens with its window: a waiting one may be called from its time on, not before', () => {
    const waiting: CallableFollowUp = { ...fresh, state: 'waiting', nextAt: morning };
    expect(attempt(waiting, call('busy'), taipei, morning)).toMatchObject({ attempt: 1 });
    expect(() => attempt(waiting, call('busy'), taipei, new Date(morning.getTime() - 1))).toThrow(refusal('follow-up.move'));
    expect(() => attempt({ ...waiting, state: 'failed' }, call('busy'), taipei, morning)).toThrow(refusal('follow-up.move'));
  });

  it('CRM-6 every retry outcome leads to the next different window', () => {
    for (const outcome of ['busy', 'unreachable', 'no-answer', 'off', 'rejected', 'not-beside-the-phone', 'another-person', 'message-left', 'driving'] as const)
      expect(attempt(fresh, call(outcome), taipei, morning).next).toMatchObject({ state: 'waiting', at: new Date('2026-03-12T14:00:00+08:00') });
    expect(attempt(fresh, call('busy'), taipei, new Date('2026-03-14T18:00:00+08:00')).next).toMatchObject({ at: new Date('2026-03-16T09:00:00+08:00') });
  });

  it('CRM-6 a window that had a call is refused', () => {
    expect(() => attempt({ ...fresh, attempts: 1, used: ['2026-03-12/09:00'] }, call('busy'), taipei, morning)).toThrow(refusal('follow-up.window-used'));
  });

  it('CRM-6 asked another time: then at that time, in a different window and no other', () => {
    const at = new Date('2026-03-13T10:15:00+08:00');
    expect(attempt(fresh, call('asked-another-time', at), taipei, morning).next).toMatchObject({ state: 'waiting', at });
    expect(() => attempt(fresh, call('asked-another-time'), taipei, morning)).toThrow(refusal('follow-up.asked-time'));
    expect(() => attempt(fresh, call('busy', at), taipei, morning)).toThrow(refusal('follow-up.asked-time'));
    expect(() => attempt(fresh, call('asked-another-time', morning), taipei, morning)).toThrow(refusal('follow-up.asked-past'));
    expect(() => attempt(fresh, call('asked-another-time', new Date('2026-03-12T11:00:00+08:00')), taipei, morning)).toThrow(refusal('follow-up.asked-same-window'));
    expect(() => attempt(fresh, call('asked-another-time', new Date('2026-03-13T12:30:00+08:00')), taipei, morning)).toThrow(refusal('follow-up.asked-outside-window'));
    expect(() => attempt(fresh, call('asked-another-time', new Date('2027-03-12T10:00:00+08:00')), taipei, morning)).toThrow(refusal('follow-up.asked-too-far'));
  });

  it('CRM-6 the third vain attempt fails it; somebody who drives or asked for a time is called again', () => {
    const third = { ...fresh, attempts: 2, used: ['2026-03-11/09:00', '2026-03-11/14:00'] };
    expect(attempt(third, call('busy'), taipei, morning).next).toEqual({ state: 'failed', reason: 'no-answer' });
    expect(attempt(third, call('driving'), taipei, morning).next).toMatchObject({ state: 'waiting' });
    expect(attempt(third, call('asked-another-time', afternoon), taipei, morning).next).toMatchObject({ state: 'waiting', at: afternoon });
    expect(attempt({ ...third, attemptsWanted: 4 }, call('busy'), taipei, morning).next).toMatchObject({ state: 'waiting' });
  });

  it('CRM-7 wrong number, data mismatch and refusal fail it at once', () => {
    for (const reason of ['wrong-number', 'data-mismatch', 'refuses'] as const) expect(attempt(fresh, call(reason), taipei, morning).next).toEqual({ state: 'failed', reason });
  });

  it('CRM-4 do-not-call is never dialled, whatever the state and the time', () => {
    fc.assert(fc.property(fc.constantFrom(...CallOutcome.options), fc.integer({ min: 0, max: 14 * 24 * 60 }), (outcome, minutes) => {
      const now = new Date(morning.getTime() + minutes * 60_000);
      expect(() => attempt({ ...fresh, doNotCall: true }, call(outcome, outcome === 'asked-another-time' ? afternoon : null), taipei, now)).toThrow(refusal('follow-up.do-not-call'));
    }));
  });

  it('CRM-6 over any sequence of calls: one a window, inside it, at most so many vain ones, and nothing after the end', () => {
    const anyCalendar = fc.record({ cut: fc.constantFrom('10:00', '11:30', '13:00'), sunday: fc.boolean(), closed: fc.constantFrom('2026-03-12', '2026-03-14', '2026-03-20') }).map(({ cut, sunday, closed }): WorkCalendar => {
      const open = [{ from: '09:00', to: cut }, { from: cut, to: '16:00' }, { from: '18:00', to: '24:00' }];
      return { zone: 'Asia/Taipei', week: { mon: open, tue: open, wed: open, thu: open, fri: open, sat: open, sun: sunday ? open : [] }, days: { [closed]: [] } };
    });
    const tries = fc.array(fc.record({ wait: fc.integer({ min: 0, max: 30 * 60 }), outcome: fc.constantFrom(...CallOutcome.options), ask: fc.integer({ min: 1, max: 5 * 24 * 60 }) }), { maxLength: 25 });
    fc.assert(fc.property(anyCalendar, tries, fc.integer({ min: 1, max: 5 }), (calendar, calls, attemptsWanted) => {
      let followUp: CallableFollowUp = { ...fresh, attemptsWanted };
      let nextAt = morning;
      let now = morning;
      let vain = 0;
      for (const { wait, outcome, ask } of calls) {
        now = new Date(now.getTime() + wait * 60_000);
        let made;
        try {
          made = attempt(followUp, call(outcome, outcome === 'asked-another-time' ? new Date(now.getTime() + ask * 60_000) : null), calendar, now);
        } catch {
          continue;
        }
        expect(followUp.state === 'open' || (followUp.state === 'waiting' && now >= nextAt)).toBe(true);
        expect(made.window).toEqual(windowAt(calendar, now));
        expect(followUp.used).not.toContain(made.window.key);
        if (made.next.state === 'waiting') {
          const next = windowAt(calendar, made.next.at)!;
          expect([...followUp.used, made.window.key]).not.toContain(next.key);
          expect(made.next.at > now).toBe(true);
          if (outcome !== 'asked-another-time' && outcome !== 'driving') expect(++vain).toBeLessThan(attemptsWanted);
          nextAt = made.next.at;
        }
        followUp = { ...followUp, state: made.next.state, nextAt, attempts: made.attempt, used: [...followUp.used, made.window.key] };
      }
    }));
  });

  it('CRM-10 the moves of a state are data; an ended one has none, and a call about a case asks nothing else', () => {
    expect(allowed('closed', 'survey')).toEqual([]);
    expect(allowed('reached', 'survey', ['crm-agent'])).toEqual(['sheets', 'break-off']);
    expect(allowed('reached', 'case', ['crm-agent'])).toEqual(['satisfaction', 'break-off']);
    expect(allowed('open', 'survey', ['advisor'])).toEqual([]);
    expect(moves.every(({ roles }) => roles.length > 0)).toBe(true);
  });

  it('TIM-4 what was missed is spread: no window gets a second one while another has none', () => {
    const now = new Date('2026-03-12T09:10:00+08:00');
    const windows = nextWindows(taipei, now, [], 3);
    expect(windows.map(({ key }) => key)).toEqual(['2026-03-12/09:00', '2026-03-12/14:00', '2026-03-13/09:00']);
    fc.assert(fc.property(fc.integer({ min: 0, max: 40 }), (missed) => {
      const loads = windows.map(() => 0);
      for (let i = 0; i < missed; i++) loads[windows.indexOf(spread(windows, loads, new Date('2026-03-11T19:00:00+08:00')))]!++;
      expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
    }));
  });

  it('TIM-4 what can still be called in time is; what is late anyway waits its turn', () => {
    const windows = windowsBetween(taipei, new Date('2026-03-12T09:00:00+08:00'), new Date('2026-03-13T12:00:00+08:00'));
    expect(spread(windows, [9, 5, 0], windows[1]!.to).key).toBe('2026-03-12/14:00');
    expect(spread(windows, [9, 5, 0], new Date('2026-03-11T19:00:00+08:00')).key).toBe('2026-03-13/09:00');
    expect(nextWindows(taipei, new Date('2026-03-12T09:10:00+08:00'), ['2026-03-12/09:00'], 1)[0]!.key).toBe('2026-03-12/14:00');
  });
});
