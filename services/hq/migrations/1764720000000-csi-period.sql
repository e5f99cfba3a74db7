-- HQ-2. Months and years of the same days, for what headquarters asks most: the store, its brands, and what was left out. `day` is the
-- first of the period. A touched month is summed up again whole from its days, its year from its months, in the same transaction.
create table csi_sample_period (span text not null check (span in ('month', 'year')), like csi_sample_day, primary key (span, dimension, store_id, day, member));
call declare_scope('csi_sample_period', 'store');

create table csi_level_period (span text not null check (span in ('month', 'year')), like csi_level_day, primary key (span, dimension, store_id, day, member, factor));
call declare_scope('csi_level_period', 'store');

-- The owner sees no row of a scoped table while row-level security is forced on it.
alter table csi_sample_day no force row level security;
alter table csi_level_day no force row level security;
alter table csi_sample_period no force row level security;
alter table csi_level_period no force row level security;
insert into csi_sample_period
select span, store_id, date_trunc(span, day::timestamp)::date, dimension, member, sum(locked), sum(excluded), sum(planned), sum(do_not_call), sum(reached), sum(failed), sum(answered), sum(corrected),
  sum(recommend0), sum(recommend1), sum(recommend2), sum(recommend3), sum(recommend4), sum(recommend5), sum(recommend6), sum(recommend7), sum(recommend8), sum(recommend9), sum(recommend10)
from csi_sample_day cross join unnest(array['month', 'year']) as span where dimension in ('store', 'brand', 'excluded-by') group by 1, 2, 3, 4, 5;

insert into csi_level_period
select span, store_id, date_trunc(span, day::timestamp)::date, dimension, member, factor, sum(answered), sum(level1), sum(level2), sum(level3), sum(level4), sum(level5),
  sum(both12), sum(both13), sum(both14), sum(both15), sum(both23), sum(both24), sum(both25), sum(both34), sum(both35), sum(both45)
from csi_level_day cross join unnest(array['month', 'year']) as span where dimension in ('store', 'brand') group by 1, 2, 3, 4, 5, 6;
alter table csi_sample_day force row level security;
alter table csi_level_day force row level security;
alter table csi_sample_period force row level security;
alter table csi_level_period force row level security;
