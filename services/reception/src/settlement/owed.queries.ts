import type { Payer } from '@aftersales/contracts/kernel/values';
import type { Share } from '@aftersales/contracts/reception/estimate-line';
import { NotFound } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import type { Line } from '../visit/visit';
import type { LeftOut } from './bill';
import { owedBy, type Payment } from './payment';

export interface Settlement {
  readonly id: string;
  readonly storeId: string;
  readonly version: number;
  readonly visitId: string;
  readonly currency: string;
  readonly lines: readonly Line[];
  readonly shares: readonly Share[];
  readonly leftOut: readonly LeftOut[];
  readonly signatureId: string;
  readonly settledBy: string;
  readonly settledAt: Date;
  readonly releasedBy: string | null;
  readonly releasedAt: Date | null;
  readonly releaseReason: string | null;
}

export const settlementIfAny = (tx: Tx, visitId: string): Promise<Settlement | null> => tx.one<Settlement>(`select * from settlement where visit_id = $1`, [visitId]);

/** @throws NotFound */
export async function settlementOf(tx: Tx, visitId: string): Promise<Settlement> {
  const settlement = await settlementIfAny(tx, visitId);
  if (!settlement) throw new NotFound('settlement');
  return settlement;
}

export const paymentsOf = (tx: Tx, visitId: string): Promise<Payment[]> => tx.query<Payment>(`select * from payment where visit_id = $1 order by id`, [visitId]);

export async function owed(tx: Tx, { visitId, shares }: Settlement, payer: Payer): Promise<number> {
  return owedBy(payer, shares, await paymentsOf(tx, visitId));
}
