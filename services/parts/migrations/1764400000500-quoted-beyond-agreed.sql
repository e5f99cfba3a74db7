-- REC-17. What a newer quote asks beyond what was agreed of a line is a line of its own, held softly, until it is answered.
alter table reservation_line drop constraint reservation_line_store_id_reservation_id_line_id_wanted_num_key;
create unique index reservation_line_once on reservation_line (store_id, reservation_id, line_id, wanted_number, (level = 'soft'));
