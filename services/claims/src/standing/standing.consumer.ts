import { FilesMerged } from '@aftersales/contracts/crm/files';
import { VehicleChanged, VehicleRegistered } from '@aftersales/contracts/crm/vehicle';
import type { Fact } from '@aftersales/contracts/kernel/event';
import { PartChanged } from '@aftersales/contracts/parts/part';
import { Consumer, On } from '@aftersales/platform/bus/on';
import { findRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { OnTimer, type Rung } from '@aftersales/platform/timers/on-timer';
import { completedAt, type Repair } from '../repair/repair';
import { StandingService } from './standing.service';

@Consumer('claims.standing')
export class StandingConsumer {
  constructor(private readonly standing: StandingService) {}

  @On(VehicleRegistered)
  registered(tx: Tx, { data }: Fact<typeof VehicleRegistered>) {
    return this.#file(tx, data);
  }

  @On(VehicleChanged)
  changed(tx: Tx, { data }: Fact<typeof VehicleChanged>) {
    return this.#file(tx, data);
  }

  /** The newest file alone is enough. The standing belongs to the car: who owns it plays no part (CLM-2). */
  async #file(tx: Tx, { vehicleId, version, vin, brand, model, market, use, saleDate }: Fact<typeof VehicleChanged>['data']): Promise<void> {
    if ((await this.standing.presentId(tx, vehicleId)) !== vehicleId) return; // a file that was merged into another
    const vehicle = await this.standing.lockVehicle(tx, vehicleId);
    if (version <= vehicle.fileVersion) return;
    await updateRow(tx, 'vehicle', vehicle, { fileVersion: version, vin, brand, model, market, use, saleDate } as object);
    await this.standing.assess(tx, vehicleId);
  }

  /** Two files were one car: its repairs are one history from now on. */
  @On(FilesMerged)
  async merged(tx: Tx, { data: { of, fromId, toId } }: Fact<typeof FilesMerged>): Promise<void> {
    if (of !== 'vehicle') return;
    const presentId = await this.standing.presentId(tx, toId);
    await tx.query(`update vehicle_alias set to_id = $2 where to_id = $1`, [fromId, presentId]);
    await tx.query(`insert into vehicle_alias (id, to_id) values ($1, $2) on conflict (id) do update set to_id = excluded.to_id`, [fromId, presentId]);
    for (const table of ['repair', 'standing_warning', 'coverage', 'claim']) await tx.query(`update ${table} set vehicle_id = $2 where vehicle_id = $1`, [fromId, presentId]);
    await tx.query(`delete from vehicle where id = $1`, [fromId]);
    await this.standing.assess(tx, presentId);
  }

  /** The catalogue may learn after a repair that what was replaced is an assembly. */
  @On(PartChanged)
  async part(tx: Tx, { data: { partNumber, version, assembly } }: Fact<typeof PartChanged>): Promise<void> {
    const before = await tx.one<{ version: number; assembly: string | null }>(`select version, assembly from part where part_number = $1 for no key update`, [partNumber]);
    if (before && before.version >= version) return;
    await tx.query(`insert into part (part_number, version, assembly) values ($1, $2, $3) on conflict (part_number) do update set version = excluded.version, assembly = excluded.assembly`, [partNumber, version, assembly]);
    if ((before?.assembly ?? null) === assembly) return;
    const cars = await tx.query<{ vehicleId: string }>(`select distinct vehicle_id from repair where replaced @> $1::jsonb and vehicle_id is not null order by vehicle_id`, [JSON.stringify([{ partNumber }])]);
    for (const { vehicleId } of cars) await this.standing.assess(tx, vehicleId);
  }

  /** One more day in repair: counted at the day's beginning, warned of when that brings a limit near. Late after an outage it counts what is true now. */
  @OnTimer('standing.next-day', { locks: 'repair' })
  nextDay(tx: Tx, timer: Rung) {
    return this.#dayBegins(tx, timer);
  }

  /** From day 6 of one repair a loaner or transport money is owed (CLM-2). Late after an outage: told as long as the repair runs. */
  @OnTimer('loaner.day-6', { locks: 'repair' })
  loaner(tx: Tx, timer: Rung) {
    return this.#dayBegins(tx, timer);
  }

  async #dayBegins(tx: Tx, { subject }: Rung): Promise<string | void> {
    const repair = await findRow<Repair>(tx, 'repair', subject);
    if (completedAt(repair)) return 'the repair is completed';
    if (repair.vehicleId) await this.standing.assess(tx, repair.vehicleId);
  }
}
