-- Whether the maker pays, asked before consent for each estimate version with warranty lines (CLM-11).

create table coverage (
  id               uuid primary key,
  store_id         uuid not null,
  version          int not null,
  visit_id         uuid not null,
  vehicle_id       uuid not null,
  repair_order     text not null,
  brand            text not null,
  estimate_version int not null,
  mileage          int not null,
  lines            jsonb not null,
  state            text not null check (state in ('asked', 'assessed', 'awaiting-maker', 'decided', 'superseded')),
  decision         jsonb not null,
  assessed_by      uuid,
  confirmed_by     uuid,
  sent_back_for    text,
  pre_approval     text,
  asked_at         timestamptz(3) not null,
  decided_at       timestamptz(3),
  valid_until      timestamptz(3),
  unique (store_id, visit_id, estimate_version)
);
create index coverage_list on coverage (store_id, id);
call declare_scope('coverage', 'store');
