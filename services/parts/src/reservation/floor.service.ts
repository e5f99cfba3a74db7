import { Injectable } from '@nestjs/common';
import type { Fact } from '@aftersales/contracts/kernel/event';
import type { VisitLabelled } from '@aftersales/contracts/reception/visit-label';
import type { JobBlocked, JobUnblocked } from '@aftersales/contracts/workshop/job';
import { updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { lockHolders } from './holders.store';

/** What the parts board shows of the floor: which car, and since when somebody stands and waits (WRK-6). */
@Injectable()
export class Floor {
  async blocked(tx: Tx, { data, storeId }: Fact<typeof JobBlocked>): Promise<void> {
    if (data.reason !== 'parts') return;
    await this.#waits(tx, storeId!, data.visitId, new Date(data.since));
  }

  async unblocked(tx: Tx, { data, storeId }: Fact<typeof JobUnblocked>): Promise<void> {
    if (data.reason === 'parts') await this.#waits(tx, storeId!, data.visitId, null);
  }

  async labelled(tx: Tx, { data, version, storeId }: Fact<typeof VisitLabelled>): Promise<void> {
    const visit = await this.#visit(tx, storeId!, data.visitId);
    if (visit.closed) return;
    await tx.query(
      `insert into visit_label (id, store_id, version, plate, key_tag) values ($1, $2, $3, $4, $5)
       on conflict (id) do update set version = excluded.version, plate = excluded.plate, key_tag = excluded.key_tag where visit_label.version <= excluded.version`,
      [data.visitId, storeId, version, data.plate, data.keyTag],
    );
  }

  async #waits(tx: Tx, storeId: string, visitId: string, since: Date | null): Promise<void> {
    const visit = await this.#visit(tx, storeId, visitId);
    if (!visit.closed) await updateRow(tx, 'reservation', visit, { floorWaitsSince: since });
  }

  async #visit(tx: Tx, storeId: string, visitId: string) {
    return (await lockHolders(tx, storeId, [{ holderKind: 'visit', id: visitId }])).get(visitId)!;
  }
}
