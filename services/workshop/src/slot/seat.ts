import { localDate, localTime, addDays, atLocal, type LocalDate } from '@aftersales/calendar/local-time';
import { openOfDay } from '@aftersales/calendar/open-days';
import type { WorkCalendar } from '@aftersales/calendar/work-calendar';
import type { Operation } from '@aftersales/contracts/kernel/values';
import { overlaps, type Stretch } from '../capacity/stretch';
import { freeHours, type Hours } from '../capacity/working-hours';
import { layOut, type Layout, type Leg, type NotLaidOut } from './layout';

export interface Bay {
  readonly bayId: string;
  readonly bayType: string;
  /** Taken by a car, or down. */
  readonly busy: readonly Stretch[];
}

export interface Floor {
  hours(date: LocalDate, skill: string): Hours | undefined;
  readonly bays: readonly Bay[];
}

export interface Seated extends Layout {
  /** A bay for each leg, in order. */
  readonly bayIds: readonly string[];
}

export type Refusal = NotLaidOut | 'no-hours' | 'no-bay';

/** Bay and hours together, or neither. */
export function seat(layout: Layout, floor: Floor, forRework: boolean): Seated | 'no-hours' | 'no-bay' {
  for (const { date, skill, hours } of layout.takes) {
    const day = floor.hours(date, skill);
    if (!day || freeHours(day, forRework) < hours) return 'no-hours';
  }
  const bayIds: string[] = [];
  for (const leg of layout.legs) {
    const bay = floor.bays.find((one) => isFree(one, leg));
    if (!bay) return 'no-bay';
    bayIds.push(bay.bayId);
  }
  return { ...layout, bayIds };
}

export function isFree(bay: Bay, leg: Leg): boolean {
  const wanted = { from: leg.startsAt.getTime(), to: leg.endsAt.getTime() };
  return bay.bayType === leg.bayType && !bay.busy.some((busy) => overlaps(busy, wanted));
}

export interface Wish {
  readonly startsAt: Date;
  readonly operations: readonly Operation[];
  readonly forRework: boolean;
}

/**
 * Other slots, nearest to the wish first: the same time of the days after, the opening of each day, and whenever a bay becomes free.
 * `until` is the last day looked at.
 */
export function alternatives(calendar: WorkCalendar, now: Date, until: LocalDate, wish: Wish, floor: Floor, atMost: number): { startsAt: Date; endsAt: Date }[] {
  const first = localDate(calendar.zone, wish.startsAt < now ? now : wish.startsAt);
  const time = localTime(calendar.zone, wish.startsAt);
  const candidates = new Set<number>();
  for (let date = first; date <= until; date = addDays(date, 1)) {
    candidates.add(atLocal(calendar.zone, date, time).getTime());
    const opens = openOfDay(calendar, date);
    if (opens) candidates.add(opens.getTime());
  }
  for (const { busy } of floor.bays) for (const { to } of busy) candidates.add(to);
  const wished = wish.startsAt.getTime();
  const found: { startsAt: Date; endsAt: Date }[] = [];
  for (const at of [...candidates].sort((a, b) => Math.abs(a - wished) - Math.abs(b - wished) || a - b)) {
    if (found.length === atMost) break;
    if (at === wished) continue;
    const layout = layOut(calendar, now, until, new Date(at), wish.operations);
    if (typeof layout === 'string') continue;
    const seated = seat(layout, floor, wish.forRework);
    if (typeof seated !== 'string') found.push({ startsAt: seated.startsAt, endsAt: seated.endsAt });
  }
  return found;
}
