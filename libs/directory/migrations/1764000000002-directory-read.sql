-- Written once, when the directory's topics were first read to their end: from then on this service serves with what it has.
create table directory_read (
  only_row boolean primary key default true check (only_row),
  at       timestamptz(3) not null default clock_timestamp()
);
call declare_scope('directory_read', 'platform');
