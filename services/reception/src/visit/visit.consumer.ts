import { FilesMerged } from '@aftersales/contracts/crm/files';
import { FollowUpFailed, FollowUpPlanned } from '@aftersales/contracts/crm/follow-up';
import { MessageFailed } from '@aftersales/contracts/crm/message';
import { VehicleChanged, VehicleRegistered } from '@aftersales/contracts/crm/vehicle';
import type { DataOf, Fact } from '@aftersales/contracts/kernel/event';
import { EtaSlipped } from '@aftersales/contracts/parts/reservation';
import { Consumer, On } from '@aftersales/platform/bus/on';
import { lockRow, lockRowIfKnown } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { OnTimer, type Rung } from '@aftersales/platform/timers/on-timer';
import { DeskTasks } from '../desk-task/desk-task.service';
import { promised, promiseWarning, PromisedTimeService } from './promised-time.service';
import type { Visit } from './visit';

@Consumer('reception.visit')
export class VisitConsumer {
  constructor(private readonly promisedTime: PromisedTimeService, private readonly tasks: DeskTasks) {}

  @On(VehicleRegistered)
  registered(tx: Tx, { data }: Fact<typeof VehicleRegistered>) {
    return known(tx, data);
  }

  @On(VehicleChanged)
  changed(tx: Tx, { data }: Fact<typeof VehicleChanged>) {
    return known(tx, data);
  }

  /** Rows keep what was written in them; whoever reads an id reads what it stands for now. A merge of `toId` may come first. */
  @On(FilesMerged)
  async merged(tx: Tx, { data }: Fact<typeof FilesMerged>) {
    await tx.query(`insert into visit_alias (from_id, to_id) select $1, $2 where $1::uuid <> $2::uuid on conflict (from_id) do update set to_id = excluded.to_id`, [data.fromId, data.toId]);
    await tx.query(
      `insert into visit_vehicle (id, vehicle_version, mileage, mileage_at) select $2, 0, mileage, mileage_at from visit_vehicle where id = $1 and mileage is not null
       on conflict (id) do update set mileage = excluded.mileage, mileage_at = excluded.mileage_at where visit_vehicle.mileage_at is null or visit_vehicle.mileage_at < excluded.mileage_at`,
      [data.fromId, data.toId],
    );
  }

  /** PRT-8: the desk tells the customer. */
  @On(EtaSlipped)
  slipped(tx: Tx, { data }: Fact<typeof EtaSlipped>) {
    return data.holderKind === 'visit' ? this.#task(tx, data.holderId, 'tell-customer', `parts-late`) : Promise.resolve();
  }

  /** What crm could not send, a person says. */
  @On(MessageFailed)
  unsent(tx: Tx, { data }: Fact<typeof MessageFailed>) {
    const { thing, id } = data.about;
    return thing === 'ready' || thing === 'consent' || thing === 'promise-moved' ? this.#task(tx, id, 'call-customer', `${thing}-not-sent`) : Promise.resolve();
  }

  /** CRM-7: the advisor looks whether name and number are right. */
  @On(FollowUpFailed)
  notReached(tx: Tx, { data }: Fact<typeof FollowUpFailed>) {
    return this.#task(tx, data.visitId, 'check-data', data.reason);
  }

  @On(FollowUpPlanned)
  async corrected(tx: Tx, { data }: Fact<typeof FollowUpPlanned>) {
    if (data.because === 'data-corrected' && (await lockRowIfKnown(tx, 'visit', data.visitId))) await this.tasks.settle(tx, data.visitId, 'data-corrected', 'check-data');
  }

  @OnTimer(promiseWarning, { locks: 'visit' })
  async near(tx: Tx, { subject }: Rung) {
    return this.promisedTime.warn(tx, await lockRow<Visit>(tx, 'visit', subject));
  }

  /** The promise itself: what is still open now is late, which the ledger says. Somebody owes the customer a word. */
  @OnTimer(promised, { locks: 'visit' })
  async due(tx: Tx, { subject, storeId }: Rung) {
    await this.tasks.open(tx, { kind: 'tell-customer', subject, storeId: storeId!, reason: 'promise-late', dueAt: tx.now });
  }

  async #task(tx: Tx, visitId: string, kind: string, reason: string): Promise<void> {
    const visit = await lockRowIfKnown<Visit>(tx, 'visit', visitId);
    if (visit) await this.tasks.open(tx, { kind, subject: visitId, storeId: visit.storeId, reason, dueAt: tx.now });
  }
}

/** Whole state each time; the newest one stays, whatever came before. */
function known(tx: Tx, { vehicleId, version, vin, brand, model, market, customerId, contactId }: DataOf<typeof VehicleChanged>) {
  return tx.query(
    `insert into visit_vehicle (id, vehicle_version, vin, brand, model, market, customer_id, contact_id) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (id) do update set vehicle_version = excluded.vehicle_version, vin = excluded.vin, brand = excluded.brand, model = excluded.model, market = excluded.market,
       customer_id = excluded.customer_id, contact_id = excluded.contact_id where visit_vehicle.vehicle_version < excluded.vehicle_version`,
    [vehicleId, version, vin, brand, model, market, customerId, contactId],
  );
}
