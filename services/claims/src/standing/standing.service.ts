import { Injectable } from '@nestjs/common';
import { StandingChanged, StandingWarned } from '@aftersales/contracts/claims/standing';
import { policyOf } from '@aftersales/directory/directory';
import { updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { letSleep, wake } from '@aftersales/platform/timers/wake';
import { v7 as uuidv7 } from 'uuid';
import { completedAt } from '../repair/repair';
import { nextDayAt } from './days-in-repair';
import { assess, isNear, loanerFrom, type AgreedRepair, type Assessment, type CarFile, type LimitReading } from './standing';

export interface VehicleRow extends CarFile {
  readonly id: string;
  readonly version: number;
  readonly fileVersion: number;
  readonly vin: string | null;
  readonly standing: object | null;
}

type HeldRepair = AgreedRepair & { readonly storeId: string; readonly version: number };

/** CLM-1..3: after every fact about a car, its standing is worked out anew from all it went through, said when it changed, warned of when near. */
@Injectable()
export class StandingService {
  /** The car under its present id: a merged file's old one leads to it. */
  async presentId(tx: Tx, vehicleId: string): Promise<string> {
    return (await tx.one<{ toId: string }>(`select to_id from vehicle_alias where id = $1`, [vehicleId]))?.toId ?? vehicleId;
  }

  /** Held; a car not yet known here gets a stub. */
  async lockVehicle(tx: Tx, vehicleId: string): Promise<VehicleRow> {
    await tx.query(`insert into vehicle (id, version, file_version, use) values ($1, 0, 0, 'unknown') on conflict do nothing`, [vehicleId]);
    return (await tx.one<VehicleRow>(`select * from vehicle where id = $1 for no key update`, [vehicleId]))!;
  }

  /** Standing as it is now, for those who only look. */
  async look(tx: Tx, vehicle: CarFile & { id: string }): Promise<Assessment & { repairs: readonly HeldRepair[] }> {
    const repairs = await tx.query<HeldRepair>(`select * from repair where vehicle_id = $1 and agreed_at is not null order by agreed_at, id`, [vehicle.id]);
    const numbers = repairs.flatMap(({ lines, replaced }) => [...lines.flatMap(({ partNumber }) => partNumber ?? []), ...replaced.map(({ partNumber }) => partNumber)]);
    const parts = numbers.length ? await tx.query<{ partNumber: string; assembly: string }>(`select part_number, assembly from part where part_number = any($1::text[]) and assembly is not null`, [numbers]) : [];
    return { repairs, ...assess(vehicle, repairs, new Map(parts.map(({ partNumber, assembly }) => [partNumber, assembly])), tx.now) };
  }

  async assess(tx: Tx, vehicleId: string): Promise<void> {
    const vehicle = await this.lockVehicle(tx, vehicleId);
    const { pack, standing, readings, repairs, counted } = await this.look(tx, vehicle);
    const latest = repairs.at(-1);
    const near = latest ? await this.#near(tx, readings, latest.storeId) : [];
    await this.#say(tx, vehicle, { ...standing, warnings: [...new Set(near.map(({ limit }) => limit))].sort() });
    if (pack && latest) await this.#warn(tx, vehicleId, pack.name, near, repairs.find((repair) => !completedAt(repair)) ?? latest);
    for (const repair of repairs.filter((one) => !completedAt(one) && one.lines.length)) {
      const loaner = pack && vehicle.use === 'household' ? loanerFrom(pack, repair) : null;
      if (loaner && loaner > tx.now) wake(tx, 'loaner.day-6', repair, loaner);
      if (counted.some(({ id }) => id === repair.id)) wake(tx, 'standing.next-day', repair, nextDayAt({ from: repair.agreedAt }, repair.excluded.map(({ from, to }) => ({ from: new Date(from), to: new Date(to) })), tx.now));
    }
  }

  /** The repair is over, or not about quality any more: nobody counts its days. */
  stopCounting(tx: Tx, repair: { id: string }): void {
    letSleep(tx, 'loaner.day-6', repair);
    letSleep(tx, 'standing.next-day', repair);
  }

  async #near(tx: Tx, readings: readonly LimitReading[], storeId: string): Promise<LimitReading[]> {
    const { value } = await policyOf(tx, 'standing.warn', storeId);
    return readings.filter((reading) => isNear(reading, value.percentOfLimit));
  }

  async #say(tx: Tx, vehicle: VehicleRow, standing: object): Promise<void> {
    const { same } = (await tx.one<{ same: boolean }>(`select standing is not distinct from $2::jsonb as same from vehicle where id = $1`, [vehicle.id, JSON.stringify(standing)]))!;
    if (same) return;
    const next = await updateRow(tx, 'vehicle', vehicle, { standing });
    publish(tx, StandingChanged, next, { ...(standing as Assessment['standing'] & { warnings: string[] }), vehicleId: vehicle.id, version: next.version, asOf: tx.now.toISOString() });
  }

  /** Once for each step nearer, by the store that has the car now, or had it last. */
  async #warn(tx: Tx, vehicleId: string, rulePack: string, near: readonly LimitReading[], about: HeldRepair): Promise<void> {
    if (near.length === 0) return;
    const before = await tx.query<{ limitCode: string; ofCode: string | null; visitId: string; reached: number }>(`select limit_code, of_code, visit_id, reached from standing_warning where vehicle_id = $1`, [vehicleId]);
    for (const { limit, of, repairId, value, threshold, forecast, forecastAt } of near) {
      const reached = Math.max(value, forecast ?? 0);
      const known = before.filter((warning) => warning.limitCode === limit && warning.ofCode === of && (!repairId || warning.visitId === repairId));
      // What is about one repair is a right that is there: told of once, not every day that it stays.
      if (known.length && (repairId || known.some((warning) => warning.reached >= reached))) continue;
      const visitId = repairId ?? about.id;
      const warningId = uuidv7();
      await tx.query(
        `insert into standing_warning (id, store_id, vehicle_id, visit_id, limit_code, of_code, reached, warned_at) values ($1, $2, $3, $4, $5, $6, $7, app_now())`,
        [warningId, about.storeId, vehicleId, visitId, limit, of, reached],
      );
      publish(tx, StandingWarned, { storeId: about.storeId, version: 1 }, {
        warningId, vehicleId, visitId, rulePack, limit, of, value, threshold, forecast, forecastAt: forecastAt?.toISOString() ?? null, warnedAt: tx.now.toISOString(),
      });
    }
  }
}
