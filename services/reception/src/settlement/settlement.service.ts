import { Injectable } from '@nestjs/common';
import { demand } from '@aftersales/contracts/kernel/refused';
import { VisitSettled } from '@aftersales/contracts/reception/visit';
import { holdsRole, policyOf, storeOf } from '@aftersales/directory/directory';
import { insertRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { publish } from '@aftersales/platform/outbox/publish';
import { v7 as uuidv7 } from 'uuid';
import { sharesOf } from '../estimate/estimate';
import { visitFor } from '../visit/visit.store';
import { floorOf } from '../visit/floor.queries';
import { opened, type OpenVisit } from '../visit/visit';
import { billed } from './bill';
import { settlementOf, type Settlement } from './owed.queries';
import type { ReleaseInput, SettleInput } from './settlement.inputs';

/** REC-20: the bill, and REC-21: letting the car go before it is paid. */
@Injectable()
export class SettlementService {
  async settle(tx: Tx, staffId: string, visitId: string, version: number | null, { signatureId, leftOut }: SettleInput): Promise<Settlement> {
    const visit = opened(await visitFor(tx, 'settle', visitId, version));
    const floor = await floorOf(tx, visitId);
    demand(floor, 'settlement.no-job', 'The workshop has not told of this job yet.');
    const moved = await tx.query<{ lineId: string; net: number }>(`select line_id, sum(quantity)::int as net from part_movement where visit_id = $1 group by line_id`, [visitId]);
    const issued = new Map(moved.map(({ lineId, net }) => [lineId, net]));
    const unknown = moved.filter(({ lineId, net }) => net > 0 && !visit.authorised.some((line) => line.lineId === lineId));
    demand(unknown.length === 0, 'settlement.part-out', 'A part is out that nobody agreed to: it goes back to the store room first.');
    const bill = billed(visit.authorised, floor, issued, leftOut);
    const shares = sharesOf(bill.lines);
    const { currency } = await storeOf(tx, visit.storeId);
    const settlement: Settlement = {
      id: uuidv7(), storeId: visit.storeId, version: 1, visitId, currency, lines: bill.lines, shares, leftOut: bill.leftOut, signatureId, settledBy: staffId, settledAt: tx.now, releasedBy: null, releasedAt: null, releaseReason: null,
    };
    await insertRow(tx, 'settlement', settlement);
    const next = await updateRow<OpenVisit>(tx, 'visit', visit, { settledAt: tx.now });
    const newest = (await tx.one<{ n: number }>(`select max(n) as n from consent where visit_id = $1 and "by" = 'customer'`, [visitId]))!.n;
    const { customerId, vehicleId, repairOrder } = next;
    publish(tx, VisitSettled, next, { visitId, customerId, vehicleId, repairOrder, version: newest, lines: bill.lines, shares, customerSigned: true, settledAt: tx.now.toISOString() });
    return settlement;
  }

  /** The car may go although the customer's share is open: by who may, in person, with a reason that stays here. */
  async release(tx: Tx, staffId: string, visitId: string, version: number | null, { reason }: ReleaseInput): Promise<Settlement> {
    const visit = await visitFor(tx, 'release', visitId, version);
    const settlement = await settlementOf(tx, visitId);
    const { approverRoles } = (await policyOf(tx, 'visit.release-approver', visit.storeId)).value;
    demand(await holdsRole(tx, staffId, visit.storeId, approverRoles), 'visit.release-approver', `A car is released unpaid by ${approverRoles.join(' or ')}.`);
    demand(!settlement.releasedAt, 'visit.released', 'It was released already.');
    await updateRow(tx, 'visit', visit, {});
    return updateRow(tx, 'settlement', settlement, { releasedBy: staffId, releasedAt: tx.now, releaseReason: reason });
  }
}
