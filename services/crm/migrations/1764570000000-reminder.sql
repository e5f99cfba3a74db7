-- Maintenance reminders (CRM-13). A booking or a service at any store makes them void, so they are the group's; store_id is the store in whose name one goes.

-- What is known of a car's next service; its row is the lock for all that plans. id is the car's.
create table maintenance (
  id                 uuid primary key,
  store_id           uuid not null,
  version            int not null,
  customer_id        uuid,
  visit_id           uuid,           -- whose hand-over told it
  delivered_at       timestamptz(3),
  next_service_on    date,
  next_service_at_km int
);
call declare_scope('maintenance', 'group');

create table maintenance_booking (
  appointment_id uuid primary key,
  vehicle_id     uuid not null,
  store_id       uuid not null,
  version        int not null,
  alive          boolean not null
);
create index maintenance_booking_alive on maintenance_booking (vehicle_id) where alive;
call declare_scope('maintenance_booking', 'group');

-- One reminder of one due date, in two stages. Alive again means a new row.
create table reminder (
  id            uuid primary key,
  store_id      uuid not null,
  version       int not null,
  vehicle_id    uuid not null,
  customer_id   uuid not null,
  visit_id      uuid not null,
  due_on        date not null,
  due_at_km     int,
  because       text not null check (because in ('date', 'mileage')),
  first_at      timestamptz(3), -- null: too late for it, or sent by an earlier one of the same visit
  again_at      timestamptz(3) not null,
  state         text not null check (state in ('planned', 'reminded', 'sent', 'void')),
  why           text,
  first_sent_at timestamptz(3),
  again_sent_at timestamptz(3),
  planned_at    timestamptz(3) not null,
  check ((state = 'void') = (why is not null))
);
create unique index reminder_open on reminder (vehicle_id) where state in ('planned', 'reminded');
create index reminder_of_visit on reminder (vehicle_id, visit_id);
create index reminder_of_store on reminder (store_id, due_on, id);
create index reminder_of_customer on reminder (customer_id) where state in ('planned', 'reminded');
call declare_scope('reminder', 'group');
