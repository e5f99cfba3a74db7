import type { Tx } from '@aftersales/platform/database/tx';
import { currentId } from '../visit/car.queries';

/** Whom and which car the rows mean today: files may have been merged since they were written (crm.files-merged). */
export async function currentFiles(tx: Tx, { customerId, vehicleId }: { customerId: string; vehicleId: string }): Promise<{ customerId: string; vehicleId: string }> {
  return { customerId: await currentId(tx, customerId), vehicleId: await currentId(tx, vehicleId) };
}
