import { policyKinds } from '@aftersales/contracts/hq/policies';
import type { Store } from '@aftersales/directory/directory';
import type { Tx } from '@aftersales/platform/database/tx';
import { pairs, type Levels } from './csi';
import type { Method } from './method';
import type { Period, Span } from './period';

export interface Asked extends Period {
  readonly stores: readonly string[];
  readonly per: Span;
  readonly dimension: 'store' | 'brand' | 'advisor' | 'technician';
}

/** One store, one period (by its first day), one member of the dimension. */
interface Cell {
  readonly storeId: string;
  readonly period: string;
  readonly member: string;
}

export interface Sampled extends Cell {
  readonly locked: number;
  readonly excluded: number;
  readonly planned: number;
  readonly doNotCall: number;
  readonly reached: number;
  readonly failed: number;
  readonly answered: number;
  readonly corrected: number;
  readonly recommend: readonly number[];
}

const scores = Array.from({ length: 11 }, (_, score) => score);
const period = `date_trunc($2, day::timestamp)::date as period`;
const asked = `store_id = any($1::uuid[]) and dimension = $3 and day between $4 and $5`;
/** Months and years of stores and brands stand summed up (count-days.sql.ts): three years of 1,000 stores are 3,000 rows a factor and not a million. */
const summedUp = ({ per, dimension }: Asked): boolean => (per === 'month' || per === 'year') && (dimension === 'store' || dimension === 'brand');

/** Sums of columns a store, period and whatever else `by` names. */
const sums = (kind: 'sample' | 'level', of: Asked, by: string, columns: (sum: (column: string) => string) => string): string =>
  summedUp(of)
    ? `select store_id, day as period, ${by}, ${columns((column) => column)} from csi_${kind}_period where span = $2 and ${asked} order by 1, 2, ${by}`
    : `select store_id, ${period}, ${by}, ${columns((column) => `sum(${column})`)} from csi_${kind}_day where ${asked} group by 1, 2, ${by} order by 1, 2, ${by}`;
const parameters = ({ stores, per, dimension, from, to }: Asked) => [stores, per, dimension, from, to];

export function sampled(tx: Tx, of: Asked): Promise<Sampled[]> {
  return tx.query<Sampled>(
    sums('sample', of, 'member', (sum) => `${['locked', 'excluded', 'planned', 'do_not_call', 'reached', 'failed', 'answered', 'corrected'].map((name) => `${sum(name)}::int as ${name}`).join(', ')},
      json_build_array(${scores.map((score) => sum(`recommend${score}`)).join(', ')}) as recommend`),
    parameters(of),
  );
}

/** Delivered, and in no locked sample: in the denominator, and visible as what it is. Its day is the store's, by the directory's zone. */
export function notLocked(tx: Tx, of: Asked): Promise<(Cell & { count: number })[]> {
  return tx.query<Cell & { count: number }>(
    `select store_id, ${period}, member, count(*)::int as count
     from (
       select v.store_id, (v.delivered_at at time zone (s.data->>'zone'))::date as day, $3 as dimension, m.member
       from csi_visit v
       join directory_store s on s.id = v.store_id
       cross join lateral (
         select '' as member where $3 = 'store' union all select v.brand where $3 = 'brand' union all select v.advisor_id::text where $3 = 'advisor'
         union all select distinct jsonb_array_elements_text(v.technician_ids) where $3 = 'technician') m
       where v.store_id = any($1::uuid[]) and v.locked_day is null and v.delivered_at >= $4::date - 1 and v.delivered_at < $5::date + 2
     ) visit
     where ${asked} group by 1, 2, 3 order by 1, 2, 3`,
    parameters(of),
  );
}

export async function levelsOf(tx: Tx, of: Asked): Promise<(Cell & { factor: string; levels: Levels })[]> {
  const columns = [...[1, 2, 3, 4, 5].map((level) => `level${level}`), ...pairs.map(([i, j]) => `both${i + 1}${j + 1}`)];
  const rows = await tx.query<Cell & { factor: string; answered: number; levels: string }>(
    sums('level', of, 'member, factor', (sum) => `${sum('answered')}::int as answered, concat_ws(' ', ${columns.map(sum).join(', ')}) as levels`),
    parameters(of),
  );
  return rows.map(({ answered, levels, ...cell }) => {
    const whole = levels.split(' ').map(BigInt);
    return { ...cell, levels: { answered, shares: whole.slice(0, 5), products: whole.slice(5) } };
  });
}

/** Which rules left visits out of the sample, and how many. */
export function excludedBy(tx: Tx, of: Asked): Promise<{ rule: string; visits: number }[]> {
  const rows = summedUp({ ...of, dimension: 'store' }) ? `csi_sample_period where span = '${of.per}' and` : `csi_sample_day where`;
  return tx.query(
    `select member as rule, sum(excluded)::int as visits from ${rows} store_id = any($1::uuid[]) and dimension = 'excluded-by' and day between $2 and $3 group by 1 order by 1`,
    [of.stores, of.from, of.to],
  );
}

/** The versions of csi.method that can bind a store; without one, those of the whole group. */
export async function methodsFor(tx: Tx, storeId: string | null): Promise<Method[]> {
  const rows = await tx.query<Method>(
    `select p.id as policy_id, p.version, p.level, p.from_at as "from", p.value
     from directory_policy p left join directory_store s on s.id = $1::uuid
     where p.kind = 'csi.method' and (p.level = 'group' or (p.level = 'store' and p.place = $1::text) or (p.level = 'brand' and s.data->'brands' ? p.place))
     order by p.from_at, p.version, p.id`,
    [storeId],
  );
  return rows.map((row) => ({ ...row, value: policyKinds['csi.method'].parse(row.value) }));
}

export async function storesOf(tx: Tx, ids: readonly string[]): Promise<Store[]> {
  const rows = await tx.query<{ data: Store }>(`select data from directory_store where id = any($1::uuid[]) order by id`, [ids]);
  return rows.map(({ data }) => data);
}
