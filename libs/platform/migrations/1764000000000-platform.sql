-- What every service's database holds beside its own tables. Scopes: store (row-level security by store), group (every store reads,
-- the home service writes), platform (reached only through the platform's own doors), owner (services only read it). A catalogue test fails on a table without one.

create function app_now() returns timestamptz(3) language sql stable parallel safe
  as $$ select nullif(current_setting('app.now', true), '')::timestamptz(3) $$;

create function app_stores() returns uuid[] language sql stable parallel safe
  as $$ select string_to_array(nullif(current_setting('app.stores', true), ''), ',')::uuid[] $$;

-- The demo clock's offset, which only grows. Empty in production: a service refuses to start there when it is not.
create table clock_shift (
  only_row boolean primary key default true check (only_row),
  shift    interval not null check (shift >= interval '0')
);

create function app_clock() returns timestamptz(3) language sql stable
  as $$ select date_trunc('milliseconds', now() + coalesce((select shift from clock_shift), interval '0'))::timestamptz(3) $$;

-- The opening statement of every transaction: stores, clock, and the transaction id, taken before any outbox id is drawn
-- (Relay.tla: XidFirst), and one now for all of it (Timer.tla: OneNow). A transaction that only reads takes no id.
create function app_open(stores text, writes boolean, out now timestamptz(3)) language plpgsql as $$
begin
  now := app_clock();
  perform set_config('app.stores', stores, true), set_config('app.now', now::text, true);
  if writes then perform pg_current_xact_id(); end if;
end $$;

create procedure declare_scope(tbl regclass, scope text) language plpgsql as $$
declare
  service text := current_database() || '_service';
  system  text := current_database() || '_system';
begin
  execute format('comment on table %s is %L', tbl, 'scope: ' || scope);
  execute format('grant select on %s to %I, %I', tbl, service, system);
  if scope = 'owner' then return; end if;
  execute format('grant insert, update, delete on %s to %I, %I', tbl, service, system);
  if scope = 'platform' then return; end if;
  if scope not in ('store', 'group') then raise exception 'unknown scope %', scope; end if;
  execute format('alter table %s enable row level security', tbl);
  execute format('alter table %s force row level security', tbl);
  execute format('create policy across_stores on %s to %I using (true) with check (true)', tbl, system);
  if scope = 'store' then
    -- In a subquery of its own the list is read once a statement and not once a row: with 1,000 stores that is 30 s against 1 s.
    execute format('create policy own_stores on %s to %I using (store_id = any((select app_stores())::uuid[])) with check (store_id = any((select app_stores())::uuid[]))', tbl, service);
  else
    execute format('create policy whole_group on %s to %I using (true) with check (true)', tbl, service);
  end if;
end $$;

call declare_scope('clock_shift', 'owner');

create table outbox (
  id         bigint generated always as identity (cache 1) primary key, -- Relay.tla: CacheOne
  topic      text not null,
  key        text not null,
  store_id   uuid,
  envelope   text not null,
  written_at timestamptz(3) not null default clock_timestamp()
);
call declare_scope('outbox', 'platform');

-- consumer + event: what was already applied here. 30 days (policy), then purged in batches.
create table inbox (
  consumer text not null,
  event_id text not null,
  digest   text not null,
  store_id uuid,
  noted_at timestamptz(3) not null default clock_timestamp(),
  primary key (consumer, event_id)
);
create index inbox_noted_at on inbox (noted_at);
call declare_scope('inbox', 'platform');

-- The lock that parking and replaying hold (docs/model/Consumer); it exists while the key has a dead or parked fact.
create table dead_key (
  consumer text not null,
  topic    text not null,
  key      text not null,
  primary key (consumer, topic, key)
);
call declare_scope('dead_key', 'platform');

create table dead_letter (
  id        bigint generated always as identity primary key,
  consumer  text not null,
  topic     text not null,
  key       text not null,
  partition int not null,
  "offset"  bigint not null,
  event_id  text not null,
  type      text,
  store_id  uuid,
  payload   text not null,
  reason    text not null,
  state     text not null check (state in ('dead', 'parked', 'replayed', 'discarded')),
  noted_at  timestamptz(3) not null default clock_timestamp(),
  closed_at timestamptz(3),
  closed_by text,
  unique (consumer, event_id, "offset", partition)
);
create index dead_letter_open on dead_letter (consumer, topic, key, id) where state in ('dead', 'parked');
call declare_scope('dead_letter', 'platform');

-- Open timers only: a fired or cancelled one is gone. due_at is the promise, ring_at when to look next (later only after a failed try).
create table timer (
  kind        text not null,
  subject     uuid not null,
  due_at      timestamptz(3) not null,
  ring_at     timestamptz(3) not null,
  store_id    uuid,
  traceparent text,
  attempts    int not null default 0,
  last_error  text,
  primary key (kind, subject)
);
create index timer_ring_at on timer (ring_at);
call declare_scope('timer', 'platform');

create table idempotency (
  actor      text not null,
  store_id   text not null,
  operation  text not null,
  key        text not null,
  body_hash  text not null,
  status     int not null,
  answer     text not null,
  etag       text,
  noted_at   timestamptz(3) not null default clock_timestamp(),
  primary key (actor, store_id, operation, key)
);
create index idempotency_noted_at on idempotency (noted_at);
call declare_scope('idempotency', 'platform');

-- The promise ledger (domain.md §7): one row a promise, several timers. Late is final at the due instant; done_at says when it was met after all.
create table promise (
  id               uuid primary key,
  kind             text not null,
  subject          uuid not null,
  store_id         uuid not null,
  owner_role       text not null,
  policy           text not null,
  policy_version   int not null,
  calendar_version int,
  started_at       timestamptz(3) not null,
  due_at           timestamptz(3) not null,
  explanation      jsonb not null default '[]',
  pauses           jsonb not null default '[]',
  outcome          text not null default 'open' check (outcome in ('open', 'kept', 'late', 'void')),
  cause            text,
  done_at          timestamptz(3),
  version          int not null default 1
);
create unique index promise_open on promise (kind, subject) where outcome = 'open';
create index promise_of_subject on promise (subject, kind);
create index promise_of_store on promise (store_id, kind, due_at);
call declare_scope('promise', 'platform');
