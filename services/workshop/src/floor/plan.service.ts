import { Injectable } from '@nestjs/common';
import { addDays, atLocal, localDate, type LocalDate } from '@aftersales/calendar/local-time';
import { isOpenDay } from '@aftersales/calendar/open-days';
import type { WorkCalendar } from '@aftersales/calendar/work-calendar';
import { calendarOf } from '@aftersales/directory/directory';
import type { Tx } from '@aftersales/platform/database/tx';
import { wake } from '@aftersales/platform/timers/wake';
import { plannedUntil } from '../capacity/capacity.queries';
import { DayBook } from '../capacity/day-book.store';
import { overlaps, type Stretch } from '../capacity/stretch';
import { plannedHours, type Worker } from '../capacity/working-hours';
import { LoseService } from '../slot/lose.service';

export type Cause = 'bay-down' | 'technician-absent' | 'hours-changed';

/** Who and what the floor has, from today to as far as it plans; what is held and fits no longer is lost (REC-7). */
@Injectable()
export class PlanService {
  constructor(private readonly losing: LoseService) {}

  /** Before anything of the floor is changed: holds being made are finished first, later ones wait for the new plan. */
  async lockFloor(tx: Tx, storeId: string): Promise<void> {
    await tx.query(`select 1 from floor where id = $1 for no key update`, [storeId]);
  }

  /** Lock order: floor, bay or technician, slots, days. */
  async plan(tx: Tx, storeId: string, cause: Cause): Promise<void> {
    const { calendar } = await calendarOf(tx, storeId, 'workshop');
    const today = localDate(calendar.zone, tx.now);
    const until = await plannedUntil(tx, storeId, calendar.zone);
    await tx.query(
      `insert into floor (id, store_id, version, planned_until) values ($1, $1, 1, $2) on conflict (id) do update set version = floor.version + 1, planned_until = $2`,
      [storeId, until],
    );
    wake(tx, 'floor.plan', { id: storeId, storeId }, atLocal(calendar.zone, addDays(today, 1), '00:00'));
    const promised = await this.losing.lockPromised(tx, storeId);
    // Days that were planned further ahead under an older policy keep being planned.
    const known = await tx.one<{ last: LocalDate | null }>(`select greatest((select max(date) from capacity where store_id = $1), (select max(date) from bay_day where store_id = $1)) as last`, [storeId]);
    const last = known?.last && known.last > until ? known.last : until;
    const dates: LocalDate[] = [];
    for (let date = today; date <= last; date = addDays(date, 1)) dates.push(date);
    const book = await DayBook.open(tx, storeId, { dates, skills: null, bayTypes: null });
    await planHours(tx, storeId, calendar, dates, book);
    await planBays(tx, storeId, calendar, dates, book);
    const lost = await this.losing.loseWhatDoesNotFit(tx, storeId, calendar, promised, book);
    await book.close(tx);
    await this.losing.tell(tx, lost, cause);
  }
}

async function planHours(tx: Tx, storeId: string, calendar: WorkCalendar, dates: readonly LocalDate[], book: DayBook): Promise<void> {
  const workers = await tx.query<Worker>(
    `select skills, shift, coalesce((
       select jsonb_agg(jsonb_build_object('from', extract(epoch from from_at) * 1000, 'to', extract(epoch from to_at) * 1000))
       from absence a where a.store_id = t.store_id and a.technician_id = t.id and a.to_at > app_now() - interval '1 day'), '[]') as absences
     from technician t where store_id = $1 and active`,
    [storeId],
  );
  for (const { date, skill, plannedHours: before } of book.all().hours) if (before > 0) book.planHours(date, skill, 0);
  for (const date of dates) for (const [skill, hours] of plannedHours(calendar, date, workers)) if (hours > 0) book.planHours(date, skill, hours);
}

async function planBays(tx: Tx, storeId: string, calendar: WorkCalendar, dates: readonly LocalDate[], book: DayBook): Promise<void> {
  const bays = await tx.query<{ bayType: string; outages: Stretch[] }>(
    `select bay_type, coalesce((
       select jsonb_agg(jsonb_build_object('from', extract(epoch from from_at) * 1000, 'to', extract(epoch from to_at) * 1000))
       from bay_outage o where o.store_id = b.store_id and o.bay_id = b.id and o.to_at > app_now()), '[]') as outages
     from bay b where store_id = $1 and in_use`,
    [storeId],
  );
  const types = new Set([...bays.map(({ bayType }) => bayType), ...book.all().bays.map(({ bayType }) => bayType)]);
  for (const date of dates) {
    const day = { from: atLocal(calendar.zone, date, '00:00').getTime(), to: atLocal(calendar.zone, addDays(date, 1), '00:00').getTime() };
    for (const bayType of types) {
      const ofType = bays.filter((bay) => bay.bayType === bayType);
      book.planBays(date, bayType, isOpenDay(calendar, date) ? ofType.length : 0);
      if (ofType.some(({ outages }) => outages.some((outage) => overlaps(outage, day)))) book.touchBays([date], [bayType]);
    }
  }
}
