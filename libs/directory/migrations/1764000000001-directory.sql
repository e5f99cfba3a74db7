-- This service's own copy of the group's stores, calendars, policies and staff, from hq's compacted topics. Whole state each time.

create table directory_store (
  id      uuid primary key,
  version int not null,
  data    jsonb not null
);
call declare_scope('directory_store', 'group');

create table directory_calendar (
  id       uuid primary key,
  store_id uuid not null,
  desk     text not null,
  version  int not null,
  calendar jsonb not null,
  unique (store_id, desk)
);
call declare_scope('directory_calendar', 'group');

-- Every version: a policy published for tomorrow leaves today's in force.
create table directory_policy (
  id        uuid not null,
  version   int not null,
  kind      text not null,
  level     text not null check (level in ('group', 'brand', 'store')),
  place     text not null, -- store id, brand, or '' for the group
  value     jsonb not null,
  on_open   text not null check (on_open in ('keep', 're-plan')),
  from_at   timestamptz(3) not null,
  primary key (id, version)
);
create index directory_policy_kind on directory_policy (kind, level, place, from_at);
call declare_scope('directory_policy', 'group');

create table directory_post (
  staff_id uuid not null,
  n        int not null,
  role     text not null,
  store_id uuid,
  from_at  timestamptz(3) not null,
  to_at    timestamptz(3),
  primary key (staff_id, n)
);
call declare_scope('directory_post', 'group');

create table directory_staff (
  id      uuid primary key,
  version int not null
);
call declare_scope('directory_staff', 'group');
