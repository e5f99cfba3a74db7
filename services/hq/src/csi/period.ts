import { addDays, addMonths, weekday, WEEKDAYS, type LocalDate } from '@aftersales/calendar/local-time';

export const spans = ['day', 'week', 'month', 'year'] as const;
export type Span = (typeof spans)[number];

/** First and last local day. */
export interface Period {
  readonly from: LocalDate;
  readonly to: LocalDate;
}

/** The whole day, week from Monday, month or year that a local day belongs to. */
export function periodOf(per: Span, day: LocalDate): Period {
  if (per === 'day') return { from: day, to: day };
  if (per === 'week') {
    const from = addDays(day, -WEEKDAYS.indexOf(weekday(day)));
    return { from, to: addDays(from, 6) };
  }
  const from = per === 'month' ? `${day.slice(0, 7)}-01` : `${day.slice(0, 4)}-01-01`;
  return { from, to: addDays(addMonths(from, per === 'month' ? 1 : 12), -1) };
}

/** How many periods the days from…to touch, counted up to one more than `most`. */
export function periodsIn(per: Span, from: LocalDate, to: LocalDate, most: number): number {
  let count = 0;
  for (let day = from; day <= to && count <= most; count++) day = addDays(periodOf(per, day).to, 1);
  return count;
}
