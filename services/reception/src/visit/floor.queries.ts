import type { Tx } from '@aftersales/platform/database/tx';
import type { Floor } from './floor';

export async function floorOf(tx: Tx, visitId: string): Promise<Floor | null> {
  return (await tx.one<{ floor: Floor }>(`select floor from visit_job where visit_id = $1`, [visitId]))?.floor ?? null;
}
