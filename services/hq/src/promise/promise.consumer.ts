import type { ServiceName } from '@aftersales/contracts/kernel/event';
import { promiseFacts } from '@aftersales/contracts/kernel/promise-facts';
import { Consumer, OnBatch } from '@aftersales/platform/bus/on';
import type { Tx } from '@aftersales/platform/database/tx';
import { Ledger, type PromiseFact } from './ledger.service';

const services: readonly ServiceName[] = ['reception', 'workshop', 'parts', 'crm', 'claims', 'hq'];

/** Six services say the same six facts, and the same follows from each: the 36 handlers are made, not written. */
function HearsEveryPromise(consumer: typeof PromiseConsumer): void {
  for (const contract of services.flatMap((service) => Object.values(promiseFacts(service)))) {
    const handler = {
      value(this: PromiseConsumer, tx: Tx, facts: PromiseFact[]) {
        return this.keep(tx, facts);
      },
    };
    Object.defineProperty(consumer.prototype, contract.type, handler);
    OnBatch(contract)(consumer.prototype, contract.type, handler);
  }
}

@Consumer('hq.promises')
@HearsEveryPromise
export class PromiseConsumer {
  constructor(private readonly ledger: Ledger) {}

  keep(tx: Tx, facts: PromiseFact[]) {
    return this.ledger.keep(tx, facts);
  }
}
