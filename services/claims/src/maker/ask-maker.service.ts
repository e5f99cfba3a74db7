import { insertRow, type Row } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { wake } from '@aftersales/platform/timers/wake';
import { v7 as uuidv7 } from 'uuid';

export interface MakerRequest extends Row {
  readonly storeId: string;
  readonly kind: 'claim' | 'pre-approval';
  /** The claim's or the coverage's id. */
  readonly subject: string;
  /** By which the maker knows a repetition. */
  readonly webhookId: string;
  readonly body: string;
  readonly state: 'waiting' | 'answered' | 'refused';
  readonly attempts: number;
  readonly answer: unknown;
  readonly lastError: string | null;
  readonly madeAt: Date;
}

/** Something to say to the maker: leaves after the commit of `tx`, and again until it is answered. */
export async function askMaker(tx: Tx, asked: Pick<MakerRequest, 'kind' | 'subject' | 'storeId' | 'webhookId'> & { body: object }): Promise<void> {
  const request: MakerRequest = { id: uuidv7(), version: 1, ...asked, body: JSON.stringify(asked.body), state: 'waiting', attempts: 0, answer: null, lastError: null, madeAt: tx.now };
  await insertRow(tx, 'maker_request', request);
  wake(tx, 'maker.send', request, tx.now);
}
