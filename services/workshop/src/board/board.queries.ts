import { calendarOf } from '@aftersales/directory/directory';
import type { Tx } from '@aftersales/platform/database/tx';
import type { JobState } from '../job/job';
import { carriesOver } from './carry-over';

interface Line {
  readonly jobId: string;
  readonly visitId: string;
  readonly version: number;
  readonly state: JobState;
  readonly repairOrder: string | null;
  readonly plate: string | null;
  readonly keyTag: string | null;
  readonly kind: string | null;
  readonly waiting: boolean;
  readonly arrivedAt: Date | null;
  readonly promisedAt: Date | null;
  readonly bayName: string | null;
  readonly place: string | null;
  readonly rework: number;
  readonly assignedIds: string[];
  readonly clockedOn: { technicianId: string; lineId: string; since: string }[];
  readonly blocks: { reason: string; since: string; lineIds: string[] }[];
  readonly operationsDone: number;
  readonly operations: number;
  readonly remainingHours: number;
  readonly partsMissing: number;
  readonly partsWithoutEta: number;
  readonly partsEta: Date | null;
}

/** The board (WRK-3): every car that is not handed over; what is promised first comes first. */
export async function boardOf(tx: Tx, storeId: string) {
  const { calendar } = await calendarOf(tx, storeId, 'workshop');
  const lines = await tx.query<Line>(
    `select j.id as job_id, j.visit_id, j.version, j.state, j.repair_order, j.plate, j.key_tag, j.kind, j.waiting, j.arrived_at, j.promised_at, b.name as bay_name, j.place, j.rework,
       o.assigned_ids, coalesce(c.clocked_on, '[]') as clocked_on, coalesce(s.blocks, '[]') as blocks, o.operations_done, o.operations, o.remaining_hours, p.parts_missing, p.parts_without_eta, p.parts_eta
     from job j
     left join bay b on b.store_id = j.store_id and b.id = j.bay_id
     cross join lateral (
       select count(*) filter (where state = 'done')::int as operations_done, count(*) filter (where state <> 'dropped')::int as operations,
         coalesce(sum(greatest(0, flat_hours - coalesce((select sum(k.clocked_hours) from clocking k where k.store_id = x.store_id and k.job_id = x.job_id and k.line_id = x.line_id), 0))) filter (where state in ('waiting', 'in-work', 'rework')), 0)::int as remaining_hours,
         coalesce((select jsonb_agg(distinct t.id) from operation y, jsonb_array_elements_text(y.technician_ids) t(id) where y.store_id = j.store_id and y.job_id = j.id and y.state in ('waiting', 'in-work', 'rework')), '[]') as assigned_ids
       from operation x where x.store_id = j.store_id and x.job_id = j.id) o
     left join lateral (
       select jsonb_agg(jsonb_build_object('technicianId', staff_id, 'lineId', line_id, 'since', to_char(started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by started_at) as clocked_on
       from clocking k where k.store_id = j.store_id and k.job_id = j.id and k.stopped_at is null) c on true
     left join lateral (
       select jsonb_agg(jsonb_build_object('reason', reason, 'lineIds', line_ids, 'since', to_char(since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by since) as blocks
       from job_block k where k.store_id = j.store_id and k.job_id = j.id and k.until is null) s on true
     cross join lateral (
       select count(*)::int as parts_missing, count(*) filter (where eta is null)::int as parts_without_eta, max(eta) as parts_eta
       from job_part k where k.store_id = j.store_id and k.job_id = j.id and k.consented and k.short) p
     where j.store_id = $1 and j.state <> 'closed'
     order by j.promised_at nulls last, j.arrived_at nulls last, j.id limit 500`,
    [storeId],
  );
  return {
    asOf: tx.now,
    cars: lines.map(({ bayName, place, partsMissing, partsWithoutEta, partsEta, ...car }) => ({
      ...car,
      where: place ?? (bayName ? `bay ${bayName}` : car.arrivedAt ? 'gate' : 'expected'),
      overdue: car.promisedAt !== null && car.promisedAt < tx.now && car.state !== 'completed',
      carriesOver: car.state !== 'completed' && carriesOver(calendar, tx.now, { remainingHours: car.remainingHours, ...(partsMissing > 0 && { partsEta: partsWithoutEta > 0 ? null : partsEta }) }),
    })),
  };
}
