import { addDays, atLocal, localDate } from '@aftersales/calendar/local-time';
import { storeOf } from '@aftersales/directory/directory';
import { findRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import type { DeskTask } from '../desk-task/desk-task.service';
import { toDueCursor } from '../desk-task/due.cursor';
import { idsOf } from '../visit/car.queries';
import type { Appointment } from './appointment';
import { appointmentView } from './appointment.view';
import { currentFiles } from './files.queries';
import type { Round } from './round';

/** One appointment as this person sees it. @throws NotFound */
export async function appointmentAs(tx: Tx, id: string, roles: readonly string[]) {
  const appointment = await findRow<Appointment>(tx, 'appointment', id);
  return (await viewsOf(tx, appointment.storeId, [{ ...appointment, ...(await currentFiles(tx, appointment)) }], roles))[0]!;
}

/** The appointment that a car may be here for when nobody names one: today's, before one that was given up as a no-show, and the nearest. Held, so that it still is one. */
export async function expectedToday(tx: Tx, storeId: string, vehicleId: string): Promise<string | null> {
  const { zone } = await storeOf(tx, storeId);
  const today = localDate(zone, tx.now);
  const row = await tx.one<{ id: string }>(
    `select a.id from appointment a join appointment_round r on r.store_id = a.store_id and r.appointment_id = a.id and r.round = a.round
     where a.store_id = $1 and a.vehicle_id = any($2::uuid[]) and a.arrived_at is null and (a.state in ('requested', 'booked', 'confirmed') or a.cause = 'no-show')
       and coalesce(a.slot_starts_at, r.starts_at) >= $3 and coalesce(a.slot_starts_at, r.starts_at) < $4
     order by a.state = 'released', abs(extract(epoch from coalesce(a.slot_starts_at, r.starts_at) - $5)), a.id limit 1 for no key update of a`,
    [storeId, await idsOf(tx, vehicleId), atLocal(zone, today, '00:00'), atLocal(zone, addDays(today, 1), '00:00'), tx.now],
  );
  return row?.id ?? null;
}

/** The desk's day: every slot of that local date, and every request that wishes for it, by time. */
export async function dayBoard(tx: Tx, storeId: string, date: string, roles: readonly string[], limit: number, after: readonly [Date, string] | null) {
  const { zone } = await storeOf(tx, storeId);
  const rows = await tx.query<Appointment & { at: Date }>(
    `select a.*, coalesce(a.slot_starts_at, r.starts_at) as at
     from appointment a join appointment_round r on r.store_id = a.store_id and r.appointment_id = a.id and r.round = a.round
     where a.store_id = $1
       and ((a.slot_starts_at >= $2 and a.slot_starts_at < $3) or (a.slot_starts_at is null and r.starts_at >= $2 and r.starts_at < $3))
       and ($4::timestamptz is null or (coalesce(a.slot_starts_at, r.starts_at), a.id) > ($4, $5::uuid))
     order by at, a.id limit $6`,
    [storeId, atLocal(zone, date, '00:00'), atLocal(zone, addDays(date, 1), '00:00'), after?.[0] ?? null, after?.[1] ?? null, limit + 1],
  );
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1)! : null;
  return { date, appointments: await viewsOf(tx, storeId, page, roles), next: last && toDueCursor(last.at, last.id) };
}

async function viewsOf(tx: Tx, storeId: string, appointments: readonly Appointment[], roles: readonly string[]) {
  const ids = appointments.map(({ id }) => id);
  const rounds = await tx.query<Round>(
    `select r.* from appointment a join appointment_round r on r.store_id = a.store_id and r.appointment_id = a.id and r.round = a.round where a.store_id = $1 and a.id = any($2::uuid[])`, [storeId, ids],
  );
  const tasks = await tx.query<DeskTask>(`select * from desk_task where store_id = $1 and subject = any($2::uuid[]) and state = 'open' order by due_at, id`, [storeId, ids]);
  const newest = new Map(rounds.map((round) => [round.appointmentId, round]));
  return appointments.map((one) => appointmentView(one, newest.get(one.id)!, tasks.filter(({ subject }) => subject === one.id), roles, tx.now));
}
