create table parcel (
  id       uuid primary key,
  store_id uuid not null,
  version  int not null,
  state    text not null check (state in ('packed', 'sent', 'lost')),
  note     text not null default ''
);
call declare_scope('parcel', 'store');

-- What the sample's consumer heard, in order: an effect that would show a double, a loss or a wrong order.
create table parcel_heard (
  n         bigint generated always as identity primary key,
  store_id  uuid not null,
  parcel_id uuid not null,
  step      int not null,
  stores    uuid[] -- in whose scope
);
call declare_scope('parcel_heard', 'store');

create table parcel_rung (
  n         bigint generated always as identity primary key,
  store_id  uuid not null,
  parcel_id uuid not null,
  at        timestamptz(3) not null
);
call declare_scope('parcel_rung', 'store');
