-- Bays and technicians of a store (WRK-1): what its capacity is planned from.

-- One row a store. Whoever changes what the floor can do holds it for update, whoever takes a slot holds it for share: a plan sees no half-made hold.
create table floor (
  id            uuid primary key,
  store_id      uuid not null check (store_id = id),
  version       int not null,
  planned_until date not null
);
call declare_scope('floor', 'store');

create table bay (
  id        uuid primary key,
  store_id  uuid not null,
  version   int not null,
  name      text not null,
  bay_type  text not null,
  equipment jsonb not null,
  in_use    boolean not null,
  unique (store_id, id),
  unique (store_id, name)
);
call declare_scope('bay', 'store');

create table bay_outage (
  id       uuid primary key,
  store_id uuid not null,
  bay_id   uuid not null,
  from_at  timestamptz(3) not null,
  to_at    timestamptz(3) not null check (to_at > from_at),
  reason   text not null,
  foreign key (store_id, bay_id) references bay (store_id, id)
);
create index bay_outage_of_bay on bay_outage (store_id, bay_id, to_at);
call declare_scope('bay_outage', 'store');

create table technician (
  id       uuid primary key,
  store_id uuid not null,
  version  int not null,
  staff_id uuid not null,
  grade    int not null check (grade between 1 and 5),
  skills   jsonb not null, -- [{skill, percent}]: percent of the hours planned as this skill; 0 is able, not planned
  shift    jsonb,          -- week of intervals; null works the workshop's hours
  active   boolean not null,
  unique (store_id, id),
  unique (store_id, staff_id)
);
call declare_scope('technician', 'store');

create table absence (
  id            uuid primary key,
  store_id      uuid not null,
  technician_id uuid not null,
  from_at       timestamptz(3) not null,
  to_at         timestamptz(3) not null check (to_at > from_at),
  reason        text not null,
  foreign key (store_id, technician_id) references technician (store_id, id)
);
create index absence_of_technician on absence (store_id, technician_id, to_at);
call declare_scope('absence', 'store');
