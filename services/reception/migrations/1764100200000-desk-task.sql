-- Calls and other things somebody at the desk has to do; one open task of a kind for a subject.

create table desk_task (
  id        uuid primary key,
  store_id  uuid not null,
  version   int not null,
  kind      text not null check (kind ~ '^[a-z]+(-[a-z]+)*$'),
  subject   uuid not null, -- the appointment or the visit
  state     text not null check (state in ('open', 'done')),
  reason    text not null, -- why there is something to do, as a code
  note      text,          -- what somebody said about it: stays here
  due_at    timestamptz(3) not null,
  opened_at timestamptz(3) not null,
  done_at   timestamptz(3),
  done_by   uuid, -- null: the thing itself was settled
  outcome   text
);
create unique index desk_task_open on desk_task (store_id, kind, subject) where state = 'open';
create index desk_task_due on desk_task (store_id, state, due_at, id);
create index desk_task_subject on desk_task (store_id, subject);
call declare_scope('desk_task', 'store');
