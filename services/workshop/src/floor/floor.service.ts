import { Injectable } from '@nestjs/common';
import { demand } from '@aftersales/contracts/kernel/refused';
import { holdsRole } from '@aftersales/directory/directory';
import { insertRow, lockRow, NotFound, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { v7 as uuidv7 } from 'uuid';
import type { Away, BayChange, NewBay, NewTechnician, TechnicianChange } from './floor.inputs';
import type { AwayRow, BayRow, TechnicianRow } from './floor.rows';
import { bayOf, technicianOf } from './floor.queries';
import { PlanService, type Cause } from './plan.service';

/** Bays and technicians of a store (WRK-1). Each change plans the days ahead anew, and what can't be kept any more is told at once. */
@Injectable()
export class FloorService {
  constructor(private readonly planning: PlanService) {}

  async addBay(tx: Tx, storeId: string, bay: NewBay) {
    await this.planning.lockFloor(tx, storeId);
    await this.#demandFreeName(tx, storeId, bay.name, null);
    const row = await insertRow<BayRow>(tx, 'bay', { id: uuidv7(), storeId, version: 1, ...bay, inUse: true });
    await this.planning.plan(tx, storeId, 'bay-down');
    return bayOf(tx, row.id);
  }

  async changeBay(tx: Tx, storeId: string, bayId: string, version: number | null, change: BayChange) {
    await this.planning.lockFloor(tx, storeId);
    const bay = await lockRow<BayRow>(tx, 'bay', bayId, version);
    if (change.name !== undefined) await this.#demandFreeName(tx, storeId, change.name, bayId);
    await updateRow<BayRow>(tx, 'bay', bay, change);
    await this.planning.plan(tx, storeId, 'bay-down');
    return bayOf(tx, bayId);
  }

  async bayDown(tx: Tx, storeId: string, bayId: string, version: number | null, away: Away) {
    await this.#away(tx, storeId, 'bay', 'bay_outage', bayId, version, away, 'bay-down');
    return bayOf(tx, bayId);
  }

  async bayUp(tx: Tx, storeId: string, bayId: string, version: number | null, outageId: string) {
    await this.#back(tx, storeId, 'bay', 'bay_outage', bayId, version, outageId, 'bay-down');
    return bayOf(tx, bayId);
  }

  async addTechnician(tx: Tx, storeId: string, technician: NewTechnician) {
    await this.planning.lockFloor(tx, storeId);
    demand(await holdsRole(tx, technician.staffId, storeId, ['technician']), 'workshop.not-a-technician', 'This person is no technician of the store.');
    const before = await tx.one(`select 1 from technician where store_id = $1 and staff_id = $2`, [storeId, technician.staffId]);
    demand(!before, 'workshop.technician-known', 'This technician stands in the list already.');
    const row = await insertRow<TechnicianRow>(tx, 'technician', { id: uuidv7(), storeId, version: 1, ...technician, active: true });
    await this.planning.plan(tx, storeId, 'technician-absent');
    return technicianOf(tx, row.id);
  }

  async changeTechnician(tx: Tx, storeId: string, technicianId: string, version: number | null, change: TechnicianChange) {
    await this.planning.lockFloor(tx, storeId);
    const technician = await lockRow<TechnicianRow>(tx, 'technician', technicianId, version);
    await updateRow<TechnicianRow>(tx, 'technician', technician, change);
    await this.planning.plan(tx, storeId, 'technician-absent');
    return technicianOf(tx, technicianId);
  }

  async absent(tx: Tx, storeId: string, technicianId: string, version: number | null, away: Away) {
    await this.#away(tx, storeId, 'technician', 'absence', technicianId, version, away, 'technician-absent');
    return technicianOf(tx, technicianId);
  }

  async present(tx: Tx, storeId: string, technicianId: string, version: number | null, absenceId: string) {
    await this.#back(tx, storeId, 'technician', 'absence', technicianId, version, absenceId, 'technician-absent');
    return technicianOf(tx, technicianId);
  }

  async #away(tx: Tx, storeId: string, table: 'bay' | 'technician', list: 'bay_outage' | 'absence', id: string, version: number | null, { from, to, reason }: Away, cause: Cause): Promise<void> {
    await this.planning.lockFloor(tx, storeId);
    const row = await lockRow<BayRow | TechnicianRow>(tx, table, id, version);
    demand(new Date(to) > tx.now, 'workshop.over-already', 'This is over already.');
    await insertRow(tx, list, { id: uuidv7(), storeId, [`${table}Id`]: id, fromAt: new Date(from), toAt: new Date(to), reason });
    await updateRow(tx, table, row, {});
    await this.planning.plan(tx, storeId, cause);
  }

  /** From now on; one that has not begun never was. */
  async #back(tx: Tx, storeId: string, table: 'bay' | 'technician', list: 'bay_outage' | 'absence', id: string, version: number | null, awayId: string, cause: Cause): Promise<void> {
    await this.planning.lockFloor(tx, storeId);
    const row = await lockRow<BayRow | TechnicianRow>(tx, table, id, version);
    const away = await tx.one<AwayRow>(`select * from ${list} where store_id = $1 and id = $2 and ${table}_id = $3`, [storeId, awayId, id]);
    if (!away) throw new NotFound(list);
    demand(away.toAt > tx.now, 'workshop.over-already', 'This is over already.');
    if (away.fromAt >= tx.now) await tx.query(`delete from ${list} where store_id = $1 and id = $2`, [storeId, awayId]);
    else await tx.query(`update ${list} set to_at = app_now() where store_id = $1 and id = $2`, [storeId, awayId]);
    await updateRow(tx, table, row, {});
    await this.planning.plan(tx, storeId, cause);
  }

  async #demandFreeName(tx: Tx, storeId: string, name: string, but: string | null): Promise<void> {
    const taken = await tx.one(`select 1 from bay where store_id = $1 and name = $2 and id is distinct from $3`, [storeId, name, but]);
    demand(!taken, 'workshop.bay-name-taken', 'Another bay has this name.');
  }
}
