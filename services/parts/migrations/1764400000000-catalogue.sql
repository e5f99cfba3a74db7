-- PRT-1. The catalogue belongs to the group; `superseded_by` makes the chain of numbers, which never closes into a ring (catalogue.ts).

create table part (
  id              uuid primary key,
  version         int not null,
  part_number     text not null unique,
  title           jsonb not null,
  unit            text not null,
  list_prices     jsonb not null,
  kind            text not null check (kind in ('genuine', 'aftermarket', 'accessory')),
  -- What decides whether an old part is asked for (PRT-5).
  class           text not null check (class in ('component', 'fluid', 'bulk', 'accessory', 'first-fit')),
  superseded_by   text references part (part_number) check (superseded_by <> part_number),
  returnable_core boolean not null,
  assembly        text,
  active          boolean not null
);
create index part_superseded_by on part (superseded_by) where superseded_by is not null;
call declare_scope('part', 'group');
