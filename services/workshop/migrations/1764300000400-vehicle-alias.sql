-- Files of cars that were found to be one (crm.files-merged): cards keep what they were written with, facts say the id that stands now.
create table vehicle_alias (
  from_id uuid primary key,
  to_id   uuid not null
);
call declare_scope('vehicle_alias', 'group');
