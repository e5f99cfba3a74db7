-- A dissatisfied customer's case (CRM-10): opened by a call, answered by a department, ended by the customer or the store manager.

create table customer_case (
  id           uuid primary key,
  store_id     uuid not null,
  version      int not null,
  visit_id     uuid not null,
  follow_up_id uuid,
  customer_id  uuid not null,
  contact_id   uuid not null,
  vehicle_id   uuid not null,
  department   text not null check (department in ('desk', 'workshop', 'parts', 'claims', 'crm', 'sales')),
  cause        text not null,
  words        text,
  round        int not null check (round > 0),
  state        text not null check (state in ('open', 'answered', 'closed')),
  outcome      text check (outcome in ('satisfied', 'closed-by-manager')),
  opened_at    timestamptz(3) not null,
  ended_at     timestamptz(3),
  closed_by    uuid,
  close_reason text,
  close_note   text,
  check ((state = 'closed') = (outcome is not null)),
  check ((outcome = 'closed-by-manager') = (close_reason is not null)),
  unique (store_id, id)
);
create unique index customer_case_running on customer_case (store_id, visit_id) where state <> 'closed';
create index customer_case_of_department on customer_case (store_id, state, department, opened_at, id);
call declare_scope('customer_case', 'store');

create table case_answer (
  id          uuid primary key,
  store_id    uuid not null,
  version     int not null default 1,
  case_id     uuid not null,
  round       int not null,
  measure     text not null,
  words       text not null,
  answered_by uuid not null,
  answered_at timestamptz(3) not null,
  unique (store_id, case_id, round),
  foreign key (store_id, case_id) references customer_case (store_id, id)
);
call declare_scope('case_answer', 'store');
create trigger written_once before update or delete on case_answer for each row execute function written_once();
