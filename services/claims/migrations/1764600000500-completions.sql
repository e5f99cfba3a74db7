-- A job may go on after its completion: each time that the workshop said it is completed, with the labour it named then. When the repair ended
-- follows from these and from the agreed lines (repair.ts). Of the times before, only the newest is known: it named what is agreed.

alter table repair add column completions jsonb not null default '[]';
-- The owner sees no row of a scoped table while row-level security is forced on it.
alter table repair no force row level security;
update repair set completions = jsonb_build_array(jsonb_build_object(
  'at', to_char(completed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
  'lineIds', (select coalesce(jsonb_agg(line->'lineId'), '[]') from jsonb_array_elements(lines) as line where line->>'kind' = 'labour')
)) where completed_at is not null;
alter table repair force row level security;
alter table repair drop column completed_at;
