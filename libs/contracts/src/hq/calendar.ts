import { z } from 'zod';
import { defineEvent } from '../kernel/event';
import { everyDirectory } from './directory';
import { Id, LocalDate } from '../kernel/values';

/** Whose hours: working time runs by `service`, call windows are the intervals of `calls`. */
export const Desk = z.enum(['service', 'workshop', 'parts', 'calls', 'claims']);
export type Desk = z.infer<typeof Desk>;

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);
/** Half-open; '24:00' is midnight at the end of the day. */
const intervals = z.array(z.object({ from: time, to: z.union([time, z.literal('24:00')]) }));

/** The same JSON as WorkCalendar in libs/calendar. Sense beyond the shape (order, overlap, real zone) is checked by `validate` there. */
export const Calendar = z.object({
  zone: z.string().max(64),
  week: z.object({ mon: intervals, tue: intervals, wed: intervals, thu: intervals, fri: intervals, sat: intervals, sun: intervals }),
  /** Exceptions: [] is a closed day; anything else replaces the weekday's intervals (make-up day 調休, half day). */
  days: z.record(LocalDate, intervals),
});
export type Calendar = z.infer<typeof Calendar>;

/** A desk's hours, whole. Closed promises keep theirs; open ones follow their policy's `onOpen` (TIM-6). */
export const CalendarChanged = defineEvent({
  type: 'hq.calendar-changed.v1', topic: 'hq.calendar', kept: 'compacted', scope: 'group',
  key: ({ calendarId }) => calendarId,
  data: z.object({ calendarId: Id, storeId: Id, desk: Desk, version: z.int().positive(), calendar: Calendar }),
  heardBy: everyDirectory(['calendarId', 'storeId', 'desk', 'version', 'calendar']),
});
