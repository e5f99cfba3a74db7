-- What is to be said to the maker: written with the state it belongs to, sent after the commit, again until the maker has answered. `body` is
-- kept as it is sent, so that every repetition is the same request, and the maker knows it by `webhook_id`.

create table maker_request (
  id         uuid primary key,
  store_id   uuid not null,
  version    int not null,
  kind       text not null check (kind in ('claim', 'pre-approval')),
  subject    uuid not null,
  webhook_id text not null,
  body       text not null,
  state      text not null check (state in ('waiting', 'answered', 'refused')),
  attempts   int not null,
  answer     jsonb,
  last_error text,
  made_at    timestamptz(3) not null,
  unique (store_id, kind, webhook_id)
);
create index maker_request_of_subject on maker_request (store_id, subject, id);
call declare_scope('maker_request', 'store');
