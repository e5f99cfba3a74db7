-- HQ-2. What hq keeps of the facts from which satisfaction is computed, and the days counted from them. Every figure is a function of the
-- kept facts; a day's rows are counted again whole, under the lock of its store, whenever a fact touches it.

-- One delivered visit: from reception.visit-delivered (version is its version, 0 while unheard) and crm.survey-locked, whichever comes first.
create table csi_visit (
  id              uuid primary key,
  store_id        uuid not null,
  version         int not null default 0,
  brand           text,
  kind            text,
  advisor_id      uuid,
  technician_ids  jsonb not null default '[]',
  delivered_at    timestamptz(3),
  -- The locked sample (CRM-17): the day is the store's local day, as crm locked it.
  locked_day      date,
  locked_position int,
  survey_id       uuid,
  excluded_by     text,
  hash            text,
  previous_hash   text,
  unique (store_id, id)
);
create index csi_visit_locked on csi_visit (store_id, locked_day) where locked_day is not null;
create index csi_visit_not_locked on csi_visit (store_id, delivered_at) where locked_day is null;
call declare_scope('csi_visit', 'store');

create table csi_follow_up (
  id            uuid primary key,
  store_id      uuid not null,
  version       int not null,
  visit_id      uuid not null,
  because       text,
  do_not_call   boolean,
  due_at        timestamptz(3),
  reached_at    timestamptz(3),
  failed_reason text,
  outcome       text,
  unique (store_id, id)
);
create index csi_follow_up_visit on csi_follow_up (store_id, visit_id);
call declare_scope('csi_follow_up', 'store');

-- Every answer as it was given; a correction is a row of its own beside the one it replaces (CRM-16).
create table csi_answer (
  id                    uuid primary key,
  store_id              uuid not null,
  version               int not null,
  survey_id             uuid not null,
  visit_id              uuid not null,
  questionnaire         text not null,
  questionnaire_version int not null,
  channel               text not null check (channel in ('call', 'link')),
  answers               jsonb not null,
  recommend             int check (recommend between 0 and 10),
  answered_at           timestamptz(3) not null,
  replaces              uuid,
  unique (store_id, id)
);
create index csi_answer_survey on csi_answer (store_id, survey_id, version);
call declare_scope('csi_answer', 'store');

-- One answer as csi.ts shares it out: millionths on the five levels, for the whole questionnaire (factor '') and for each factor.
create table csi_share (
  store_id  uuid not null,
  answer_id uuid not null,
  factor    text not null,
  level1    int not null,
  level2    int not null,
  level3    int not null,
  level4    int not null,
  level5    int not null,
  primary key (store_id, answer_id, factor),
  foreign key (store_id, answer_id) references csi_answer (store_id, id),
  check (level1 + level2 + level3 + level4 + level5 = 1000000)
);
call declare_scope('csi_share', 'store');

-- A store's local day of deliveries, for the store (member ''), and for each brand, advisor, technician and excluding rule in it.
create table csi_sample_day (
  store_id    uuid not null,
  day         date not null,
  dimension   text not null check (dimension in ('store', 'brand', 'advisor', 'technician', 'excluded-by')),
  member      text not null,
  locked      int not null,
  excluded    int not null,
  planned     int not null,
  do_not_call int not null,
  reached     int not null,
  failed      int not null,
  answered    int not null,
  corrected   int not null,
  recommend0  int not null,
  recommend1  int not null,
  recommend2  int not null,
  recommend3  int not null,
  recommend4  int not null,
  recommend5  int not null,
  recommend6  int not null,
  recommend7  int not null,
  recommend8  int not null,
  recommend9  int not null,
  recommend10 int not null,
  primary key (store_id, dimension, day, member)
);
call declare_scope('csi_sample_day', 'store');

-- The levels of the same days: sums of the shares, and of their products in pairs, from which every mean and every spread follows exactly
-- under any method version (csi.ts).
create table csi_level_day (
  store_id  uuid not null,
  day       date not null,
  dimension text not null check (dimension in ('store', 'brand', 'advisor', 'technician')),
  member    text not null,
  factor    text not null,
  answered  int not null,
  level1    bigint not null,
  level2    bigint not null,
  level3    bigint not null,
  level4    bigint not null,
  level5    bigint not null,
  both12    bigint not null,
  both13    bigint not null,
  both14    bigint not null,
  both15    bigint not null,
  both23    bigint not null,
  both24    bigint not null,
  both25    bigint not null,
  both34    bigint not null,
  both35    bigint not null,
  both45    bigint not null,
  primary key (store_id, dimension, day, member, factor)
);
call declare_scope('csi_level_day', 'store');
