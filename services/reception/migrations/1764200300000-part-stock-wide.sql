-- A line's quantity fits an int; the sum of several that are on their way does not.
alter table part_stock alter column on_hand type bigint, alter column free type bigint, alter column inbound type bigint;
