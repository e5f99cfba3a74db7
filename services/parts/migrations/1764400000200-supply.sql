-- What is to come: ordered goods, planned orders, and what a sister store was asked for.

create table inbound_line (
  id          uuid primary key,
  store_id    uuid not null,
  version     int not null,
  part_number text not null,
  source      text not null check (source in ('order', 'transfer')),
  -- planned: proposed for a shortage, nobody has confirmed it; it shrinks when the need goes.
  state       text not null check (state in ('planned', 'expected', 'received', 'cancelled')),
  quantity    bigint not null check (quantity >= 0),
  received    bigint not null default 0 check (received between 0 and quantity),
  eta         timestamptz(3),
  created_at  timestamptz(3) not null,
  foreign key (store_id, part_number) references stock_card (store_id, part_number)
);
create index inbound_line_open on inbound_line (store_id, part_number) where state in ('planned', 'expected');
create index inbound_line_by_eta on inbound_line (store_id, created_at, id);
call declare_scope('inbound_line', 'store');

create function inbound_line_add() returns trigger language plpgsql as $$
declare
  before bigint := case when tg_op = 'UPDATE' and old.state in ('planned', 'expected') then old.quantity - old.received else 0 end;
  after  bigint := case when new.state in ('planned', 'expected') then new.quantity - new.received else 0 end;
begin
  call stock_card_add(new.store_id, new.part_number, 0, 0, 0, after - before);
  return null;
end $$;
create trigger add_up after insert or update on inbound_line for each row execute function inbound_line_add();

-- store_id is the sister that gives. While asked, the goods are held on her shelf; shipping takes them out of her ledger, the receipt of the
-- inbound line puts them into the other's.
create table transfer (
  id          uuid primary key,
  store_id    uuid not null,
  version     int not null,
  to_store_id uuid not null check (to_store_id <> store_id),
  inbound_id  uuid not null unique,
  part_number text not null,
  quantity    bigint not null check (quantity >= 0),
  state       text not null check (state in ('asked', 'shipped', 'cancelled')),
  asked_at    timestamptz(3) not null,
  foreign key (store_id, part_number) references stock_card (store_id, part_number)
);
create index transfer_of_store on transfer (store_id, asked_at, id);
call declare_scope('transfer', 'group');

create function transfer_add() returns trigger language plpgsql as $$
declare
  before bigint := case when tg_op = 'UPDATE' and old.state = 'asked' then old.quantity else 0 end;
  after  bigint := case when new.state = 'asked' then new.quantity else 0 end;
begin
  call stock_card_add(new.store_id, new.part_number, 0, after - before, after - before, 0);
  return null;
end $$;
create trigger add_up after insert or update on transfer for each row execute function transfer_add();
