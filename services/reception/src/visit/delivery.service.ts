import { Injectable } from '@nestjs/common';
import { VisitDelivered } from '@aftersales/contracts/reception/visit';
import { policyOf, storeOf } from '@aftersales/directory/directory';
import { updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { Links } from '../link/link.service';
import { owed, settlementIfAny } from '../settlement/owed.queries';
import { visitFor } from './visit.store';
import { demandDeliverable, isMaintenance, nextService } from './delivery';
import { floorOf } from './floor.queries';
import { PromisedTimeService } from './promised-time.service';
import { move, opened, type OpenVisit, type Visit } from './visit';
import type { DeliverInput } from './visit.inputs';

/** REC-21: the hand-over. */
@Injectable()
export class DeliveryService {
  constructor(private readonly promisedTime: PromisedTimeService, private readonly links: Links) {}

  async deliver(tx: Tx, visitId: string, version: number | null, input: DeliverInput): Promise<Visit> {
    const visit = opened(await visitFor(tx, 'deliver', visitId, version));
    const settlement = await settlementIfAny(tx, visitId);
    const floor = await floorOf(tx, visitId);
    demandDeliverable({
      visit, floor, owed: settlement && !settlement.releasedAt ? await owed(tx, settlement, 'customer') : 0,
      customersOldParts: await count(tx, `select count(*) as n from visit_old_part where visit_id = $1 and custody = 'customer'`, visitId),
      refusedSafety: (await count(tx, refusedSafety, visitId)) > 0,
    }, input);
    const done = settlement?.lines ?? [];
    const { zone } = await storeOf(tx, visit.storeId);
    const interval = (await policyOf(tx, 'maintenance.interval', visit.storeId)).value;
    const maintained = isMaintenance(done);
    const next = maintained ? nextService(zone, tx.now, visit.mileage, interval) : null;
    const nextServiceOn = input.nextServiceOn ?? next?.on ?? null;
    const nextServiceAtKm = input.nextServiceAtKm ?? next?.atKm ?? null;
    const handover = { ...input, nextServiceOn, nextServiceAtKm };
    const after = await updateRow<OpenVisit>(tx, 'visit', visit, { state: move(visit, 'deliver'), deliveredAt: tx.now, handover });
    await this.promisedTime.drop(tx, visitId);
    await this.links.cancel(tx, 'consent', visitId);
    publish(tx, VisitDelivered, after, {
      visitId, customerId: after.customerId, vehicleId: after.vehicleId, contactId: after.contactId ?? after.customerId, appointmentId: after.appointmentId, repairOrder: after.repairOrder, brand: after.brand,
      kind: after.kind, mileage: after.mileage, deliveredAt: tx.now.toISOString(), promisedAt: after.promisedAt?.toISOString() ?? null, advisorId: after.advisorId,
      technicianIds: [...(floor?.technicianIds ?? [])], inspectorIds: [...(floor?.inspectorIds ?? [])], operationCodes: [...new Set(done.flatMap(({ operationCode }) => operationCode ?? []))],
      maintenanceDone: maintained, nextServiceOn, nextServiceAtKm,
    });
    return after;
  }
}

/** Safety lines to which the customer's last word was no, and no earlier yes stands. */
const refusedSafety = `
  select count(*) as n
  from (select distinct on (c.line_id) c.line_id, c.yes, e.lines
        from consent c join estimate_version e on e.visit_id = c.visit_id and e.n = c.n
        where c.visit_id = $1 and c.by = 'customer' order by c.line_id, c.since desc) last,
       jsonb_array_elements(last.lines) line
  where not last.yes and line->>'lineId' = last.line_id::text and line->>'safety' = 'true'
    and not exists (select 1 from visit v, jsonb_array_elements(v.authorised) agreed where v.id = $1 and agreed->>'lineId' = last.line_id::text)`;

async function count(tx: Tx, sql: string, visitId: string): Promise<number> {
  return (await tx.one<{ n: number }>(sql, [visitId]))!.n;
}
