-- Stores, calendars, policies and staff as headquarters keeps them; what the services need of them is published whole at each change.

create table organisation_store (
  id      uuid primary key,
  version int not null,
  data    jsonb not null
);
call declare_scope('organisation_store', 'group');

create table organisation_calendar (
  id      uuid primary key,
  version int not null,
  data    jsonb not null
);
call declare_scope('organisation_calendar', 'group');

-- The newest version of each; the older ones stand in the topic and in every directory.
create table organisation_policy (
  id      uuid primary key,
  version int not null,
  data    jsonb not null
);
call declare_scope('organisation_policy', 'group');

-- Names stay here.
create table organisation_staff (
  id      uuid primary key,
  version int not null,
  data    jsonb not null
);
call declare_scope('organisation_staff', 'group');
