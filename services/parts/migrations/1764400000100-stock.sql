-- PRT-2, PRT-3. One card per store and part. Its sums are written by nobody: the ledger, the reservations, the inbound lines and the sisters'
-- requests each add their share by trigger, so on-hand *is* the sum of the ledger, and the checks below hold under any concurrency.
-- Every store reads every card (sister stores' stock); quantities are thousandths of the part's unit.

create table stock_card (
  id          uuid primary key,
  store_id    uuid not null,
  version     int not null default 1,
  part_number text not null,
  on_hand     bigint not null default 0,
  reserved    bigint not null default 0,
  -- The share of `reserved` that lies on the shelf for its holder.
  ready       bigint not null default 0,
  inbound     bigint not null default 0,
  next_eta    timestamptz(3),
  -- The version that the group was last told (availability-changed).
  told_version int not null default 0,
  -- 四號定位
  warehouse   text,
  rack        text,
  level       text,
  bin         text,
  unique (store_id, part_number),
  constraint on_hand_never_below_zero check (on_hand >= 0),
  constraint reserved_within_supply check (reserved >= 0 and inbound >= 0 and reserved <= on_hand + inbound),
  constraint ready_lies_on_the_shelf check (ready >= 0 and ready <= on_hand and ready <= reserved)
);
create index stock_card_of_part on stock_card (part_number, store_id);
call declare_scope('stock_card', 'group');

create function stock_card_guard() returns trigger language plpgsql as $$
begin
  if pg_trigger_depth() > 1 then return new; end if;
  if not coalesce(new.store_id = any(app_stores()), false) then raise exception 'a card is written by its own store'; end if;
  if tg_op = 'INSERT' then
    if (new.on_hand, new.reserved, new.ready, new.inbound) <> (0, 0, 0, 0) then raise exception 'a card begins empty'; end if;
  elsif (new.on_hand, new.reserved, new.ready, new.inbound) <> (old.on_hand, old.reserved, old.ready, old.inbound) then
    raise exception 'the sums of a card come from its ledger, reservations and inbound lines';
  end if;
  return new;
end $$;
create trigger guard before insert or update on stock_card for each row execute function stock_card_guard();

create procedure stock_card_add(store uuid, part text, more_on_hand bigint, more_reserved bigint, more_ready bigint, more_inbound bigint) language plpgsql as $$
begin
  if (more_on_hand, more_reserved, more_ready, more_inbound) = (0, 0, 0, 0) then return; end if;
  update stock_card set on_hand = on_hand + more_on_hand, reserved = reserved + more_reserved, ready = ready + more_ready, inbound = inbound + more_inbound, version = version + 1
  where store_id = store and part_number = part;
  if not found then raise exception 'no card for part % in store %', part, store; end if;
end $$;

-- The ledger: append-only, also for the service itself.
create table stock_move (
  id          uuid primary key,
  store_id    uuid not null,
  version     int not null default 1,
  part_number text not null,
  quantity    bigint not null check (quantity <> 0),
  reason      text not null check (reason in ('opening', 'receipt', 'issue', 'return', 'transfer-out')),
  -- The requisition, inbound line or transfer it came with.
  about       uuid,
  staff_id    uuid not null,
  moved_at    timestamptz(3) not null,
  foreign key (store_id, part_number) references stock_card (store_id, part_number)
);
create index stock_move_of_card on stock_move (store_id, part_number, id);
call declare_scope('stock_move', 'store');
do $$ begin
  execute format('revoke update, delete on stock_move from %I, %I', current_database() || '_service', current_database() || '_system');
end $$;

create function stock_move_add() returns trigger language plpgsql as $$
begin
  call stock_card_add(new.store_id, new.part_number, new.quantity, 0, 0, 0);
  return null;
end $$;
create trigger add_up after insert on stock_move for each row execute function stock_move_add();
