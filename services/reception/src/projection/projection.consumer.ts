import { StandingChanged } from '@aftersales/contracts/claims/standing';
import type { Fact } from '@aftersales/contracts/kernel/event';
import { AvailabilityChanged } from '@aftersales/contracts/parts/part';
import { LinesDeclined, VisitAuthorised } from '@aftersales/contracts/reception/visit';
import { BaysChanged, CapacityChanged } from '@aftersales/contracts/workshop/capacity';
import { Consumer, On } from '@aftersales/platform/bus/on';
import type { Tx } from '@aftersales/platform/database/tx';
import { idsOf } from '../visit/car.queries';

/** REC-2: whole states each time, so the newest version of a key is enough, whatever came before or was missed. */
@Consumer('reception.projection')
export class ProjectionConsumer {
  @On(CapacityChanged)
  capacity(tx: Tx, { data, version }: Fact<typeof CapacityChanged>) {
    return tx.query(
      `insert into capacity_day (store_id, date, skill, version, planned_hours, free_hours) values ($1, $2, $3, $4, $5, $6)
       on conflict (store_id, date, skill) do update set version = excluded.version, planned_hours = excluded.planned_hours, free_hours = excluded.free_hours
       where capacity_day.version < excluded.version`,
      [data.storeId, data.date, data.skill, version, data.plannedHours, data.freeHours],
    );
  }

  @On(BaysChanged)
  bays(tx: Tx, { data, version }: Fact<typeof BaysChanged>) {
    return tx.query(
      `insert into bay_day (store_id, date, bay_type, version, bays, taken) values ($1, $2, $3, $4, $5, $6)
       on conflict (store_id, date, bay_type) do update set version = excluded.version, bays = excluded.bays, taken = excluded.taken
       where bay_day.version < excluded.version`,
      [data.storeId, data.date, data.bayType, version, data.bays, JSON.stringify(data.taken)],
    );
  }

  @On(AvailabilityChanged)
  stock(tx: Tx, { data, version }: Fact<typeof AvailabilityChanged>) {
    return tx.query(
      `insert into part_stock (store_id, part_number, version, on_hand, free, inbound, next_eta) values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (part_number, store_id) do update set version = excluded.version, on_hand = excluded.on_hand, free = excluded.free, inbound = excluded.inbound, next_eta = excluded.next_eta
       where part_stock.version < excluded.version`,
      [data.storeId, data.partNumber, version, data.onHand, data.free, data.inbound, data.nextEta],
    );
  }

  @On(StandingChanged)
  standing(tx: Tx, { data }: Fact<typeof StandingChanged>) {
    return tx.query(
      `insert into vehicle_standing (vehicle_id, version, data) values ($1, $2, $3)
       on conflict (vehicle_id) do update set version = excluded.version, data = excluded.data where vehicle_standing.version < excluded.version`,
      [data.vehicleId, data.version, JSON.stringify(data)],
    );
  }

  /** Our own fact, heard back: a visit is its store's, declined work is the whole group's to offer again. */
  @On(LinesDeclined)
  async declined(tx: Tx, { data, storeId }: Fact<typeof LinesDeclined>) {
    for (const line of data.lines)
      await tx.query(
        `insert into declined_line (line_id, store_id, visit_id, vehicle_id, line, declined_at) values ($1, $2, $3, $4, $5, $6) on conflict (line_id) do nothing`,
        [line.lineId, storeId, data.visitId, data.vehicleId, JSON.stringify(line), data.declinedAt],
      );
  }

  /** The customer took it after all: the same line, or later the same work on the same car. */
  @On(VisitAuthorised)
  async taken(tx: Tx, { data }: Fact<typeof VisitAuthorised>) {
    const of = (field: 'lineId' | 'operationCode' | 'partNumber') => data.lines.flatMap((line) => line[field] ?? []);
    await tx.query(
      `update declined_line set done = true where vehicle_id = any($1::uuid[]) and not done and declined_at <= $2
       and (line_id = any($3::uuid[]) or line->>'operationCode' = any($4::text[]) or line->>'partNumber' = any($5::text[]))`,
      [await idsOf(tx, data.vehicleId), data.authorisedAt, of('lineId'), of('operationCode'), of('partNumber')],
    );
  }
}
