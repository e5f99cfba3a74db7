-- The work of the job as it was last opened: what of it is other work at the next opening is to be done again.
alter table repair add column operations jsonb not null default '[]';
