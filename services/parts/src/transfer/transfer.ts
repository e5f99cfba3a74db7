// What a store asks of its sister: held on her shelf while asked, out of her ledger when shipped.
import { Refused } from '@aftersales/contracts/kernel/refused';

export interface TransferRow {
  readonly id: string;
  /** The sister that gives. */
  readonly storeId: string;
  readonly version: number;
  readonly toStoreId: string;
  readonly inboundId: string;
  readonly partNumber: string;
  readonly quantity: number;
  readonly state: 'asked' | 'shipped' | 'cancelled';
  readonly askedAt: Date;
}

export const transferAllowed = (state: TransferRow['state'], roles: readonly string[]): string[] =>
  state === 'asked' && (roles.includes('parts-keeper') || roles.includes('parts-manager')) ? ['ship'] : [];

export function ship(transfer: TransferRow): Pick<TransferRow, 'state'> {
  if (transfer.state !== 'asked') throw new Refused('parts.transfer-closed', 'Nobody asks for these goods any more.', { from: transfer.state, to: 'shipped', allowed: [] });
  return { state: 'shipped' };
}
