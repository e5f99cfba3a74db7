import type { Fact } from '@aftersales/contracts/kernel/event';
import { FilesMerged } from '@aftersales/contracts/crm/files';
import { Consumer, On } from '@aftersales/platform/bus/on';
import type { Tx } from '@aftersales/platform/database/tx';

/** Merges may arrive in any order, so each is kept as it is and followed when a car is named. The floor keeps nothing of customers. */
@Consumer('workshop.files')
export class FilesConsumer {
  @On(FilesMerged)
  async merged(tx: Tx, { data }: Fact<typeof FilesMerged>): Promise<void> {
    if (data.of === 'vehicle' && data.fromId !== data.toId) await tx.query(`insert into vehicle_alias (from_id, to_id) values ($1, $2) on conflict (from_id) do update set to_id = $2`, [data.fromId, data.toId]);
  }
}
