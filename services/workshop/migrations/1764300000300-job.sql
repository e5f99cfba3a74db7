-- The workshop's card for one visit (WRK-3) and all that is written on it. It may be known before there is consent: the car is at the gate.
create table job (
  id               uuid primary key,
  store_id         uuid not null,
  version          int not null,
  visit_id         uuid not null,
  state            text not null check (state in ('expected', 'working', 'own-checked', 'team-checked', 'final-checked', 'washed', 'completed', 'closed')),
  appointment_id   uuid,
  vehicle_id       uuid,
  repair_order     text,
  brand            text,
  kind             text,
  advisor_id       uuid,
  waiting          boolean not null,
  concerns         jsonb not null,
  arrived_at       timestamptz(3),
  opened_at        timestamptz(3),
  promised_at      timestamptz(3),
  estimate_version int not null,
  visit_seen       int not null,
  parts_seen       int not null,
  plate            text, -- with the key tag, forgotten when the car is handed over
  key_tag          text,
  bay_id           uuid,
  place            text,
  rework           int not null,
  completed_at     timestamptz(3),
  unique (store_id, id),
  unique (store_id, visit_id),
  foreign key (store_id, bay_id) references bay (store_id, id)
);
create index job_of_appointment on job (store_id, appointment_id);
create index job_on_the_floor on job (store_id, promised_at) where state <> 'closed';
call declare_scope('job', 'store');

create table operation (
  id             uuid primary key,
  store_id       uuid not null,
  version        int not null,
  job_id         uuid not null,
  line_id        uuid not null, -- the desk's estimate line
  operation_code text not null,
  skill          text not null,
  bay_type       text not null,
  flat_hours     int not null check (flat_hours >= 0),
  fault_code     text,
  fault_id       uuid,
  state          text not null check (state in ('waiting', 'in-work', 'done', 'rework', 'left', 'dropped')),
  rework         int not null,
  technician_ids jsonb not null, -- staff
  proposed_id    uuid,
  assigned_by    uuid,
  assigned_at    timestamptz(3),
  briefing       text,
  left_reason    text,
  unique (store_id, job_id, line_id),
  foreign key (store_id, job_id) references job (store_id, id)
);
call declare_scope('operation', 'store');

create table job_part (
  id          uuid primary key,
  store_id    uuid not null,
  version     int not null,
  job_id      uuid not null,
  line_id     uuid not null,
  part_number text not null,
  quantity    int not null,
  consented   boolean not null,
  fault_code  text,
  fault_id    uuid,
  short       boolean not null,
  on_shelf    boolean not null,
  issued      int not null, -- less what came back
  eta         timestamptz(3),
  unique (store_id, job_id, line_id),
  foreign key (store_id, job_id) references job (store_id, id)
);
call declare_scope('job_part', 'store');

-- A technician's stretch on an operation. Flat hours stand on the operation, clocked hours here, after the split rule.
create table clocking (
  id            uuid primary key,
  store_id      uuid not null,
  version       int not null,
  job_id        uuid not null,
  line_id       uuid not null,
  staff_id      uuid not null,
  flat_hours    int not null,
  started_at    timestamptz(3) not null,
  stopped_at    timestamptz(3),
  clocked_hours int,
  check ((stopped_at is null) = (clocked_hours is null)),
  foreign key (store_id, job_id, line_id) references operation (store_id, job_id, line_id)
);
create unique index clocking_running on clocking (store_id, job_id, line_id, staff_id) where stopped_at is null;
create index clocking_of_job on clocking (store_id, job_id);
create index clocking_of_staff on clocking (store_id, staff_id, started_at);
call declare_scope('clocking', 'store');

create table job_block (
  id        uuid primary key,
  store_id  uuid not null,
  version   int not null,
  job_id    uuid not null,
  reason    text not null check (reason in ('parts', 'consent', 'consultation', 'tool', 'sublet', 'customer')),
  line_ids  jsonb not null,
  since     timestamptz(3) not null,
  until     timestamptz(3),
  opened_by uuid, -- null: by a fact
  closed_by uuid,
  note      text,
  foreign key (store_id, job_id) references job (store_id, id)
);
create unique index job_block_open on job_block (store_id, job_id, reason) where until is null;
create index job_block_of_job on job_block (store_id, job_id);
call declare_scope('job_block', 'store');

create table evidence (
  id           uuid primary key,
  store_id     uuid not null,
  job_id       uuid not null,
  kind         text not null check (kind in ('photo', 'recording', 'reading')),
  content_type text not null,
  content      bytea not null,
  sha256       text not null,
  taken_by     uuid not null,
  taken_at     timestamptz(3) not null,
  unique (store_id, job_id, sha256),
  foreign key (store_id, job_id) references job (store_id, id)
);
call declare_scope('evidence', 'store');

create table fault (
  id           uuid primary key,
  store_id     uuid not null,
  version      int not null,
  job_id       uuid not null,
  state        text not null check (state in ('reported', 'asked', 'authorised', 'declined', 'rejected')),
  fault_code   text not null,
  safety       boolean not null,
  operations   jsonb not null,
  parts        jsonb not null,
  evidence_ids jsonb not null,
  note         text,
  found_by     uuid not null,
  found_at     timestamptz(3) not null,
  decided_by   uuid,
  reason       text,
  check (decided_by is distinct from found_by),
  foreign key (store_id, job_id) references job (store_id, id)
);
create index fault_of_job on fault (store_id, job_id);
call declare_scope('fault', 'store');

create table job_check (
  id         uuid primary key,
  store_id   uuid not null,
  job_id     uuid not null,
  kind       text not null check (kind in ('own', 'team', 'final')),
  outcome    text not null check (outcome in ('passed', 'failed')),
  by         uuid not null,
  line_ids   jsonb not null,
  reason     text,
  note       text,
  counts     boolean not null, -- false once the checks began again
  checked_at timestamptz(3) not null,
  foreign key (store_id, job_id) references job (store_id, id)
);
create unique index job_check_counts on job_check (store_id, job_id, kind) where counts;
create index job_check_of_job on job_check (store_id, job_id);
call declare_scope('job_check', 'store');
