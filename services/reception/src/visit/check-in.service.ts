import { Injectable } from '@nestjs/common';
import { localDate } from '@aftersales/calendar/local-time';
import { demand } from '@aftersales/contracts/kernel/refused';
import { VisitOpened, VisitReady } from '@aftersales/contracts/reception/visit';
import { storeOf } from '@aftersales/directory/directory';
import { updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { label } from './arrival.service';
import { carOf } from './car.queries';
import { visitFor } from './visit.store';
import { demandSignable, runsBackwards, type Sheet } from './check-in';
import { PromisedTimeService } from './promised-time.service';
import { move, opened, type Visit } from './visit';
import type { OpenInput } from './visit.inputs';

/** REC-13, REC-14: the sheet, read back and signed; and the advisor's look at the washed car (REC-21). */
@Injectable()
export class CheckInService {
  constructor(private readonly promisedTime: PromisedTimeService) {}

  /** Written on the lane, as far as it has got; rules are asked at the signature. */
  async checkIn(tx: Tx, visitId: string, version: number | null, sheet: Sheet): Promise<Visit> {
    const visit = await visitFor(tx, 'check-in', visitId, version);
    const next = await updateRow(tx, 'visit', visit, { sheet, kind: sheet.kind, keyTag: sheet.keyTag, waiting: sheet.waiting, contactId: sheet.contactId ?? visit.contactId });
    if (next.keyTag !== visit.keyTag) label(tx, next);
    return next;
  }

  async open(tx: Tx, staffId: string, visitId: string, version: number | null, { signatureId }: OpenInput): Promise<Visit> {
    const visit = await visitFor(tx, 'open', visitId, version);
    const sheet = visit.sheet!;
    demand(visit.vehicleId && visit.customerId, 'visit.car-unknown', 'Whose car it is comes first: find the file, or introduce car and customer.');
    const car = await carOf(tx, visit.vehicleId);
    const brand = visit.brand ?? car?.brand;
    demand(brand, 'visit.car-unknown', 'The car’s brand is not known yet.');
    demandSignable(sheet, { vin: car?.vin ?? null, mileage: car?.mileage ?? null });
    const next = opened(await updateRow<Visit>(tx, 'visit', visit, {
      state: move(visit, 'open'), brand, mileage: sheet.mileage, mileageCorrected: runsBackwards(sheet, { mileage: car?.mileage ?? null }), signatureId,
      repairOrder: await this.#nextRepairOrder(tx, visit.storeId), advisorId: staffId, openedAt: tx.now, contactId: visit.contactId ?? visit.customerId, vehicleId: visit.vehicleId, customerId: visit.customerId,
    }));
    await tx.query(
      `insert into visit_vehicle (id, vehicle_version, mileage, mileage_at) values ($1, 0, $2, $3) on conflict (id) do update set mileage = excluded.mileage, mileage_at = excluded.mileage_at`,
      [next.vehicleId, next.mileage, tx.now],
    );
    publish(tx, VisitOpened, next, {
      visitId, customerId: next.customerId, vehicleId: next.vehicleId, appointmentId: next.appointmentId, repairOrder: next.repairOrder, brand, kind: next.kind, concerns: sheet.concernCodes,
      mileage: next.mileage, mileageCorrected: next.mileageCorrected, advisorId: staffId, arrivedAt: next.arrivedAt.toISOString(), openedAt: tx.now.toISOString(),
    });
    return next;
  }

  /** After the wash: checked, ready, and the promise to the customer is met. */
  async pass(tx: Tx, visitId: string, version: number | null): Promise<Visit> {
    const visit = opened(await visitFor(tx, 'pass', visitId, version));
    const next = await updateRow<Visit>(tx, 'visit', visit, { state: move(visit, 'pass'), readyAt: tx.now });
    await this.promisedTime.keep(tx, visitId);
    publish(tx, VisitReady, next, { visitId, customerId: visit.customerId, vehicleId: visit.vehicleId, readyAt: tx.now.toISOString() });
    return next;
  }

  async #nextRepairOrder(tx: Tx, storeId: string): Promise<string> {
    const { code, zone } = await storeOf(tx, storeId);
    const day = localDate(zone, tx.now);
    const row = await tx.one<{ n: number }>(`insert into repair_order_count as c (store_id, day, n) values ($1, $2, 1) on conflict (store_id, day) do update set n = c.n + 1 returning n`, [storeId, day]);
    return `RO-${code}-${day.replaceAll('-', '')}-${String(row!.n).padStart(4, '0')}`;
  }
}
