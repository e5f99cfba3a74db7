-- What goes out to customers (CRM-24): one row a message. Its times of trying run in real time, like every lease; its life runs by the clock of the business.

create table message (
  id                 uuid primary key, -- also its id at the gateway and in the letter's Message-ID
  store_id           uuid not null,
  version            int not null,
  about_thing        text not null check (about_thing in ('confirmation', 'consent', 'ready', 'promise-moved', 'apology', 'reminder', 'survey')),
  about_id           uuid not null,
  ask_id             uuid,
  occasion           text not null, -- which time of asking: the link's ask, the fact's version, the reminder's stage
  customer_id        uuid not null,
  template           text not null,
  class              text not null check (class in ('service', 'marketing')),
  reason             text not null,
  details            jsonb not null, -- what its words need beside the store; nothing personal
  link               text,           -- as good as a signature: forgotten as soon as the message is out or dead
  state              text not null check (state in ('queued', 'sending', 'sent', 'delivered', 'failed', 'not-sent')),
  why                text,
  -- Written when it is first tried, and never again: the gateway knows the id by these words.
  language           text,
  channel            text check (channel in ('sms', 'email')),
  address            text,
  subject            text,
  words              text,
  attempts           int not null default 0,
  attempts_at_most   int not null,   -- of the policy it was asked under
  first_wait_seconds int not null,
  try_at             timestamptz(3) not null default clock_timestamp(),
  written_at         timestamptz(3) not null default clock_timestamp(),
  asked_at           timestamptz(3) not null,
  expires_at         timestamptz(3) not null,
  sent_at            timestamptz(3),
  ended_at           timestamptz(3),
  traceparent        text,
  check ((state in ('failed', 'not-sent')) = (why is not null)),
  unique (store_id, about_thing, about_id, occasion)
);
create index message_due on message (try_at) where state in ('queued', 'sending');
create index message_newest on message (store_id, asked_at desc, id desc);
create index message_about on message (store_id, about_id);
create index message_of_customer on message (store_id, customer_id);
call declare_scope('message', 'store');
