-- The relay asks which id was drawn last (docs/model/Relay).
do $$ begin
  execute format('grant select on sequence outbox_id_seq to %I', current_database() || '_service');
end $$;
