-- A version of a policy that plans the open reminders anew from the instant it is in force (TIM-6). store_id is null where it is not one store's.
create table maintenance_policy (
  id             uuid primary key,
  store_id       uuid,
  version        int not null,
  policy         text not null,
  policy_version int not null,
  from_at        timestamptz(3) not null
);
call declare_scope('maintenance_policy', 'group');
