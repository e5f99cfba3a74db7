-- Claims to the maker, one for a visit's warranty lines (CLM-4). Lines carry the maker's answer and, when rejected, their new payer.

create table claim (
  id                 uuid primary key,
  store_id           uuid not null,
  version            int not null,
  visit_id           uuid not null,
  vehicle_id         uuid not null,
  number             text not null,
  repair_order       text not null,
  state              text not null check (state in ('draft', 'checked', 'submitted', 'returned', 'accepted', 'partly-accepted', 'rejected', 'paid', 'paid-short', 'archived', 'dropped')),
  submission         int not null,
  lines              jsonb not null,
  payments           jsonb not null,
  photos             jsonb not null,
  no_old_part        jsonb not null,
  note               text,
  return_reason      text,
  short_reason       text,
  submitted_by       uuid,
  submit_by          timestamptz(3),
  first_submitted_at timestamptz(3),
  decided_at         timestamptz(3),
  made_at            timestamptz(3) not null,
  unique (store_id, id),
  unique (store_id, visit_id),
  unique (store_id, number)
);
create index claim_repair_order on claim (store_id, repair_order);
create index claim_vehicle on claim (store_id, vehicle_id);
create index claim_decided on claim (store_id, decided_at);
call declare_scope('claim', 'store');

-- What the maker said, each call once by its id; what overtook something else waits here until it can be applied.
create table maker_news (
  id         uuid primary key,
  store_id   uuid not null,
  claim_id   uuid not null,
  webhook_id text not null,
  news       jsonb not null,
  arrived_at timestamptz(3) not null,
  applied_at timestamptz(3),
  ignored    text,
  unique (store_id, webhook_id),
  foreign key (store_id, claim_id) references claim (store_id, id)
);
create index maker_news_of_claim on maker_news (store_id, claim_id, id);
call declare_scope('maker_news', 'store');
