import { addDays, atLocal, localDate, type LocalDate, type LocalTime } from '@aftersales/calendar/local-time';

// CRM-13: when a car's next service is due, and when its owner is reminded of it.

export interface Reading {
  readonly readAt: Date;
  readonly kilometres: number;
}

export interface NextService {
  readonly on: LocalDate | null;
  readonly atKm: number | null;
}

/** What a hand-over told of the next service; all null when none told anything yet. */
export interface HandOver {
  readonly deliveredAt: Date | null;
  readonly maintenanceDone: boolean;
  readonly nextServiceOn: LocalDate | null;
  readonly nextServiceAtKm: number | null;
}

/**
 * Whether it is the plan instead of the one known, in whatever order they are heard: maintenance done always is, any other visit that names the next
 * service is while no maintenance is known; among equals the newest.
 */
export function isPlan(told: HandOver, known: HandOver): boolean {
  if (!told.deliveredAt || (!told.maintenanceDone && told.nextServiceOn === null && told.nextServiceAtKm === null)) return false;
  if (!known.deliveredAt) return true;
  return told.maintenanceDone === known.maintenanceDone ? told.deliveredAt > known.deliveredAt : told.maintenanceDone;
}

export interface NextDue {
  readonly dueOn: LocalDate;
  readonly because: 'date' | 'mileage';
  /** Why that day, for the promise (TIM-5). */
  readonly steps: readonly object[];
}

const dayMs = 86_400_000;
/** Two readings of one visit say nothing about how fast a car drives; a month does. */
const shortestSpanDays = 30;
const furthestDays = 3_650;

/** The newest readings that only grow: an older one with more kilometres was another instrument, or a mistake. In the order of time. */
export function growing(readings: readonly Reading[]): Reading[] {
  const kept: Reading[] = [];
  for (const reading of readings.toSorted((a, b) => b.readAt.getTime() - a.readAt.getTime() || b.kilometres - a.kilometres))
    if (reading.kilometres <= (kept[0]?.kilometres ?? Infinity)) kept.unshift(reading);
  return kept;
}

/** The day the car will probably have driven so far; null while its mileage was never read. */
export function predictedOn(zone: string, readings: readonly Reading[], atKm: number, kilometresPerYear: number): { on: LocalDate; step: object } | null {
  const known = growing(readings);
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last) return null;
  const days = (last.readAt.getTime() - first.readAt.getTime()) / dayMs;
  const driven = last.kilometres - first.kilometres;
  const own = days >= shortestSpanDays && driven > 0;
  const perDay = own ? driven / days : kilometresPerYear / 365;
  const left = Math.min(furthestDays, Math.floor(Math.max(0, atKm - last.kilometres) / perDay));
  const on = addDays(localDate(zone, last.readAt), left);
  return { on, step: { rule: own ? 'mileage-driven' : 'mileage-assumed', atKm, readKm: last.kilometres, readAt: last.readAt.toISOString(), perDay: Math.round(perDay * 10) / 10, on } };
}

/** The earlier of the date told at delivery and the predicted mileage; null when neither is known. */
export function nextDue(zone: string, service: NextService, readings: readonly Reading[], kilometresPerYear: number): NextDue | null {
  const predicted = service.atKm === null ? null : predictedOn(zone, readings, service.atKm, kilometresPerYear);
  const steps = [...(service.on ? [{ rule: 'date-told', on: service.on }] : []), ...(predicted ? [predicted.step] : [])];
  if (predicted && (service.on === null || predicted.on < service.on)) return { dueOn: predicted.on, because: 'mileage', steps };
  return service.on === null ? null : { dueOn: service.on, because: 'date', steps };
}

export interface Before {
  readonly calendarDaysBefore: number;
  readonly localTime: LocalTime;
}

/** A morning before the due day; when that is over, the next morning from now. */
export function morning(zone: string, dueOn: LocalDate, { calendarDaysBefore, localTime }: Before, now: Date): Date {
  const planned = atLocal(zone, addDays(dueOn, -calendarDaysBefore), localTime);
  if (planned > now) return planned;
  const today = localDate(zone, now);
  const next = atLocal(zone, today, localTime);
  return next > now ? next : atLocal(zone, addDays(today, 1), localTime);
}

/** Both stages; the first is left out when it would not come before the second any more. */
export function stages(zone: string, dueOn: LocalDate, first: Before, again: Before, now: Date): { firstAt: Date | null; againAt: Date } {
  const [firstAt, againAt] = [morning(zone, dueOn, first, now), morning(zone, dueOn, again, now)];
  return { firstAt: firstAt < againAt ? firstAt : null, againAt };
}
