-- Consent to one version of an estimate may come in parts (WRK-3): what is newer is told by the fact, not by the version.
alter table job add column consent_seen int not null default 0;
-- The owner sees no row of a scoped table while row-level security is forced on it.
alter table job no force row level security;
update job set consent_seen = visit_seen;
alter table job force row level security;
alter table job alter column consent_seen drop default;
