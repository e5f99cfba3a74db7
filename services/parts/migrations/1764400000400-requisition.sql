-- PRT-5. Who signed what, line by line; nothing is issued without it.

create table requisition (
  id               uuid primary key,
  store_id         uuid not null,
  version          int not null,
  reservation_id   uuid not null,
  state            text not null check (state in ('signed', 'countersigned', 'issued', 'withdrawn')),
  -- [{ lineId, partNumber, quantity, returned, warranty, oldPart }]
  lines            jsonb not null,
  exempt_policy    text not null,
  exempt_version   int not null,
  technician_id    uuid not null,
  advisor_id       uuid,
  claims_clerk_id  uuid,
  keeper_id        uuid,
  signed_at        timestamptz(3) not null,
  countersigned_at timestamptz(3),
  issued_at        timestamptz(3),
  constraint two_people check (advisor_id <> technician_id),
  constraint papers_before_goods check (state <> 'issued' or (advisor_id is not null and issued_at is not null)),
  unique (store_id, id),
  foreign key (store_id, reservation_id) references reservation (store_id, id)
);
create index requisition_of_visit on requisition (store_id, reservation_id);
create index requisition_by_time on requisition (store_id, signed_at, id);
call declare_scope('requisition', 'store');

create table old_part (
  id             uuid primary key,
  store_id       uuid not null,
  version        int not null,
  requisition_id uuid not null,
  line_id        uuid not null,
  part_number    text not null,
  quantity       bigint not null check (quantity > 0),
  payer          text not null,
  tag            text not null,
  custody        text not null check (custody in ('claims', 'customer', 'core', 'scrap')),
  technician_id  uuid not null,
  keeper_id      uuid not null,
  handed_in_at   timestamptz(3) not null,
  unique (store_id, tag),
  unique (store_id, requisition_id, line_id),
  foreign key (store_id, requisition_id) references requisition (store_id, id)
);
call declare_scope('old_part', 'store');

-- A line without its old part: who let it pass and why. The reason stays here.
create table old_part_exception (
  id             uuid primary key,
  store_id       uuid not null,
  version        int not null,
  requisition_id uuid not null,
  line_id        uuid not null,
  approver_id    uuid not null,
  reason         text not null,
  approved_at    timestamptz(3) not null,
  unique (store_id, requisition_id, line_id),
  foreign key (store_id, requisition_id) references requisition (store_id, id)
);
call declare_scope('old_part_exception', 'store');
