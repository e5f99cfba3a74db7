import type { AnyContract, DataOf, SealedOf } from '@aftersales/contracts/kernel/event';
import type { Envelope } from '@aftersales/contracts/kernel/envelope';
import { v7 as uuidv7 } from 'uuid';
import type { Tx } from '../database/tx';
import type { Seal } from './seal';

/** The broker's limit of 1 MiB is per batch; a fact over 256 KiB is refused in its command. */
const maxBytes = 256 * 1024;

let seal: Seal | undefined;
/** Once at start: with which keys this process seals. */
export function sealWith(keys: Seal): void {
  seal = keys;
}

/**
 * Says a fact: it leaves with the commit of `tx`, in the order of its key. `of` is the row it is about, as it stands after the change.
 * @param sealed the personal part, when the contract has one: only its hearer can read it
 * @throws ZodError when data does not fit the contract; Error above 256 KiB
 */
export function publish<C extends AnyContract>(
  tx: Tx,
  contract: C,
  of: { readonly storeId?: string | null; readonly version: number },
  data: DataOf<C>,
  sealed?: SealedOf<C>,
): void {
  const checked = contract.data.parse(data);
  const storeId = contract.scope === 'store' ? of.storeId : null;
  if (contract.scope === 'store' && !storeId) throw new Error(`${contract.type} belongs to a store`);
  const key = contract.key(checked);
  const envelope: Envelope = {
    specversion: '1.0',
    id: uuidv7(),
    source: `/aftersales/${contract.topic.split('.')[0]}`,
    type: contract.type,
    subject: key,
    time: tx.now.toISOString(),
    datacontenttype: 'application/json',
    ...(storeId && { storeid: storeId }),
    aggregateversion: of.version,
    ...(tx.cause.id && { causationid: tx.cause.id }),
    ...(tx.cause.traceparent && { traceparent: tx.cause.traceparent }),
    data: checked,
  };
  const text = JSON.stringify(envelope);
  if (Buffer.byteLength(text) > maxBytes) throw new Error(`${contract.type} is larger than 256 KiB`);
  const personal = contract.sealed && sealed !== undefined ? { for: contract.sealed.for, data: contract.sealed.data.parse(sealed) } : undefined;
  tx.pending.facts.push({
    id: envelope.id,
    topic: contract.topic,
    key,
    storeId: storeId ?? null,
    envelope: async () => (personal ? JSON.stringify({ ...envelope, sealed: await sealer().seal(personal.for, personal.data) }) : text),
  });
}

function sealer(): Seal {
  if (!seal) throw new Error('nothing to seal with: sealWith() was not called at start');
  return seal;
}
