import { uuidv7 } from './ours.mjs';
import { percentile, demand } from './rounds.mjs';

/** Whose timers they are: a group's calls that are due at nine are those of many branches. */
export const manyStores = Array.from({ length: 40 }, () => uuidv7());

/** The sweep comes every 5 s and rings for what is due within 15: so far ahead, it has seen what is written here. */
export const aheadMs = 5_500;

/** `n` timers that are due in a month, so that the few which are due now have company. */
export const pending = (admin, n) => admin.query(`insert into timer (kind, subject, due_at, ring_at) select 'parcel.remind', gen_random_uuid(), due, due
  from (select now() + interval '30 days' + i * interval '1 ms' as due from generate_series(1, $1::int) i) t`, [n]);

/** `n` parcels of 40 stores whose timers are due `inMs` from now, each `everyMs` after the one before. @returns the first due instant */
export async function due(admin, n, inMs, everyMs = 0) {
  const { rows } = await admin.query(`with at as (select date_trunc('milliseconds', clock_timestamp()) + $3::int * interval '1 ms' as first),
    p as (insert into parcel (id, store_id, version, state) select gen_random_uuid(), ($1::uuid[])[1 + i % cardinality($1::uuid[])], 1, 'packed' from generate_series(1, $2::int) i returning id, store_id),
    d as (select id, store_id, first, first + (row_number() over () - 1) * $4::int * interval '1 ms' as due from p, at),
    t as (insert into timer (kind, subject, due_at, ring_at, store_id) select 'parcel.remind', id, due, due, store_id from d), w as (insert into bench_due select id, due from d)
    select first from at`, [manyStores, n, inMs, everyMs]);
  return rows[0].first;
}

export const prepare = (admin) => admin.query('create unlogged table bench_due (id uuid primary key, due timestamptz not null)');

/** Waits until all that was due has its effect, each once. @returns lag from the due instant to the effect's commit, ms: p99, most; and its last commit */
export async function effects(admin, limitMs = 120_000) {
  for (const end = Date.now() + limitMs; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const { rows: [left] } = await admin.query('select (select count(*) from bench_due)::int - (select count(distinct parcel_id) from parcel_rung)::int as n');
    if (left.n <= 0) break;
    demand(Date.now() < end, `${left.n} timers had no effect`);
  }
  const { rows } = await admin.query(`select extract(epoch from pg_xact_commit_timestamp(r.xmin) - d.due)::float8 * 1000 as lag, pg_xact_commit_timestamp(r.xmin) as at, r.parcel_id from parcel_rung r join bench_due d on d.id = r.parcel_id`);
  const { rows: [{ n }] } = await admin.query('select count(*)::int as n from bench_due');
  demand(rows.length === n, `${rows.length} effects of ${n} timers`);
  const lags = rows.map(({ lag }) => lag);
  demand(Math.min(...lags.slice(0, 50_000)) >= -1, 'one had its effect before it was due');
  await admin.query('truncate bench_due, parcel_rung');
  return { p99: percentile(lags, 0.99), most: percentile(lags, 1), last: new Date(Math.max(...rows.map(({ at }) => at.getTime()))), n };
}
