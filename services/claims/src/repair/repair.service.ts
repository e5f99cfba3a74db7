import { Injectable } from '@nestjs/common';
import { storeOf } from '@aftersales/directory/directory';
import { findRow, lockRow, NotFound, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { ClaimDraft } from '../claim/claim-draft.service';
import { StandingService } from '../standing/standing.service';
import { completedAt, excluded, unknownRepair, type Repair } from './repair';

export interface RepairRow extends Repair {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly zone: string;
}

/** One visit's repair: each fact changes it, then the car's standing and the claim follow. Lock order: repair, vehicle, claim. */
@Injectable()
export class RepairService {
  constructor(private readonly standing: StandingService, private readonly claims: ClaimDraft) {}

  /** `change` sees the repair as it is known so far, a stub at first: facts of different topics have no order. */
  async follow(tx: Tx, visitId: string, storeId: string, change: (repair: Repair, zone: string) => Repair): Promise<void> {
    const { zone } = await storeOf(tx, storeId);
    await tx.query(`insert into repair (id, store_id, version, zone) values ($1, $2, 0, $3) on conflict do nothing`, [visitId, storeId, zone]);
    const before = (await tx.one<RepairRow>(`select * from repair where id = $1 for no key update`, [visitId]))!;
    await this.#changed(tx, before, change(before, before.zone));
  }

  /** CLM-2: time that the pack leaves out, told by the claims clerk of the store that had the car. */
  async leaveOut(tx: Tx, visitId: string, storeId: string, version: number | null, left: { reason: string; from: string; to: string; by: string }): Promise<RepairRow> {
    // Every store counts it, its own store answers for it: whose it is comes before its version.
    if ((await findRow<RepairRow>(tx, 'repair', visitId)).storeId !== storeId) throw new NotFound('repair');
    const before = await lockRow<RepairRow>(tx, 'repair', visitId, version);
    const car = before.vehicleId ? await this.standing.lockVehicle(tx, before.vehicleId) : null;
    const known = car ? ((await this.standing.look(tx, car)).pack?.threeGuarantees?.exclusions ?? []) : [];
    return this.#changed(tx, before, excluded(before, left, known, tx.now));
  }

  async #changed(tx: Tx, before: RepairRow, after: Repair): Promise<RepairRow> {
    const vehicleId = after.vehicleId && (await this.standing.presentId(tx, after.vehicleId));
    const repair = await updateRow(tx, 'repair', before, { ...onlyRepair(after), vehicleId });
    if (completedAt(repair) || !repair.lines.length) this.standing.stopCounting(tx, repair);
    if (before.vehicleId && before.vehicleId !== vehicleId) await this.standing.assess(tx, before.vehicleId); // it was another car after all
    if (vehicleId && repair.agreedAt) await this.standing.assess(tx, vehicleId);
    await this.claims.follow(tx, repair);
    return repair;
  }
}

const fields = Object.keys(unknownRepair) as (keyof Repair)[];
const onlyRepair = (repair: Repair): Repair => Object.fromEntries(fields.map((field) => [field, repair[field]])) as unknown as Repair;
