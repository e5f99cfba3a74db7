import { Controller } from '@nestjs/common';
import { z } from 'zod';
import type { Tx } from '@aftersales/platform/database/tx';
import { InvalidFields } from '@aftersales/platform/http/errors';
import { Query } from '@aftersales/platform/http/operation';
import type { Call } from '@aftersales/platform/http/operation-spec';
import { keptPromises, type Asked } from './promise.queries';

const atHead = ['hq-analyst', 'hq-admin'];
const atStore = [...atHead, 'store-manager', 'service-manager', 'crm-supervisor'];
const storesAPage = 50;

const list = <const Names extends readonly [string, ...string[]]>(...names: Names) =>
  z.string().max(100).default('kind').transform((text) => text.split(',')).pipe(z.array(z.enum(names)));
/** Local days on which a promise was due; a year at most. */
const range = { from: z.iso.date(), to: z.iso.date() };
const StoreQuery = z.strictObject({ ...range, by: list('kind', 'service', 'owner-role', 'cause') });
const GroupQuery = z.strictObject({ ...range, by: list('kind', 'service', 'owner-role', 'cause', 'region', 'store'), after: z.uuid().optional() });

const Answer = z.object({
  from: z.iso.date(),
  to: z.iso.date(),
  by: z.array(z.string()),
  rows: z.array(z.object({
    service: z.string().nullable(), kind: z.string().nullable(), ownerRole: z.string().nullable(), cause: z.string().nullable(), region: z.string().nullable(), store: z.uuid().nullable(),
    kept: z.int(), late: z.int(),
    /** Of the late ones: met after all. */
    doneLate: z.int(),
    void: z.int(), open: z.int(),
    /** Of those kept or late; null while there is none. */
    keptPercent: z.number().min(0).max(100).nullable(),
  })),
  next: z.uuid().nullable(),
});

/** HQ-5: the promise ledger of the group. Why one promise was due when it was (TIM-5), its own service tells. */
@Controller()
export class PromiseLedgerController {
  @Query('GET stores/:storeId/promise-ledger', { summary: 'Promises of a store, kept, late and void, by the day they were due', roles: atStore, query: StoreQuery, answer: Answer })
  ofStore(tx: Tx, { storeId, query }: Call<undefined, z.output<typeof StoreQuery>>) {
    return answer(tx, { ...query, stores: [storeId] });
  }

  /** By store: so many stores a page. */
  @Query('GET promise-ledger', { summary: 'Promises of the group, kept, late and void, by the day they were due', roles: atHead, query: GroupQuery, answer: Answer })
  async ofGroup(tx: Tx, { query: { after = '', ...query } }: Call<undefined, z.output<typeof GroupQuery>>) {
    const all = [...tx.scope.stores].sort();
    const stores = query.by.includes('store') ? all.filter((id) => id > after).slice(0, storesAPage) : all;
    return { ...(await answer(tx, { ...query, stores })), next: stores.at(-1) === all.at(-1) ? null : (stores.at(-1) ?? null) };
  }
}

async function answer(tx: Tx, asked: Asked) {
  const days = (Date.parse(asked.to) - Date.parse(asked.from)) / 86_400_000;
  if (days < 0) throw new InvalidFields([{ pointer: '?/to', code: 'before_from', detail: 'The range ends before it begins.' }]);
  if (days > 366) throw new InvalidFields([{ pointer: '?/from', code: 'too_big', detail: 'A year at most.' }]);
  const rows = await keptPromises(tx, asked);
  const { from, to, by } = asked;
  return { from, to, by: [...by], rows: rows.map((row) => ({ ...row, keptPercent: row.kept + row.late === 0 ? null : (100 * row.kept) / (row.kept + row.late) })), next: null };
}
