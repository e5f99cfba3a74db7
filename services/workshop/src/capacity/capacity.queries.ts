import { atLocal, addDays, localDate, type LocalDate } from '@aftersales/calendar/local-time';
import { calendarOf, policyOf } from '@aftersales/directory/directory';
import type { Tx } from '@aftersales/platform/database/tx';
import type { Bay, Floor } from '../slot/seat';
import { takenOf } from './day-book.store';
import { freeHours, walkInHours, type Hours } from './working-hours';

interface DayHours extends Hours {
  readonly date: LocalDate;
  readonly skill: string;
}

export async function hoursOf(tx: Tx, storeId: string, from: LocalDate, to: LocalDate): Promise<DayHours[]> {
  const { value } = await policyOf(tx, 'capacity.walk-in-share', storeId);
  const rows = await tx.query<DayHours>(`select date, skill, planned_hours, held_hours from capacity where store_id = $1 and date between $2 and $3 order by date, skill`, [storeId, from, to]);
  return rows.map((row) => ({ ...row, walkInHours: walkInHours(row.plannedHours, value.percent) }));
}

/** Bays in use with when each is busy, by name. */
export async function baysOf(tx: Tx, storeId: string, from: Date, to: Date): Promise<Bay[]> {
  const bays = await tx.query<{ id: string; bayType: string }>(`select id, bay_type from bay where store_id = $1 and in_use order by name`, [storeId]);
  const taken = await takenOf(tx, storeId, from, to);
  return bays.map(({ id, bayType }) => ({
    bayId: id, bayType, busy: taken.filter(({ bayId }) => bayId === id).map(({ startsAt, endsAt }) => ({ from: startsAt.getTime(), to: endsAt.getTime() })),
  }));
}

/** The floor of some days as it stands now, held by nobody. */
export async function floorOf(tx: Tx, storeId: string, zone: string, from: LocalDate, to: LocalDate): Promise<Floor> {
  const hours = new Map((await hoursOf(tx, storeId, from, to)).map((row) => [`${row.date}/${row.skill}`, row]));
  return { hours: (date, skill) => hours.get(`${date}/${skill}`), bays: await baysOf(tx, storeId, atLocal(zone, from, '00:00'), atLocal(zone, addDays(to, 1), '00:00')) };
}

/** The last day that the floor plans and takes bookings for. */
export async function plannedUntil(tx: Tx, storeId: string, zone: string): Promise<LocalDate> {
  const { value } = await policyOf(tx, 'capacity.planned-ahead', storeId);
  return addDays(localDate(zone, tx.now), value.calendarDays);
}

/** What is free, by day: for the floor's own screen. */
export async function capacityOf(tx: Tx, storeId: string, from: LocalDate | undefined, days: number) {
  const { calendar } = await calendarOf(tx, storeId, 'workshop');
  const first = from ?? localDate(calendar.zone, tx.now);
  const last = addDays(first, days - 1);
  const [hours, bays, taken] = [
    await hoursOf(tx, storeId, first, last),
    await tx.query<{ date: LocalDate; bayType: string; bays: number }>(`select date, bay_type, bays from bay_day where store_id = $1 and date between $2 and $3 order by date, bay_type`, [storeId, first, last]),
    await takenOf(tx, storeId, atLocal(calendar.zone, first, '00:00'), atLocal(calendar.zone, addDays(last, 1), '00:00')),
  ];
  return {
    hours: hours.map((row) => ({ ...row, freeHours: freeHours(row) })),
    bays: bays.map((row) => ({
      ...row,
      taken: taken.filter(({ bayType, startsAt, endsAt }) => bayType === row.bayType && startsAt < atLocal(calendar.zone, addDays(row.date, 1), '00:00') && endsAt > atLocal(calendar.zone, row.date, '00:00')),
    })),
  };
}
