-- The one home of customers and vehicles, of names, phones and plates. Every store reads them, so their scope is the group;
-- store_id is where a file was opened.

create table customer (
  id                uuid primary key,
  store_id          uuid not null,
  version           int not null,
  name              text,
  email             text,
  address           text,
  language          text,
  preferred_channel text,
  preferred_from    text, -- the store's wall clock, '18:00'
  preferred_to      text,
  do_not_call       boolean not null default false,
  merged_into       uuid references customer,
  opened_at         timestamptz(3) not null
);
create index customer_merged on customer (merged_into) where merged_into is not null;
call declare_scope('customer', 'group');

-- In international form (+886912345678), so that equality finds it.
create table customer_phone (
  customer_id uuid not null references customer,
  number      text not null,
  kind        text not null check (kind in ('mobile', 'landline')),
  position    int not null,
  primary key (customer_id, number)
);
create index customer_phone_number on customer_phone (number);
call declare_scope('customer_phone', 'group');

-- What was said; what was not said follows the purpose: service yes, marketing no.
create table consent (
  customer_id uuid not null references customer,
  purpose     text not null check (purpose in ('service', 'marketing')),
  channel     text not null check (channel in ('phone', 'sms', 'email')),
  allowed     boolean not null,
  changed_at  timestamptz(3) not null,
  changed_by  uuid not null,
  primary key (customer_id, purpose, channel)
);
call declare_scope('consent', 'group');

create table vehicle (
  id             uuid primary key,
  store_id       uuid not null,
  version        int not null,
  vin            text,
  plate          text,
  plate_key      text, -- capitals and digits alone
  brand          text not null,
  model          text,
  market         text not null,
  use            text not null check (use in ('household', 'commercial', 'unknown')),
  sale_date      date,
  customer_id    uuid,
  contact_id     uuid,
  complete       boolean not null,
  first_visit_at timestamptz(3),
  merged_into    uuid references vehicle,
  opened_at      timestamptz(3) not null
);
create unique index vehicle_vin on vehicle (vin) where merged_into is null;
create index vehicle_plate on vehicle (plate_key) where merged_into is null;
create index vehicle_customer on vehicle (customer_id);
create index vehicle_contact on vehicle (contact_id);
create index vehicle_incomplete on vehicle (store_id, id) where not complete and merged_into is null;
call declare_scope('vehicle', 'group');

-- Later facts may still say from_id. to_id is always the file that is kept in the end.
create table file_alias (
  from_id   uuid primary key,
  to_id     uuid not null,
  of        text not null check (of in ('customer', 'vehicle')),
  merged_at timestamptz(3) not null
);
create index file_alias_to on file_alias (to_id);
call declare_scope('file_alias', 'group');

-- What happened to a car, in any store: ids and codes, no words.
create table vehicle_history (
  id          uuid primary key,
  vehicle_id  uuid not null,
  customer_id uuid,
  store_id    uuid not null,
  what        text not null,
  subject     uuid not null,
  version     int not null,
  happened_at timestamptz(3) not null,
  detail      jsonb not null,
  unique (subject, what, version)
);
create index vehicle_history_of on vehicle_history (vehicle_id, happened_at desc, id desc);
call declare_scope('vehicle_history', 'group');

create table mileage_reading (
  vehicle_id uuid not null,
  read_at    timestamptz(3) not null,
  kilometres int not null,
  primary key (vehicle_id, read_at, kilometres)
);
call declare_scope('mileage_reading', 'group');

-- Who looked at a name and a number, and why.
create table unmasking (
  id          uuid primary key,
  store_id    uuid not null,
  customer_id uuid not null,
  staff_id    uuid not null,
  reason      text not null,
  unmasked_at timestamptz(3) not null
);
create index unmasking_by on unmasking (staff_id, unmasked_at);
create index unmasking_of on unmasking (store_id, customer_id, unmasked_at);
call declare_scope('unmasking', 'store');
