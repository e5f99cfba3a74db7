import type { Tx } from '@aftersales/platform/database/tx';

export interface StoreDay {
  readonly storeId: string;
  readonly day: string;
}

/**
 * Counts again, from the kept facts, the days on which these visits are locked, and `also` these. A visit stands once in each of its dimensions;
 * an excluded one is counted as excluded and as nothing else. The answer that counts is the newest of the locked survey. Who answered was
 * reached, also when the call was merged into another car's (CRM-4) and the follow-up of this one says no more. The months of these days are
 * summed up again from their days, the years from their months.
 */
export async function count(tx: Tx, visits: readonly string[], also: readonly StoreDay[] = []): Promise<void> {
  const touched = [visits, JSON.stringify(also)];
  await tx.query(forget, touched);
  await tx.query(countAgain, touched);
  await tx.query(sumUp('month', 'day'), touched);
  await tx.query(sumUp('year', 'month'), touched);
}

const pairs = [12, 13, 14, 15, 23, 24, 25, 34, 35, 45];

const touchedDays = `touched as (
    select store_id, locked_day as day from csi_visit where id = any($1::uuid[]) and locked_day is not null
    union select "storeId", day from jsonb_to_recordset($2::jsonb) as t("storeId" uuid, day date)
  )`;

/** Whose months and years are kept: what headquarters looks at over years. */
const summed = `dimension in ('store', 'brand', 'excluded-by')`;
const periodsOf = (...spans: string[]) => `period as (
    select distinct store_id, span, date_trunc(span, day::timestamp)::date as day from touched cross join unnest(array['${spans.join(`', '`)}']) as span
  )`;

const forget = `
  with ${touchedDays},
  ${periodsOf('month', 'year')},
  samples as (delete from csi_sample_period s using period p where s.span = p.span and ${summed} and s.store_id = p.store_id and s.day = p.day),
  levels as (delete from csi_level_period l using period p where l.span = p.span and ${summed} and l.store_id = p.store_id and l.day = p.day),
  sample as (delete from csi_sample_day d using touched t where d.store_id = t.store_id and d.day = t.day)
  delete from csi_level_day d using touched t where d.store_id = t.store_id and d.day = t.day`;

const countAgain = `
  with ${touchedDays},
  visit as (
    select v.store_id, v.locked_day as day, v.brand, v.advisor_id, v.technician_ids, v.excluded_by, v.excluded_by is null as asked,
      f.planned, f.do_not_call, f.reached or a.id is not null as reached, f.failed, a.id as answer_id, a.recommend, a.replaces
    from touched t
    join csi_visit v on v.store_id = t.store_id and v.locked_day = t.day
    cross join lateral (
      select count(because) > 0 as planned, coalesce(bool_or(do_not_call), false) as do_not_call, count(reached_at) > 0 as reached, count(failed_reason) > 0 as failed
      from csi_follow_up where store_id = v.store_id and visit_id = v.id) f
    left join lateral (
      select id, recommend, replaces from csi_answer where store_id = v.store_id and survey_id = v.survey_id order by version desc, id desc limit 1) a on v.excluded_by is null
  ),
  part as (
    select 'store' as dimension, '' as member, v.* from visit v
    union all select 'brand', brand, v.* from visit v where brand is not null
    union all select 'advisor', advisor_id::text, v.* from visit v where advisor_id is not null
    union all select 'technician', technician, v.* from visit v cross join lateral (select distinct jsonb_array_elements_text(technician_ids) as technician) t
    union all select 'excluded-by', excluded_by, v.* from visit v where excluded_by is not null
  ),
  sample as (
    insert into csi_sample_day
    select store_id, day, dimension, member, count(*), count(*) filter (where not asked), count(*) filter (where asked and planned), count(*) filter (where asked and do_not_call),
      count(*) filter (where asked and reached), count(*) filter (where asked and failed and not reached), count(answer_id), count(answer_id) filter (where replaces is not null),
      ${Array.from({ length: 11 }, (_, score) => `count(*) filter (where recommend = ${score})`).join(', ')}
    from part group by store_id, day, dimension, member
  )
  insert into csi_level_day
  select p.store_id, p.day, dimension, member, factor, count(*), sum(level1), sum(level2), sum(level3), sum(level4), sum(level5),
    ${pairs.map((pair) => `sum(level${Math.floor(pair / 10)}::bigint * level${pair % 10})`).join(', ')}
  from part p join csi_share s on s.store_id = p.store_id and s.answer_id = p.answer_id
  group by p.store_id, p.day, dimension, member, factor`;

const sums = (columns: readonly string[]): string => columns.map((column) => `sum(${column})`).join(', ');
const sampleSums = sums(['locked', 'excluded', 'planned', 'do_not_call', 'reached', 'failed', 'answered', 'corrected', ...Array.from({ length: 11 }, (_, score) => `recommend${score}`)]);
const levelSums = sums(['answered', ...[1, 2, 3, 4, 5].map((level) => `level${level}`), ...pairs.map((pair) => `both${pair}`)]);

function sumUp(span: 'month' | 'year', of: 'day' | 'month'): string {
  const [source, isOne] = of === 'day' ? ['day', 'true'] : ['period', `d.span = '${of}'`];
  const within = `${isOne} and ${summed} and d.store_id = p.store_id and d.day >= p.day and d.day < p.day + interval '1 ${span}'`;
  return `
  with ${touchedDays},
  ${periodsOf(span)},
  sample as (
    insert into csi_sample_period
    select '${span}', d.store_id, p.day, dimension, member, ${sampleSums} from period p join csi_sample_${source} d on ${within} group by d.store_id, p.day, dimension, member
  )
  insert into csi_level_period
  select '${span}', d.store_id, p.day, dimension, member, factor, ${levelSums} from period p join csi_level_${source} d on ${within} group by d.store_id, p.day, dimension, member, factor`;
}
