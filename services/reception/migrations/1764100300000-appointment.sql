-- A promised slot (REC-1..7, 9). The appointment's row is the lock of everything about it: rounds, questions, tasks, timers.

create table appointment (
  id               uuid primary key,
  store_id         uuid not null,
  version          int not null,
  state            text not null check (state in ('requested', 'booked', 'confirmed', 'arrived', 'released')),
  kind             text not null,
  channel          text not null,
  customer_id      uuid not null,
  vehicle_id       uuid not null,
  brand            text not null,
  concern          text not null, -- in the customer's own words
  requested_by     uuid not null,
  requested_at     timestamptz(3) not null,
  replied_at       timestamptz(3),
  advisor_id       uuid,
  replaces         uuid,
  round            int not null, -- the newest
  booked_round     int,
  slot_starts_at   timestamptz(3),
  slot_ends_at     timestamptz(3),
  plan             jsonb, -- when to ask, to call, to give up: by the policies of the day it was booked
  ask_id           uuid,
  asked_at         timestamptz(3),
  message          text check (message in ('sent', 'failed')),
  confirmed_at     timestamptz(3),
  trouble          jsonb, -- what the store can not keep, until the customer was told
  cause            text check (cause in ('refused', 'cancelled', 'declined', 'no-show', 'store-cannot')),
  detail           text,
  released_at      timestamptz(3),
  parts_held_until timestamptz(3),
  arrived_at       timestamptz(3),
  late             boolean not null default false,
  unique (store_id, id),
  foreign key (store_id, replaces) references appointment (store_id, id),
  check (state not in ('booked', 'confirmed') or (booked_round is not null and slot_starts_at is not null and plan is not null)),
  check ((state = 'released') = (cause is not null))
);
create index appointment_slot on appointment (store_id, slot_starts_at, id) where slot_starts_at is not null;
create index appointment_vehicle on appointment (store_id, vehicle_id);
call declare_scope('appointment', 'store');

-- Each attempt at a slot: the wish, both answers, what was read back.
create table appointment_round (
  id              uuid primary key,
  store_id        uuid not null,
  version         int not null,
  appointment_id  uuid not null,
  round           int not null,
  state           text not null check (state in ('asked', 'held', 'refused', 'booked', 'freed')),
  starts_at       timestamptz(3) not null,
  operations      jsonb not null,
  parts           jsonb not null,
  parts_by        timestamptz(3) not null,
  asked_at        timestamptz(3) not null,
  silent_from     timestamptz(3) not null,
  workshop_answer jsonb,
  parts_answer    jsonb,
  estimate        jsonb,
  unique (store_id, appointment_id, round),
  foreign key (store_id, appointment_id) references appointment (store_id, id)
);
create index appointment_round_wish on appointment_round (store_id, starts_at);
call declare_scope('appointment_round', 'store');
