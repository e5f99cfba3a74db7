-- What the other services have said and the desk wants to see at once (REC-2). Written by their facts alone; older versions change nothing.

create table capacity_day (
  store_id      uuid not null,
  date          date not null,
  skill         text not null,
  version       int not null,
  planned_hours int not null,
  free_hours    int not null,
  primary key (store_id, date, skill)
);
call declare_scope('capacity_day', 'store');

create table bay_day (
  store_id uuid not null,
  date     date not null,
  bay_type text not null,
  version  int not null,
  bays     int not null,
  taken    jsonb not null,
  primary key (store_id, date, bay_type)
);
call declare_scope('bay_day', 'store');

-- Every desk sees the sister stores' stock.
create table part_stock (
  store_id    uuid not null,
  part_number text not null,
  version     int not null,
  on_hand     int not null,
  free        int not null,
  inbound     int not null,
  next_eta    timestamptz(3),
  primary key (part_number, store_id)
);
call declare_scope('part_stock', 'group');

create table vehicle_standing (
  vehicle_id uuid primary key,
  version    int not null,
  data       jsonb not null
);
call declare_scope('vehicle_standing', 'group');

-- What a customer said no to, in any store, until it was done after all.
create table declined_line (
  line_id     uuid primary key,
  store_id    uuid not null,
  visit_id    uuid not null,
  vehicle_id  uuid not null,
  line        jsonb not null,
  declined_at timestamptz(3) not null,
  done        boolean not null default false
);
create index declined_line_open on declined_line (vehicle_id) where not done;
call declare_scope('declined_line', 'group');
