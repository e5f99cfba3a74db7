-- Slots by appointment; each round of it is one hold. What a living hold takes stands in hours_take and bay_take, and goes with it.
create extension if not exists btree_gist;

create table slot (
  id           uuid primary key, -- the appointment
  store_id     uuid not null,
  version      int not null,
  kind         text not null,
  latest_round int not null,
  booked_round int,
  given_up     boolean not null,
  unique (store_id, id)
);
call declare_scope('slot', 'store');

create table slot_hold (
  id         uuid primary key,
  store_id   uuid not null,
  version    int not null,
  slot_id    uuid not null,
  round      int not null,
  state      text not null check (state in ('held', 'firm', 'refused', 'expired', 'freed', 'lost')),
  starts_at  timestamptz(3) not null,
  ends_at    timestamptz(3) not null,
  operations jsonb not null,
  made_at    timestamptz(3) not null,
  expires_at timestamptz(3),
  unique (store_id, id),
  unique (store_id, slot_id, round),
  foreign key (store_id, slot_id) references slot (store_id, id)
);
create index slot_hold_alive on slot_hold (store_id, starts_at) where state in ('held', 'firm');
call declare_scope('slot_hold', 'store');

create table hours_take (
  store_id uuid not null,
  hold_id  uuid not null,
  date     date not null,
  skill    text not null,
  hours    int not null check (hours > 0),
  primary key (store_id, hold_id, date, skill),
  foreign key (store_id, hold_id) references slot_hold (store_id, id),
  foreign key (store_id, date, skill) references capacity (store_id, date, skill)
);
create index hours_take_of_day on hours_take (store_id, date, skill);
call declare_scope('hours_take', 'store');

-- One bay, one car at a time: the last word, should a lock ever be missing.
create table bay_take (
  store_id  uuid not null,
  hold_id   uuid not null,
  bay_id    uuid not null,
  bay_type  text not null,
  starts_at timestamptz(3) not null,
  ends_at   timestamptz(3) not null check (ends_at > starts_at),
  primary key (store_id, hold_id, starts_at),
  foreign key (store_id, hold_id) references slot_hold (store_id, id),
  foreign key (store_id, bay_id) references bay (store_id, id),
  constraint one_car_a_bay exclude using gist (store_id with =, bay_id with =, tstzrange(starts_at, ends_at) with &&)
);
create index bay_take_of_store on bay_take (store_id, ends_at);
call declare_scope('bay_take', 'store');
