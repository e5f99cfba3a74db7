import { Injectable, type OnModuleInit } from '@nestjs/common';
import { updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { Merging } from '../file/merging.service';
import { ReminderPlanning } from './planning.service';
import { isPlan } from './reminder';
import { lockMaintenance, openReminder, type Maintenance } from './reminder.row';

/** Two files were one (CRM-1): so are their bookings, plans and reminders. */
@Injectable()
export class ReminderRekeying implements OnModuleInit {
  constructor(private readonly merging: Merging, private readonly planning: ReminderPlanning) {}

  onModuleInit(): void {
    this.merging.alsoRekey((tx, of, fromId, toId) => (of === 'vehicle' ? this.#car(tx, fromId, toId) : this.#customer(tx, fromId, toId)));
  }

  async #customer(tx: Tx, fromId: string, toId: string): Promise<void> {
    await tx.query(`update maintenance set customer_id = $2 where customer_id = $1`, [fromId, toId]);
    await tx.query(`update reminder set customer_id = $2 where customer_id = $1 and state in ('planned', 'reminded')`, [fromId, toId]);
  }

  async #car(tx: Tx, fromId: string, toId: string): Promise<void> {
    const from = await tx.one<Maintenance>(`select * from maintenance where id = $1 for no key update`, [fromId]);
    if (!from) return;
    let to = await lockMaintenance(tx, toId, from.storeId);
    const open = await openReminder(tx, fromId);
    if (open) await this.planning.void(tx, open, 'merged');
    await tx.query(`update reminder set vehicle_id = $2 where vehicle_id = $1`, [fromId, toId]);
    await tx.query(`update maintenance_booking set vehicle_id = $2 where vehicle_id = $1`, [fromId, toId]);
    await tx.query(`delete from maintenance where id = $1`, [fromId]);
    const { id: _, version: __, ...told } = from;
    if (isPlan(from, to)) to = await updateRow(tx, 'maintenance', to, told);
    await this.planning.plan(tx, to);
  }
}
