import { atLocal, dayNumber, localDate, weekday, type LocalDate } from '@aftersales/calendar/local-time';
import { openingsOf } from '@aftersales/calendar/openings';
import type { WorkCalendar } from '@aftersales/calendar/work-calendar';
import { intersect, length, subtract, type Stretch } from './stretch';

/** One flat hour is 3,600,000 ms, in thousandths: 3,600 ms each. */
export const thousandthMs = 3_600;

export type Week = WorkCalendar['week'];

export interface Skill {
  readonly skill: string;
  /** Of each hundred hours, how many are sold as this skill. 0: able, not planned. The percents of one person are at most 100 together. */
  readonly percent: number;
}

export interface Worker {
  readonly skills: readonly Skill[];
  /** null: the workshop's hours. */
  readonly shift: Week | null;
  /** In any order. */
  readonly absences: readonly Stretch[];
}

/** When somebody is on the floor on a day: within the workshop's hours, within the shift, not absent. */
export function presentOn(calendar: WorkCalendar, date: LocalDate, { shift, absences }: Pick<Worker, 'shift' | 'absences'>): Stretch[] {
  const open = openingsOf(calendar).on(dayNumber(date)).openings.map(({ from, to }) => ({ from, to }));
  const shifted = shift
    ? intersect(open, shift[weekday(date)].map(({ from, to }) => ({ from: atLocal(calendar.zone, date, from).getTime(), to: atLocal(calendar.zone, date, to).getTime() })))
    : open;
  return subtract(shifted, absences);
}

/** Time on the floor from `at` to the end of that day. */
export function presentLeft(calendar: WorkCalendar, at: Date, worker: Pick<Worker, 'shift' | 'absences'>): number {
  return length(presentOn(calendar, localDate(calendar.zone, at), worker).flatMap(({ from, to }) => (to > at.getTime() ? [{ from: Math.max(from, at.getTime()), to }] : [])));
}

/** What a day can sell of each skill, in thousandths of flat hours. Nobody's hour is sold twice: each is planned as one skill. */
export function plannedHours(calendar: WorkCalendar, date: LocalDate, workers: readonly Worker[]): Map<string, number> {
  const planned = new Map<string, number>();
  for (const worker of workers) {
    const present = length(presentOn(calendar, date, worker));
    for (const { skill, percent } of worker.skills) if (percent > 0) planned.set(skill, (planned.get(skill) ?? 0) + Math.floor((present * percent) / 100 / thousandthMs));
  }
  return planned;
}

export interface Hours {
  readonly plannedHours: number;
  readonly heldHours: number;
  readonly walkInHours: number;
}

/** Kept for walk-ins and rework. */
export const walkInHours = (planned: number, percent: number): number => Math.ceil((planned * percent) / 100);

/** What may still be held: a booking leaves the walk-in share alone, rework may use it. */
export const freeHours = ({ plannedHours, heldHours, walkInHours }: Hours, forRework = false): number => Math.max(0, plannedHours - heldHours - (forRework ? 0 : walkInHours));
