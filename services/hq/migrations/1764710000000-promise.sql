-- HQ-5. The group's promise ledger: each promise of the six services as its newest fact says it. (The table promise beside it is hq's own ledger.)

create table ledger_promise (
  id               uuid primary key,
  store_id         uuid not null,
  version          int not null,
  service          text not null,
  kind             text not null,
  subject          uuid not null,
  owner_role       text not null,
  policy           text not null,
  policy_version   int not null,
  calendar_version int,
  started_at       timestamptz(3) not null,
  due_at           timestamptz(3) not null,
  outcome          text not null check (outcome in ('open', 'kept', 'late', 'void')),
  cause            text,
  done_at          timestamptz(3),
  paused_ms        jsonb not null,
  unique (store_id, id)
);
-- What the figures read is in the index: no row is looked up for them.
create index ledger_promise_due on ledger_promise (store_id, due_at) include (service, kind, owner_role, outcome, cause, done_at);
call declare_scope('ledger_promise', 'store');
