-- What can be promised (WRK-2): hours in integer thousandths, one row per store, day and skill; bays, one row per store, day and type.
-- The rows of a day are locked before anything of that day is taken.
create table capacity (
  id            uuid primary key,
  store_id      uuid not null,
  version       int not null,
  date          date not null,
  skill         text not null,
  planned_hours int not null check (planned_hours >= 0),
  held_hours    int not null check (held_hours >= 0),
  walk_in_hours int not null check (walk_in_hours >= 0),
  unique (store_id, date, skill)
);
call declare_scope('capacity', 'store');

create table bay_day (
  id       uuid primary key,
  store_id uuid not null,
  version  int not null,
  date     date not null,
  bay_type text not null,
  bays     int not null check (bays >= 0),
  unique (store_id, date, bay_type)
);
call declare_scope('bay_day', 'store');
