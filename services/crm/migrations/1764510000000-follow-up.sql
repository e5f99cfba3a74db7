-- Follow-ups (回訪), their calls and sheets (CRM-4..9). What a person said or typed stays here.

create table follow_up (
  id              uuid primary key,
  store_id        uuid not null,
  version         int not null,
  visit_id        uuid not null,
  because         text not null check (because in ('delivered', 'case-answered', 'data-corrected')),
  after           uuid,
  case_id         uuid,
  customer_id     uuid not null,
  contact_id      uuid not null,
  vehicle_id      uuid not null,
  delivered_day   date not null,
  opens_at        timestamptz(3) not null,
  due_at          timestamptz(3) not null,
  next_at         timestamptz(3) not null,
  next_steps      jsonb not null default '[]',
  attempts        int not null default 0,
  -- The policies' figures as they were when it was planned (TIM-6).
  attempts_wanted int not null,
  reopens_left    int not null,
  state           text not null check (state in ('waiting', 'open', 'reached', 'failed', 'closed')),
  outcome         text check (outcome in ('satisfied', 'case', 'failed', 'merged', 'do-not-call', 'closed-by-manager')),
  failed_because  text check (failed_because in ('wrong-number', 'data-mismatch', 'refuses', 'no-answer')),
  reached_at      timestamptz(3),
  reached_by      uuid,
  contact_version int,
  checked_by      uuid,
  checked_at      timestamptz(3),
  check_note      text,
  check ((state = 'closed') = (outcome is not null)),
  unique (store_id, id),
  foreign key (store_id, after) references follow_up (store_id, id)
);
-- One delivery, one follow-up; a follow-up has at most one after it for the same reason.
create unique index follow_up_of_delivery on follow_up (store_id, visit_id) where because = 'delivered';
create index follow_up_of_person on follow_up (store_id, contact_id, delivered_day);
create index follow_up_to_call on follow_up (store_id, state, due_at, id);
create index follow_up_by_due on follow_up (store_id, due_at, id);
create index follow_up_of_case on follow_up (store_id, case_id) where case_id is not null;
call declare_scope('follow_up', 'store');

-- One call. The unique window is the last guard of "each in a different window".
create table follow_up_attempt (
  id           uuid primary key,
  store_id     uuid not null,
  version      int not null default 1,
  follow_up_id uuid not null,
  attempt      int not null check (attempt > 0),
  outcome      text not null check (outcome in ('reached', 'busy', 'unreachable', 'no-answer', 'off', 'rejected', 'not-beside-the-phone', 'asked-another-time', 'another-person', 'message-left',
    'driving', 'wrong-number', 'data-mismatch', 'refuses')),
  agent_id     uuid not null,
  window_date  date not null,
  window_index int not null,
  window_key   text not null,
  asked_for    timestamptz(3),
  note         text,
  attempted_at timestamptz(3) not null,
  unique (store_id, follow_up_id, attempt),
  unique (store_id, follow_up_id, window_key),
  foreign key (store_id, follow_up_id) references follow_up (store_id, id)
);
call declare_scope('follow_up_attempt', 'store');
create trigger written_once before update or delete on follow_up_attempt for each row execute function written_once();

-- What the agent wrote down beside the answers, one a visit asked about.
create table call_sheet (
  id           uuid primary key,
  store_id     uuid not null,
  version      int not null default 1,
  follow_up_id uuid not null,
  visit_id     uuid not null,
  survey_id    uuid,
  satisfied    boolean not null,
  use_of_car   text,
  remarks      text,
  heard        text,
  apologised   boolean not null,
  written_by   uuid not null,
  written_at   timestamptz(3) not null,
  unique (store_id, follow_up_id, visit_id),
  foreign key (store_id, follow_up_id) references follow_up (store_id, id),
  foreign key (store_id, survey_id) references survey (store_id, id)
);
call declare_scope('call_sheet', 'store');
