import type { LocalDate } from '@aftersales/calendar/local-time';
import { atLocal, addDays } from '@aftersales/calendar/local-time';
import { BaysChanged, CapacityChanged } from '@aftersales/contracts/workshop/capacity';
import { policyOf, storeOf } from '@aftersales/directory/directory';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { v7 as uuidv7 } from 'uuid';
import { freeHours, walkInHours, type Hours } from './working-hours';

interface HoursRow extends Hours {
  readonly id: string;
  readonly version: number;
  readonly date: LocalDate;
  readonly skill: string;
}
interface BayRow {
  readonly id: string;
  readonly version: number;
  readonly date: LocalDate;
  readonly bayType: string;
  readonly bays: number;
}

export interface Days {
  readonly dates: readonly LocalDate[];
  /** null: all of them. */
  readonly skills: readonly string[] | null;
  readonly bayTypes: readonly string[] | null;
}

/**
 * The capacity rows of some days, locked in one order by everybody who takes, frees or plans, changed in memory, and written and published
 * once by `close`. Day by day the bays' rows stand for all bays of a type: two holds of one bay share a day, so they meet here.
 */
export class DayBook {
  readonly #hours: Map<string, HoursRow>;
  readonly #bays: Map<string, BayRow>;
  readonly #changed = new Set<string>();

  private constructor(private readonly storeId: string, private readonly walkInPercent: number, hours: readonly HoursRow[], bays: readonly BayRow[]) {
    this.#hours = new Map(hours.map((row) => [`${row.date}/${row.skill}`, { ...row, walkInHours: walkInHours(row.plannedHours, walkInPercent) }]));
    this.#bays = new Map(bays.map((row) => [`${row.date}/${row.bayType}`, row]));
  }

  static async open(tx: Tx, storeId: string, { dates, skills, bayTypes }: Days): Promise<DayBook> {
    const share = await policyOf(tx, 'capacity.walk-in-share', storeId);
    const hours = await tx.query<HoursRow>(
      `select id, version, date, skill, planned_hours, held_hours, walk_in_hours from capacity
       where store_id = $1 and date = any($2::date[]) and ($3::text[] is null or skill = any($3::text[])) order by date, skill for no key update`,
      [storeId, dates, skills],
    );
    const bays = await tx.query<BayRow>(
      `select id, version, date, bay_type, bays from bay_day
       where store_id = $1 and date = any($2::date[]) and ($3::text[] is null or bay_type = any($3::text[])) order by date, bay_type for no key update`,
      [storeId, dates, bayTypes],
    );
    const book = new DayBook(storeId, share.value.percent, hours, bays);
    for (const row of hours) if (row.walkInHours !== book.hours(row.date, row.skill)!.walkInHours) book.#changed.add(row.id);
    return book;
  }

  hours(date: LocalDate, skill: string): HoursRow | undefined {
    return this.#hours.get(`${date}/${skill}`);
  }

  /** Positive takes, negative gives back. */
  move(takes: readonly { date: LocalDate; skill: string; hours: number }[], sign: 1 | -1): void {
    for (const { date, skill, hours } of takes) {
      const row = this.hours(date, skill)!;
      this.#setHours({ ...row, heldHours: row.heldHours + sign * hours });
    }
  }

  /** Bays of these days are taken or free again; which ones stands in bay_take. */
  touchBays(dates: readonly LocalDate[], bayTypes: readonly string[]): void {
    for (const date of dates) for (const bayType of bayTypes) {
      const row = this.#bays.get(`${date}/${bayType}`);
      if (row) this.#changed.add(row.id);
    }
  }

  planHours(date: LocalDate, skill: string, planned: number): void {
    const row = this.hours(date, skill);
    if (row?.plannedHours === planned) return;
    this.#setHours({ ...(row ?? { id: uuidv7(), version: 0, date, skill, heldHours: 0 }), plannedHours: planned, walkInHours: walkInHours(planned, this.walkInPercent) });
  }

  planBays(date: LocalDate, bayType: string, bays: number): void {
    const row = this.#bays.get(`${date}/${bayType}`);
    if (row?.bays === bays) return;
    const next = { ...(row ?? { id: uuidv7(), version: 0, date, bayType }), bays };
    this.#bays.set(`${date}/${bayType}`, next);
    this.#changed.add(next.id);
  }

  all(): { hours: readonly HoursRow[]; bays: readonly BayRow[] } {
    return { hours: [...this.#hours.values()], bays: [...this.#bays.values()] };
  }

  #setHours(row: HoursRow): void {
    this.#hours.set(`${row.date}/${row.skill}`, row);
    this.#changed.add(row.id);
  }

  /** Writes what changed, one version up, and tells the desk. */
  async close(tx: Tx): Promise<void> {
    const up = <R extends { id: string; version: number }>(rows: Iterable<R>) => [...rows].filter(({ id }) => this.#changed.has(id)).map((row) => ({ ...row, version: row.version + 1 }));
    const hours = up(this.#hours.values());
    const bays = up(this.#bays.values());
    if (hours.length) await tx.query(
      `insert into capacity (id, store_id, version, date, skill, planned_hours, held_hours, walk_in_hours)
       select (r->>'id')::uuid, $1, (r->>'version')::int, (r->>'date')::date, r->>'skill', (r->>'plannedHours')::int, (r->>'heldHours')::int, (r->>'walkInHours')::int from jsonb_array_elements($2::jsonb) r
       on conflict (id) do update set version = excluded.version, planned_hours = excluded.planned_hours, held_hours = excluded.held_hours, walk_in_hours = excluded.walk_in_hours`,
      [this.storeId, JSON.stringify(hours)],
    );
    if (bays.length) await tx.query(
      `insert into bay_day (id, store_id, version, date, bay_type, bays)
       select (r->>'id')::uuid, $1, (r->>'version')::int, (r->>'date')::date, r->>'bayType', (r->>'bays')::int from jsonb_array_elements($2::jsonb) r
       on conflict (id) do update set version = excluded.version, bays = excluded.bays`,
      [this.storeId, JSON.stringify(bays)],
    );
    for (const row of hours) publish(tx, CapacityChanged, { storeId: this.storeId, version: row.version }, {
      storeId: this.storeId, date: row.date, skill: row.skill, plannedHours: row.plannedHours, heldHours: row.heldHours, walkInHours: row.walkInHours, freeHours: freeHours(row),
    });
    if (bays.length) await this.#tellBays(tx, bays);
    this.#changed.clear();
  }

  async #tellBays(tx: Tx, rows: readonly BayRow[]): Promise<void> {
    const { zone } = await storeOf(tx, this.storeId);
    const dates = rows.map(({ date }) => date).sort();
    const taken = await takenOf(tx, this.storeId, atLocal(zone, dates[0]!, '00:00'), atLocal(zone, addDays(dates.at(-1)!, 1), '00:00'));
    for (const row of rows) {
      const from = atLocal(zone, row.date, '00:00');
      const to = atLocal(zone, addDays(row.date, 1), '00:00');
      const spans = taken.filter((one) => one.bayType === row.bayType && one.startsAt < to && one.endsAt > from);
      publish(tx, BaysChanged, { storeId: this.storeId, version: row.version }, {
        storeId: this.storeId, date: row.date, bayType: row.bayType, bays: row.bays,
        taken: spans.map(({ startsAt, endsAt }) => ({ startsAt: (startsAt < from ? from : startsAt).toISOString(), endsAt: (endsAt > to ? to : endsAt).toISOString() })),
      });
    }
  }
}

/** When bays are taken by a hold, or down, in order. */
export function takenOf(tx: Tx, storeId: string, from: Date, to: Date): Promise<{ bayId: string; bayType: string; startsAt: Date; endsAt: Date }[]> {
  return tx.query(
    `select bay_id, bay_type, starts_at, ends_at from bay_take where store_id = $1 and starts_at < $3 and ends_at > $2
     union all
     select o.bay_id, b.bay_type, o.from_at, o.to_at from bay_outage o join bay b on b.store_id = o.store_id and b.id = o.bay_id and b.in_use where o.store_id = $1 and o.from_at < $3 and o.to_at > $2
     order by 3, 1`,
    [storeId, from, to],
  );
}
