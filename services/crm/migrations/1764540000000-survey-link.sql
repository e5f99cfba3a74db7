-- One-use links to a visit's survey (CRM-16). The token itself is never kept here: who reads this table can answer for nobody.
-- A link is open until it expires or its survey is answered, by whichever link or call comes first; the survey fixes the questionnaire's version.
create table survey_link (
  id         uuid primary key, -- askId
  store_id   uuid not null,
  version    int not null default 1,
  survey_id  uuid not null,
  token_hash text not null unique,
  expires_at timestamptz(3) not null,
  sent_by    uuid not null,
  sent_at    timestamptz(3) not null,
  foreign key (store_id, survey_id) references survey (store_id, id)
);
create index survey_link_of_survey on survey_link (store_id, survey_id);
call declare_scope('survey_link', 'store');
create trigger written_once before update or delete on survey_link for each row execute function written_once();
