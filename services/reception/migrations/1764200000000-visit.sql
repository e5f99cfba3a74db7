-- The visit: from the gate to the hand-over (REC-12..14, 19, 21).

create table visit (
  id                uuid primary key,
  store_id          uuid not null,
  version           int not null,
  state             text not null check (state in ('arrived', 'opened', 'in-work', 'completed', 'ready', 'delivered', 'left')),
  how               text not null check (how in ('gate', 'plate', 'desk')),
  late              boolean not null,
  waiting           boolean not null,
  arrived_at        timestamptz(3) not null,
  appointment_id    uuid,
  customer_id       uuid,
  vehicle_id        uuid,
  contact_id        uuid,
  -- What the papers of this visit print and the floor calls the car by; the file is crm's.
  plate             text,
  key_tag           text,
  kind              text,
  brand             text,
  repair_order      text,
  -- What was booked: concern, operations and parts, to start the sheet and the estimate from.
  booked            jsonb,
  sheet             jsonb,
  mileage           int,
  mileage_corrected boolean not null default false,
  signature_id      uuid,
  advisor_id        uuid,
  opened_at         timestamptz(3),
  -- All lines with consent up to now, as they were consented to.
  authorised        jsonb not null default '[]',
  promised_at       timestamptz(3),
  warned_at         timestamptz(3),
  completed_at      timestamptz(3),
  ready_at          timestamptz(3),
  settled_at        timestamptz(3),
  delivered_at      timestamptz(3),
  handover          jsonb,
  unique (store_id, id),
  unique (store_id, appointment_id),
  unique (store_id, repair_order)
);
create unique index visit_here on visit (store_id, vehicle_id) where state not in ('delivered', 'left');
create index visit_board on visit (store_id, arrived_at, id);
create index visit_plate on visit (store_id, plate, arrived_at) where plate is not null;
call declare_scope('visit', 'store');

-- 工單號: counted per store and day.
create table repair_order_count (
  store_id uuid not null,
  day      date not null,
  n        int not null,
  primary key (store_id, day)
);
call declare_scope('repair_order_count', 'store');

-- What the floor says about the visit's job, folded into one picture (floor.ts).
create table visit_job (
  id       uuid primary key,
  store_id uuid not null,
  version  int not null,
  visit_id uuid not null,
  floor    jsonb not null,
  unique (store_id, visit_id)
);
call declare_scope('visit_job', 'store');

-- Cars as crm knows them, and the highest mileage that any desk of the group has read: what check-in pre-fills.
create table visit_vehicle (
  id              uuid primary key,
  vehicle_version int not null,
  vin             text,
  brand           text,
  model           text,
  market          text,
  customer_id     uuid,
  contact_id      uuid,
  mileage         int,
  mileage_at      timestamptz(3)
);
create index visit_vehicle_vin on visit_vehicle (vin);
call declare_scope('visit_vehicle', 'group');

-- Files that were one (crm.files-merged): facts and rows may still say from_id, it is read as to_id.
create table visit_alias (
  from_id uuid primary key,
  to_id   uuid not null
);
call declare_scope('visit_alias', 'group');

-- Moves of the promised time, with the contact that told the customer (REC-19).
create table promise_move (
  id          uuid primary key,
  store_id    uuid not null,
  version     int not null,
  visit_id    uuid not null,
  before_at   timestamptz(3) not null,
  promised_at timestamptz(3) not null,
  cause       text not null,
  how         text not null,
  told_at     timestamptz(3) not null,
  note        text,
  moved_by    uuid not null,
  foreign key (store_id, visit_id) references visit (store_id, id)
);
create index promise_move_visit on promise_move (store_id, visit_id, id);
call declare_scope('promise_move', 'store');
