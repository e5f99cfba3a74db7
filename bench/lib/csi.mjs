// Three years of a group's satisfaction, as hq keeps it of the facts, and the plain SQL that an analyst would ask of the same rows.

/** A store's kept facts: `perDay` visits on each day of 2023 to 2025, half of them answered, one answer in forty corrected. */
export const keptFacts = (admin, storeId, perDay) => admin.query(`
  with visit as (
    insert into csi_visit (id, store_id, version, brand, kind, advisor_id, technician_ids, delivered_at, locked_day, locked_position, survey_id, excluded_by)
    select gen_random_uuid(), $1::uuid, 1, case when random() < 0.7 then 'nova' else 'vela' end, 'maintenance', md5($1 || 'a' || floor(random() * 5))::uuid, jsonb_build_array(md5($1 || 't' || floor(random() * 8))),
      day + interval '4 hours', case when chance > 0.001 then day end, n, gen_random_uuid(), case when chance > 0.97 then 'kind-internal' end
    from (select day, n, random() as chance from generate_series('2023-01-01'::date, '2025-12-31', '1 day') as day, generate_series(1, $2::int) as n) d
    returning id, survey_id, delivered_at
  ), follow_up as (
    insert into csi_follow_up (id, store_id, version, visit_id, because, do_not_call, reached_at)
    select gen_random_uuid(), $1, 2, id, 'delivered', false, case when random() < 0.7 then delivered_at end from visit where random() < 0.95
  ), answer as (
    insert into csi_answer (id, store_id, version, survey_id, visit_id, questionnaire, questionnaire_version, channel, answers, recommend, answered_at)
    select gen_random_uuid(), $1, version, survey_id, id, 'csi-service', 1, 'call',
      (select jsonb_agg(jsonb_build_object('question', factor, 'factor', factor, 'level', 1 + floor(5 * random() ^ 2)::int, 'weight', 200)) from unnest(array['reception', 'quality', 'time', 'price', 'delivery']) as factor where id is not null),
      floor(11 * sqrt(random()))::int, delivered_at
    from (select *, random() as chance from visit) v cross join generate_series(2, 3) as version where chance < 0.5 and (version = 2 or chance < 0.5 / 40)
    returning id, answers
  )
  insert into csi_share (store_id, answer_id, factor, level1, level2, level3, level4, level5)
  select $1, id, coalesce(factor, ''), ${[1, 2, 3, 4, 5].map((level) => `count(*) filter (where level = ${level}) * 1000000 / count(*)`).join(', ')}
  from answer cross join jsonb_to_recordset(answers) as q(factor text, level int) group by grouping sets ((id, factor), (id))`, [storeId, perDay]);

/**
 * A row a year and member ('region' or 'brand'): the five figures of all questionnaires and of the stores' mean, under the seed's method. No intervals, no
 * figures of the factors, no row-level security: less than ours answers.
 */
export const plainSql = (by) => `
  with follow_up as (select visit_id, bool_or(because is not null) as planned, bool_or(reached_at is not null) as reached from csi_follow_up group by 1),
  answer as (select distinct on (survey_id) survey_id, id, recommend from csi_answer order by survey_id, version desc, id desc),
  visit as (
    select v.store_id, extract(year from coalesce(v.locked_day, (v.delivered_at at time zone (s.data->>'zone'))::date))::int as year, ${by === 'brand' ? 'v.brand' : `s.data->>'region'`} as member,
      v.locked_day is not null as locked, f.planned, f.reached or a.id is not null as reached, case when v.locked_day is not null then a.id end as answer_id, case when v.locked_day is not null then a.recommend end as recommend
    from csi_visit v join directory_store s on s.id = v.store_id left join follow_up f on f.visit_id = v.id left join answer a on a.survey_id = v.survey_id
    where v.excluded_by is null
  ),
  sample as (
    select year, member, store_id, count(*) as visits, count(answer_id) as answered, count(*) filter (where locked and planned) as planned, count(*) filter (where locked and reached) as reached,
      count(recommend) as recommended, count(*) filter (where recommend >= 9) - count(*) filter (where recommend <= 6) as promoters
    from visit group by 1, 2, 3
  ),
  factor as (
    select year, member, store_id, factor, count(*) as n, sum(level1) / 1e6 as top, sum(level1 + level2) / 1e6 as top2, sum(100::bigint * level1 + 75 * level2 + 50 * level3 + 25 * level4) / 1e6 as score
    from visit join csi_share using (store_id, answer_id) group by 1, 2, 3, 4
  ),
  weighed as (select *, case factor when 'reception' then 200 when 'quality' then 300 when 'time' then 150 when 'price' then 150 when 'delivery' then 200 end as weight from factor),
  of_store as (
    select year, member, store_id, max(top / n) filter (where factor = '') * 100 as top, max(top2 / n) filter (where factor = '') * 100 as top2, max(score / n) filter (where factor = '') as mean, 10 * sum(weight * score / n) / sum(weight) as points
    from weighed group by 1, 2, 3
  ),
  of_factor as (select year, member, factor, weight, sum(n) as n, sum(top) as top, sum(top2) as top2, sum(score) as score from weighed group by 1, 2, 3, 4),
  pooled as (
    select year, member, max(top / n) filter (where factor = '') * 100 as top, max(top2 / n) filter (where factor = '') * 100 as top2, max(score / n) filter (where factor = '') as mean, 10 * sum(weight * score / n) / sum(weight) as points
    from of_factor group by 1, 2
  )
  select year, member, sum(visits)::int as visits, sum(answered)::int as answered, sum(planned)::int as planned, sum(reached)::int as reached,
    array[p.top, p.top2, p.mean, p.points, 100 * sum(promoters) / sum(recommended)]::float8[] as pooled,
    array[avg(o.top), avg(o.top2), avg(o.mean), avg(o.points), avg(100 * promoters::numeric / nullif(recommended, 0))]::float8[] as of_stores
  from sample left join of_store o using (year, member, store_id) join pooled p using (year, member)
  group by year, member, p.top, p.top2, p.mean, p.points order by 1, 2`;
