import { Controller } from '@nestjs/common';
import { NotInDirectory, type Store } from '@aftersales/directory/directory';
import type { Tx } from '@aftersales/platform/database/tx';
import { InvalidFields } from '@aftersales/platform/http/errors';
import { Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { excludedBy, levelsOf, methodsFor, notLocked, sampled, storesOf, type Asked } from './csi.queries';
import { tableOf } from './csi.table';
import { Answer, GroupQuery, StoreQuery } from './csi.view';
import { periodOf, periodsIn, type Span } from './period';

const atHead = ['hq-analyst', 'hq-admin'];
const atStore = [...atHead, 'store-manager', 'service-manager', 'crm-supervisor'];
const mostPeriods = 100;
const storesAPage = 50;

/** HQ-2: satisfaction, counted within the transaction of the answer. */
@Controller()
export class CsiController {
  @Query('GET stores/:storeId/csi', { summary: 'Customer satisfaction of a store, its brands, advisors or technicians, by period of delivery', roles: atStore, query: StoreQuery, answer: Answer })
  async ofStore(tx: Tx, { storeId, query: { by, ...range } }: Call<undefined, StoreQuery>) {
    const stores = await storesOf(tx, [storeId]);
    return this.#answer(tx, { ...whole(range), stores: [storeId], dimension: by }, by, stores, storeId);
  }

  @Query('GET csi', { summary: 'Customer satisfaction of the group, its regions, brands or stores, by period of delivery', roles: atHead, query: GroupQuery, answer: Answer })
  async ofGroup(tx: Tx, { query: { by, after = '', ...range } }: Call<undefined, GroupQuery>) {
    const all = [...tx.scope.stores].sort();
    const stores = by === 'store' ? all.filter((id) => id > after).slice(0, storesAPage) : all;
    const asked: Asked = { ...whole(range), stores, dimension: by === 'brand' ? 'brand' : 'store' };
    return { ...(await this.#answer(tx, asked, by, await storesOf(tx, stores), null)), next: stores.at(-1) === all.at(-1) ? null : (stores.at(-1) ?? null) };
  }

  async #answer(tx: Tx, asked: Asked, by: (StoreQuery | GroupQuery)['by'], stores: readonly Store[], storeId: string | null) {
    const methods = await methodsFor(tx, storeId);
    if (methods.length === 0) throw new NotInDirectory('the policy csi.method');
    const counted = { sampled: await sampled(tx, asked), notLocked: await notLocked(tx, asked), levels: await levelsOf(tx, asked) };
    return {
      per: asked.per, from: asked.from, to: asked.to, by,
      rows: tableOf(counted, { per: asked.per, by, stores, methods, zone: storeId ? stores[0]!.zone : 'UTC' }),
      excluded: await excludedBy(tx, asked), next: null,
    };
  }
}

/** The days asked for, widened to whole periods. @throws InvalidFields */
function whole({ per, from, to }: { per: Span; from: string; to: string }): Pick<Asked, 'per' | 'from' | 'to'> {
  if (from > to) throw new InvalidFields([{ pointer: '?/to', code: 'before_from', detail: 'The range ends before it begins.' }]);
  if (periodsIn(per, from, to, mostPeriods) > mostPeriods) throw new InvalidFields([{ pointer: '?/from', code: 'too_big', detail: `At most ${mostPeriods} periods at once.` }]);
  return { per, from: periodOf(per, from).from, to: periodOf(per, to).to };
}
