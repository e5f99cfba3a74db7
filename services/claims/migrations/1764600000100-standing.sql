-- Cars and where they stand by their rule pack. Group scope: every store reads, facts of every store count. A row may be a stub: a repair
-- was heard before the file.

create table vehicle (
  id           uuid primary key,
  version      int not null,
  file_version int not null,
  vin          text,
  brand        text,
  model        text,
  market       text,
  use          text not null check (use in ('household', 'commercial', 'unknown')),
  sale_date    date,
  standing     jsonb
);
create index vehicle_vin on vehicle (vin);
call declare_scope('vehicle', 'group');

-- Merged files: facts may go on saying the old id (id), which now means the other.
create table vehicle_alias (
  id    uuid primary key,
  to_id uuid not null
);
create index vehicle_alias_to on vehicle_alias (to_id);
call declare_scope('vehicle_alias', 'group');

-- Main assemblies of the catalogue, in the rule packs' words.
create table part (
  part_number text primary key,
  version     int not null,
  assembly    text
);
call declare_scope('part', 'group');

-- What was warned of, once for each step nearer: `reached` is the value or the forecast at that time.
create table standing_warning (
  id         uuid primary key,
  store_id   uuid not null,
  vehicle_id uuid not null,
  visit_id   uuid,
  limit_code text not null,
  of_code    text,
  reached    int not null,
  warned_at  timestamptz(3) not null
);
create index standing_warning_of_vehicle on standing_warning (vehicle_id, limit_code);
call declare_scope('standing_warning', 'group');
