-- What is billed to whom, what came in, and what the store room has handed out and taken back (REC-20, REC-21).

create table settlement (
  id             uuid primary key,
  store_id       uuid not null,
  version        int not null,
  visit_id       uuid not null,
  currency       text not null,
  lines          jsonb not null,
  shares         jsonb not null,
  left_out       jsonb not null,
  signature_id   uuid not null,
  settled_by     uuid not null,
  settled_at     timestamptz(3) not null,
  -- The car may go although the customer's share is open.
  released_by    uuid,
  released_at    timestamptz(3),
  release_reason text,
  unique (store_id, visit_id),
  foreign key (store_id, visit_id) references visit (store_id, id)
);
call declare_scope('settlement', 'store');

-- Amounts in minor units of the settlement's currency. `rounding`: what cash rounding let go of the share (negative: took more).
create table payment (
  id          uuid primary key,
  store_id    uuid not null,
  version     int not null,
  visit_id    uuid not null,
  payer       text not null check (payer in ('customer', 'warranty', 'insurer', 'internal', 'goodwill')),
  method      text not null check (method in ('cash', 'card', 'transfer', 'mobile', 'insurer')),
  amount      bigint not null check (amount >= 0),
  change      bigint not null check (change >= 0),
  rounding    bigint not null,
  refunded    bigint not null default 0 check (refunded between 0 and amount),
  reference   text,
  cashier_id  uuid not null,
  received_at timestamptz(3) not null,
  unique (store_id, id),
  foreign key (store_id, visit_id) references visit (store_id, id)
);
create index payment_visit on payment (store_id, visit_id, id);
call declare_scope('payment', 'store');

create table refund (
  id          uuid primary key,
  store_id    uuid not null,
  version     int not null,
  payment_id  uuid not null,
  amount      bigint not null check (amount > 0),
  approver_id uuid not null,
  reason      text not null,
  refunded_at timestamptz(3) not null,
  foreign key (store_id, payment_id) references payment (store_id, id)
);
create index refund_payment on refund (store_id, payment_id);
call declare_scope('refund', 'store');

-- Issued (+) and returned (−), thousandths; the visit may be told of later.
create table part_movement (
  id             uuid primary key,
  store_id       uuid not null,
  version        int not null,
  visit_id       uuid not null,
  requisition_id uuid not null,
  line_id        uuid not null,
  part_number    text not null,
  quantity       int not null check (quantity <> 0),
  moved_at       timestamptz(3) not null
);
create index part_movement_visit on part_movement (store_id, visit_id, line_id);
call declare_scope('part_movement', 'store');

create table visit_old_part (
  id       uuid primary key,
  store_id uuid not null,
  version  int not null,
  visit_id uuid not null,
  line_id  uuid not null,
  custody  text not null check (custody in ('claims', 'customer', 'core', 'scrap'))
);
create index visit_old_part_visit on visit_old_part (store_id, visit_id);
call declare_scope('visit_old_part', 'store');
