-- All files that one stands for: aliases are followed back, too.
create index visit_alias_to on visit_alias (to_id);
