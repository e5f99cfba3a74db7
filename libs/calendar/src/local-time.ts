// Dates and times as they stand on the store's wall: plain strings, compared as strings, stored as strings.
import { DAY_MS, zoneOf } from './zone';

/** 'YYYY-MM-DD' */
export type LocalDate = string;
/** 'HH:MM', 24 hours; '24:00' only where an end is meant. */
export type LocalTime = string;

const MINUTE_MS = 60_000;

/** The local date an instant belongs to. */
export const localDate = (zone: string, at: Date): LocalDate => dateOf(zoneOf(zone).dayAt(at.getTime()));

/** What the wall clock reads, to the minute. */
export const localTime = (zone: string, at: Date): LocalTime => new Date(zoneOf(zone).wallAt(at.getTime())).toISOString().slice(11, 16);

/** The earliest instant at which the clock reads this time or later: the first of a repeated time, the jump for a skipped one. */
export const atLocal = (zone: string, date: LocalDate, time: LocalTime): Date =>
  new Date(zoneOf(zone).instantOf(dayNumber(date) * DAY_MS + timeMs(time)));

export const addDays = (date: LocalDate, days: number): LocalDate => dateOf(dayNumber(date) + days);

/** Same day of the month, or its last day where the month is shorter: 31 January + 1 = 28 or 29 February. */
export function addMonths(date: LocalDate, months: number): LocalDate {
  const from = new Date(dayNumber(date) * DAY_MS);
  const first = Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months, 1);
  const next = Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months + 1, 1);
  return dateOf(Math.min(first / DAY_MS + from.getUTCDate() - 1, next / DAY_MS - 1));
}

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export const weekday = (date: LocalDate): Weekday => weekdayOf(dayNumber(date));

/** A real date written as YYYY-MM-DD: no 30 February. */
export const isLocalDate = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && isoDate(Date.parse(text)) === text;

/** With `end`, 24:00 is a time too. */
export const isLocalTime = (text: string, end = false): boolean => /^([01]\d|2[0-3]):[0-5]\d$/.test(text) || (end && text === '24:00');

// Inside this library a date is its number of days since 1970-01-01.

export function dayNumber(date: LocalDate): number {
  if (!isLocalDate(date)) throw new RangeError(`Not a local date: ${date}`);
  return Date.parse(date) / DAY_MS;
}

export const dateOf = (day: number): LocalDate => isoDate(day * DAY_MS);

/** 1970-01-01 was a Thursday. */
export const weekdayOf = (day: number): Weekday => WEEKDAYS[(((day + 3) % 7) + 7) % 7]!;

export function timeMs(time: LocalTime): number {
  if (!isLocalTime(time, true)) throw new RangeError(`Not a local time: ${time}`);
  return (Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))) * MINUTE_MS;
}

const isoDate = (ms: number): string => (Number.isNaN(ms) ? '' : new Date(ms).toISOString().slice(0, 10));
