-- What tells of a car's next service and its bookings is heard in any order (CRM-13).

-- A maintenance is the plan, though a later repair was heard before it. What is planned already counts as one.
alter table maintenance add column maintenance_done boolean not null default true;
alter table maintenance alter column maintenance_done set default false;

-- Null: the car left before its booking was heard, and which car it was only the booking says.
alter table maintenance_booking alter column vehicle_id drop not null;
