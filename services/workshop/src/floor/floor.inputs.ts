import { validate, type WorkCalendar } from '@aftersales/calendar/work-calendar';
import { Calendar } from '@aftersales/contracts/hq/calendar';
import { Code, Id, Instant } from '@aftersales/contracts/kernel/values';
import { z } from 'zod';

export const managers = ['workshop-manager', 'service-manager'];
export const readers = [...managers, 'technical-director', 'inspector', 'technician', 'advisor', 'front-desk-supervisor', 'store-manager'];

const name = z.string().trim().min(1).max(40);
const equipment = z.array(Code).max(50);
export const NewBay = z.strictObject({ name, bayType: Code, equipment: equipment.default([]) });
export type NewBay = z.output<typeof NewBay>;
export const BayChange = z.strictObject({ name: name.optional(), bayType: Code.optional(), equipment: equipment.optional(), inUse: z.boolean().optional() });
export type BayChange = z.output<typeof BayChange>;

const skills = z.array(z.strictObject({ skill: Code, percent: z.int().min(0).max(100) })).min(1).max(30)
  .refine((all) => all.reduce((sum, { percent }) => sum + percent, 0) <= 100, 'Nobody has more than 100 percent.')
  .refine((all) => new Set(all.map(({ skill }) => skill)).size === all.length, 'A skill stands once.');
const intervals = z.array(z.strictObject(Calendar.shape.week.shape.mon.element.shape)).max(12);
const shift = z.strictObject({ mon: intervals, tue: intervals, wed: intervals, thu: intervals, fri: intervals, sat: intervals, sun: intervals }).nullable()
  .refine((week) => week === null || validate({ zone: 'UTC', week, days: {} } as WorkCalendar).length === 0, 'Intervals stand in order and do not overlap.');
const grade = z.int().min(1).max(5);
export const NewTechnician = z.strictObject({ staffId: Id, grade, skills, shift: shift.default(null) });
export type NewTechnician = z.output<typeof NewTechnician>;
export const TechnicianChange = z.strictObject({ grade: grade.optional(), skills: skills.optional(), shift: shift.optional(), active: z.boolean().optional() });
export type TechnicianChange = z.output<typeof TechnicianChange>;

/** A bay down, a technician away: at most a year, and not wholly in the past (that would change nothing). */
export const Away = z.strictObject({ from: Instant, to: Instant, reason: Code })
  .refine(({ from, to }) => from < to, { path: ['to'], message: 'It ends after it begins.' });
export type Away = z.output<typeof Away>;

const away = z.array(z.object({ id: Id, fromAt: Instant, toAt: Instant, reason: Code }));
export const BayView = z.object({ id: Id, version: z.int(), name: z.string(), bayType: Code, equipment: z.array(Code), inUse: z.boolean(), outages: away });
export const TechnicianView = z.object({ id: Id, version: z.int(), staffId: Id, grade: z.int(), skills: z.array(z.object({ skill: Code, percent: z.int() })), shift: z.any().nullable(), active: z.boolean(), absences: away });
