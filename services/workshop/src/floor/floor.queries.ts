import { NotFound } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import type { Skill, Week } from '../capacity/working-hours';

interface Away {
  readonly id: string;
  readonly fromAt: string;
  readonly toAt: string;
  readonly reason: string;
}
const away = (table: string, of: string, column: string) => `coalesce((
  select jsonb_agg(jsonb_build_object('id', a.id, 'fromAt', to_char(a.from_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'toAt', to_char(a.to_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'reason', a.reason) order by a.from_at)
  from ${table} a where a.store_id = ${of}.store_id and a.${column} = ${of}.id and a.to_at > app_now()), '[]'::jsonb)`;

export interface BayView {
  readonly id: string;
  readonly version: number;
  readonly name: string;
  readonly bayType: string;
  readonly equipment: string[];
  readonly inUse: boolean;
  /** Present and coming ones. */
  readonly outages: Away[];
}

const bays = `select id, version, name, bay_type, equipment, in_use, ${away('bay_outage', 'b', 'bay_id')} as outages from bay b`;
export const baysOf = (tx: Tx, storeId: string) => tx.query<BayView>(`${bays} where store_id = $1 order by name limit 500`, [storeId]);
export const bayOf = (tx: Tx, id: string) => tx.one<BayView>(`${bays} where id = $1`, [id]).then((view) => view ?? missing('bay'));

export interface TechnicianView {
  readonly id: string;
  readonly version: number;
  readonly staffId: string;
  readonly grade: number;
  readonly skills: Skill[];
  readonly shift: Week | null;
  readonly active: boolean;
  readonly absences: Away[];
}

const technicians = `select id, version, staff_id, grade, skills, shift, active, ${away('absence', 't', 'technician_id')} as absences from technician t`;
export const techniciansOf = (tx: Tx, storeId: string) => tx.query<TechnicianView>(`${technicians} where store_id = $1 order by id limit 1000`, [storeId]);
export const technicianOf = (tx: Tx, id: string) => tx.one<TechnicianView>(`${technicians} where id = $1`, [id]).then((view) => view ?? missing('technician'));

function missing(thing: string): never {
  throw new NotFound(thing);
}
