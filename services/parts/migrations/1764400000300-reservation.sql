-- PRT-3, PRT-4. A reservation is all that the store room holds for one holder (an appointment, then its visit); `wishes` says what is wanted
-- under which round and level and until when, the lines say what is held of it.

create table reservation (
  id                uuid primary key,
  store_id          uuid not null,
  version           int not null,
  holder_kind       text not null check (holder_kind in ('appointment', 'visit')),
  appointment_id    uuid,
  visit_id          uuid,
  repair_order      text,
  wishes            jsonb not null default '[]',
  closed            text check (closed in ('released', 'taken-over', 'delivered')),
  -- The newest fact of the holder's own topic that was heard.
  heard_version     int not null default 0,
  floor_waits_since timestamptz(3),
  unique (store_id, id)
);
call declare_scope('reservation', 'store');

create table reservation_line (
  id             uuid primary key,
  store_id       uuid not null,
  version        int not null,
  reservation_id uuid not null,
  round          int not null,
  line_id        uuid not null,
  -- What was asked for, and the number of its supersession chain that is held for it.
  wanted_number  text not null,
  part_number    text not null,
  payer          text,
  level          text not null check (level in ('soft', 'held', 'firm')),
  needed_by      timestamptz(3) not null,
  quantity       bigint not null check (quantity > 0),
  issued         bigint not null default 0 check (issued between 0 and quantity),
  returned       bigint not null default 0 check (returned between 0 and issued),
  reserved       bigint not null default 0 check (reserved between 0 and quantity - issued),
  ready          bigint not null default 0 check (ready between 0 and reserved),
  source         text check (source in ('stock', 'inbound', 'transfer', 'order')),
  eta            timestamptz(3),
  picked_at      timestamptz(3),
  -- What its holder was last told: that it is here, or when it comes, and why that moved. told_at null: nothing yet.
  told_at        timestamptz(3),
  told_ready     boolean not null default false,
  told_eta       timestamptz(3),
  eta_cause      text,
  unique (store_id, reservation_id, line_id, wanted_number),
  foreign key (store_id, reservation_id) references reservation (store_id, id),
  foreign key (store_id, part_number) references stock_card (store_id, part_number)
);
create index reservation_line_open on reservation_line (store_id, part_number) where quantity > issued;
create index reservation_line_board on reservation_line (store_id, needed_by, id) where quantity > issued;
call declare_scope('reservation_line', 'store');

create function reservation_line_add() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    call stock_card_add(old.store_id, old.part_number, 0, -old.reserved, -old.ready, 0);
  elsif tg_op = 'UPDATE' then
    if new.part_number <> old.part_number then raise exception 'a line keeps its part'; end if;
    call stock_card_add(new.store_id, new.part_number, 0, new.reserved - old.reserved, new.ready - old.ready, 0);
  else
    call stock_card_add(new.store_id, new.part_number, 0, new.reserved, new.ready, 0);
  end if;
  return null;
end $$;
create trigger add_up after insert or update or delete on reservation_line for each row execute function reservation_line_add();

-- What the floor calls the car by; forgotten with the visit.
create table visit_label (
  id       uuid primary key,
  store_id uuid not null,
  version  int not null,
  plate    text,
  key_tag  text
);
call declare_scope('visit_label', 'store');
