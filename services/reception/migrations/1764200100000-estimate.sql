-- Versions of the estimate and every answer to them (REC-16..18). A version never changes once it is made; answers are never edited.

create table estimate_version (
  id          uuid primary key,
  store_id    uuid not null,
  version     int not null,
  visit_id    uuid not null,
  n           int not null,
  state       text not null check (state in ('draft', 'coverage-asked', 'offered', 'answered', 'expired', 'superseded')),
  lines       jsonb not null,
  -- Null: made of a fault that the workshop found.
  priced_by   uuid,
  drafted_at  timestamptz(3) not null,
  offered_by  uuid,
  offered_at  timestamptz(3),
  promised_at timestamptz(3),
  expires_at  timestamptz(3),
  shown_hash  text,
  unique (store_id, visit_id, n),
  foreign key (store_id, visit_id) references visit (store_id, id)
);
call declare_scope('estimate_version', 'store');

-- One answer to one line in one form: `since` is the version that brought the line in this form.
create table consent (
  id           uuid primary key,
  store_id     uuid not null,
  version      int not null,
  visit_id     uuid not null,
  n            int not null,
  line_id      uuid not null,
  since        int not null,
  "by"         text not null check ("by" in ('customer', 'warranty', 'insurer', 'internal', 'goodwill')),
  yes          boolean not null,
  how          text not null check (how in ('signed', 'phone', 'link', 'coverage', 'insurer', 'approver')),
  -- Who wrote it down, or approved it; null for the customer by link, and for claims.
  staff_id     uuid,
  witness_id   uuid,
  signature_id uuid,
  approval     text,
  reason       text,
  note         text,
  shown_hash   text,
  answered_at  timestamptz(3) not null,
  valid_until  timestamptz(3),
  unique (store_id, visit_id, line_id, since, "by"),
  foreign key (store_id, visit_id) references visit (store_id, id)
);
call declare_scope('consent', 'store');

-- What the workshop found (WRK-7). `n`: the version made of it; null where a price was missing, then the desk prices it.
create table visit_fault (
  id           uuid primary key,
  store_id     uuid not null,
  version      int not null,
  visit_id     uuid not null,
  fault_code   text not null,
  safety       boolean not null,
  operations   jsonb not null,
  parts        jsonb not null,
  evidence_ids jsonb not null,
  found_at     timestamptz(3) not null,
  n            int
);
create index visit_fault_visit on visit_fault (store_id, visit_id);
call declare_scope('visit_fault', 'store');

-- The catalogue's prices (PRT-1).
create table price_list_part (
  part_number   text primary key,
  part_version  int not null,
  title         jsonb not null,
  list_prices   jsonb not null,
  superseded_by text,
  active        boolean not null
);
call declare_scope('price_list_part', 'group');
