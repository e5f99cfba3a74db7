-- The sample, the questionnaires and what customers answered (CRM-16, CRM-17).

-- What is written once: a correction is a row of its own, a removal is impossible even for a hand in the database.
create function written_once() returns trigger language plpgsql as $$
begin
  raise exception '% is written once: no row of it is changed or removed', tg_table_name using errcode = 'restrict_violation';
end $$;

-- One version of a questionnaire; a change is the next version.
create table questionnaire (
  id                    uuid primary key,
  version               int not null default 1,
  code                  text not null,
  questionnaire_version int not null check (questionnaire_version > 0),
  questions             jsonb not null,
  script                jsonb not null,
  published_at          timestamptz(3) not null,
  published_by          uuid,
  unique (code, questionnaire_version)
);
insert into questionnaire (id, code, questionnaire_version, published_at, questions, script) values (
  '01936a3c-0000-7000-8000-000000000c51', 'csi-service', 1, '2020-01-01T00:00:00Z',
  $$[
    {"question": "welcome", "factor": "reception", "department": "desk", "weight": 200,
     "text": {"en": "How satisfied were you with the welcome and the advice?", "zh-TW": "您對接待與諮詢的滿意程度?", "zh-CN": "您对接待与咨询的满意程度?"}},
    {"question": "fixed-right", "factor": "quality", "department": "workshop", "weight": 300,
     "text": {"en": "How satisfied are you with the work on your car?", "zh-TW": "您對維修品質的滿意程度?", "zh-CN": "您对维修质量的满意程度?"}},
    {"question": "on-time", "factor": "time", "department": "workshop", "weight": 150,
     "text": {"en": "Was the car ready as promised?", "zh-TW": "您對準時交車的滿意程度?", "zh-CN": "您对准时交车的满意程度?"}},
    {"question": "worth-it", "factor": "price", "department": "desk", "weight": 150,
     "text": {"en": "How satisfied were you with the price and its explanation?", "zh-TW": "您對價格及其說明的滿意程度?", "zh-CN": "您对价格及其说明的满意程度?"}},
    {"question": "handed-over", "factor": "delivery", "department": "desk", "weight": 200,
     "text": {"en": "How satisfied were you with the hand-over and the cleanness of the car?", "zh-TW": "您對交車過程與車輛清潔的滿意程度?", "zh-CN": "您对交车过程与车辆清洁的满意程度?"}}
  ]$$,
  $$[
    {"step": "greeting", "text": {"en": "Good day, this is the customer service of {store}. Am I speaking with {name}?", "zh-TW": "您好,這裡是{store}客服中心,請問是{name}嗎?", "zh-CN": "您好,这里是{store}客服中心,请问是{name}吗?"}},
    {"step": "purpose", "text": {"en": "Your car was with us on {day}; I would like to hear how you found it.", "zh-TW": "您的愛車於{day}在本店服務,想了解您的感受。", "zh-CN": "您的爱车于{day}在本店服务,想了解您的感受。"}},
    {"step": "ok-to-talk", "text": {"en": "Is it convenient now? If you are driving I will call again.", "zh-TW": "請問現在方便通話嗎?若您正在開車,我們稍後再致電。", "zh-CN": "请问现在方便通话吗?若您正在开车,我们稍后再致电。"}},
    {"step": "use-of-car", "text": {"en": "How has the car been running since?", "zh-TW": "請問車輛取回後使用狀況如何?", "zh-CN": "请问车辆取回后使用状况如何?"}},
    {"step": "questionnaire", "text": {"en": "Five levels: very satisfied, satisfied, neutral, dissatisfied, very dissatisfied.", "zh-TW": "分五級:非常滿意、滿意、普通、不滿意、非常不滿意。", "zh-CN": "分五级:非常满意、满意、一般、不满意、非常不满意。"}},
    {"step": "remarks", "text": {"en": "Is there anything else we should know?", "zh-TW": "您還有其他寶貴意見嗎?", "zh-CN": "您还有其他宝贵意见吗?"}},
    {"step": "thanks", "text": {"en": "Thank you very much for your time.", "zh-TW": "非常感謝您的寶貴時間。", "zh-CN": "非常感谢您的宝贵时间。"}},
    {"step": "next-service", "text": {"en": "Your next service is due on {next}.", "zh-TW": "您下次保養時間為{next}。", "zh-CN": "您下次保养时间为{next}。"}}
  ]$$
);
call declare_scope('questionnaire', 'group');
create trigger written_once before update or delete on questionnaire for each row execute function written_once();

-- The head of a store-day's chain: its row is the lock under which a delivery takes its position.
create table sample_day (
  id       uuid primary key,
  store_id uuid not null,
  version  int not null,
  day      date not null,
  length   int not null default 0,
  head     text not null,
  unique (store_id, day)
);
call declare_scope('sample_day', 'store');

create table sample_entry (
  id            uuid primary key,
  store_id      uuid not null,
  version       int not null default 1,
  day           date not null,
  position      int not null check (position > 0),
  visit_id      uuid not null,
  survey_id     uuid not null,
  delivered_at  timestamptz(3) not null,
  excluded_by   text,
  previous_hash text not null,
  hash          text not null,
  unique (store_id, day, position),
  unique (store_id, visit_id)
);
call declare_scope('sample_entry', 'store');
create trigger written_once before update or delete on sample_entry for each row execute function written_once();

-- One survey a visit, with what the agent needs to know of the visit. follow_up_id: the follow-up that asks it now (merged, reopened).
-- questionnaire and dissatisfied_from are those of the day it was locked.
create table survey (
  id                    uuid primary key,
  store_id              uuid not null,
  version               int not null,
  visit_id              uuid not null,
  customer_id           uuid not null,
  contact_id            uuid not null,
  vehicle_id            uuid not null,
  repair_order          text not null,
  kind                  text not null,
  advisor_id            uuid not null,
  delivered_at          timestamptz(3) not null,
  delivered_day         date not null,
  next_service_on       date,
  next_service_at_km    int,
  questionnaire         text not null,
  questionnaire_version int not null,
  dissatisfied_from     int not null,
  follow_up_id          uuid,
  state                 text not null check (state in ('excluded', 'locked', 'answered')),
  unique (store_id, id),
  unique (store_id, visit_id),
  foreign key (questionnaire, questionnaire_version) references questionnaire (code, questionnaire_version)
);
create index survey_of_follow_up on survey (store_id, follow_up_id);
create index survey_of_day on survey (store_id, delivered_day);
call declare_scope('survey', 'store');

create table survey_answer (
  id          uuid primary key,
  store_id    uuid not null,
  version     int not null default 1,
  survey_id   uuid not null,
  channel     text not null check (channel in ('call', 'link')),
  answers     jsonb not null,
  recommend   int check (recommend between 0 and 10),
  answered_at timestamptz(3) not null,
  replaces    uuid,
  reason      text,
  note        text,
  written_by  uuid not null,
  written_at  timestamptz(3) not null,
  check ((replaces is null) = (reason is null)),
  unique (store_id, id),
  -- A chain, not a tree: one first answer a survey, one correction an answer.
  unique nulls not distinct (store_id, survey_id, replaces),
  foreign key (store_id, survey_id) references survey (store_id, id),
  foreign key (store_id, replaces) references survey_answer (store_id, id)
);
call declare_scope('survey_answer', 'store');
create trigger written_once before update or delete on survey_answer for each row execute function written_once();
