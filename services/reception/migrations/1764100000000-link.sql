-- One-use links that a customer answers with. The token itself is never kept: who reads this table can answer for nobody.

create table link (
  id              uuid primary key, -- askId
  store_id        uuid not null,
  version         int not null,
  question        text not null check (question in ('confirm', 'consent')),
  subject         uuid not null,
  subject_version int not null, -- the appointment's round, the estimate's version
  token_hash      text not null unique,
  state           text not null check (state in ('open', 'used', 'cancelled')),
  expires_at      timestamptz(3) not null,
  closed_at       timestamptz(3)
);
create unique index link_open on link (store_id, question, subject) where state = 'open';
call declare_scope('link', 'store');
