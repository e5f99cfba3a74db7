-- One visit's repair as the payer sees it, gathered from reception, workshop and parts; what is not yet known is null. Group scope: a car's
-- history counts in every store (CLM-1). id is the visit's id.

create table repair (
  id               uuid primary key,
  store_id         uuid not null,
  version          int not null,
  zone             text not null,
  vehicle_id       uuid,
  repair_order     text,
  brand            text,
  mileage          int,
  estimate_version int not null default 0,
  lines            jsonb not null default '[]',
  agreed_at        timestamptz(3),
  agreed_on        date,
  promised_at      timestamptz(3),
  settled          jsonb,
  completed_at     timestamptz(3),
  unfinished       jsonb not null default '[]',
  replaced         jsonb not null default '[]',
  diagnosed        jsonb not null default '[]',
  checks           jsonb not null default '[]',
  found            jsonb not null default '[]',
  photos           jsonb not null default '[]',
  waiting          jsonb not null default '[]',
  tags             jsonb not null default '[]',
  excluded         jsonb not null default '[]'
);
create index repair_of_vehicle on repair (vehicle_id, agreed_at);
create index repair_replaced on repair using gin (replaced jsonb_path_ops);
call declare_scope('repair', 'group');
