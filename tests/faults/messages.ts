import { randomUUID } from 'node:crypto';
import type { Calendar } from '@aftersales/contracts/hq/calendar';
import { endsOf, hasRead } from '@aftersales/platform/bus/read-to-end';
import type { Service } from '../support/whole';
import { fault, type Fault } from './fault';
import { services, type Ground } from './ground';

// What comes on the topics: twice, all of it again, in the wrong order, broken.

/** Until every service has read what is on this topic now; the load goes on. */
async function heard(ground: Ground, topic: string): Promise<void> {
  const { kafka } = ground.whole;
  const ends = await endsOf(kafka, [topic]);
  for (const service of services) await ground.until(`${service} has read ${topic}`, () => hasRead(kafka, service, ends));
}

/** Every service begins to read this topic anew. */
async function fromItsBeginning(ground: Ground, topic: string, of: readonly Service[]): Promise<void> {
  await Promise.all(of.flatMap((service) => ground.both(service)).map((part) => part.stop()));
  const admin = ground.whole.kafka.admin();
  await admin.connect();
  const partitions = (await admin.fetchTopicOffsets(topic)).map(({ partition }) => ({ partition, offset: '0' }));
  // Who could not say goodbye (his connections are cut by another fault) is a member until his session is over.
  for (const service of of) await ground.until(`${service} has left its group`, () => admin.setOffsets({ groupId: service, topic, partitions }).then(() => true));
  await admin.disconnect();
  await ground.started(...of.flatMap((service) => ground.both(service)));
}

const replayed = (topic: string, of: readonly Service[], quick?: true): Fault => fault(`${of.join(', ')} hear${of.length > 1 ? '' : 's'} the whole topic ${topic} again`, { touches: of, quick }, async (ground) => {
  await fromItsBeginning(ground, topic, of);
  await ground.more({ policy: 5, booking: 5 });
  const again = await ground.until('facts are heard again', () => ground.metric('inbox_duplicates_total', of));
  return { disturbed: { 'facts heard again': again } };
});

/** A calendar that says in its hours which version it is of. */
const opens = (version: number): Calendar => {
  const day = [{ from: `0${version}:00`, to: '20:00' }];
  return { zone: 'Asia/Taipei', week: { mon: day, tue: day, wed: day, thu: day, fri: day, sat: [], sun: [] }, days: {} };
};

export const messages: readonly Fault[] = [
  fault('the newest thousand facts are on their topics twice', { touches: ['messages'] }, async (ground) => {
    await ground.more({ booking: 20 });
    const newest = ground.witness.recent.slice(-1_000);
    const [before, already] = [ground.witness.repeated, await ground.metric('inbox_duplicates_total')];
    for (const topic of new Set(newest.map((one) => one.topic))) await ground.say(topic, newest.filter((one) => one.topic === topic));
    await ground.until('they are there again', async () => ground.witness.repeated - before >= newest.length);
    await ground.more({ booking: 5 });
    return { disturbed: { 'facts said twice': ground.witness.repeated - before, 'facts heard again': (await ground.metric('inbox_duplicates_total')) - already } };
  }),

  replayed('hq.policy', ['claims'], true),
  replayed('reception.appointment', ['workshop', 'parts']),
  replayed('reception.visit', ['workshop', 'crm', 'claims', 'hq']),

  fault('versions 1, 3, 2 of a calendar: neighbours are swapped, the third is what holds', { touches: ['messages'] }, async (ground) => {
    const calendars = Array.from({ length: 20 }, () => ({ calendarId: randomUUID(), storeId: randomUUID(), desk: 'calls' })); // of stores nobody has
    for (const { calendarId } of calendars) ground.witness.strange.add(calendarId);
    for (const version of [1, 3, 2])
      await ground.say('hq.calendar', calendars.map((one) => ({
        key: one.calendarId,
        value: ground.envelope('hq.calendar-changed.v1', one.calendarId, { ...one, version, calendar: opens(version) }, { aggregateversion: version }),
      })));
    await heard(ground, 'hq.calendar');
    const wrong: string[] = [];
    for (const service of services)
      for (const { id, version, from } of await ground.whole.rows<{ id: string; version: number; from: string }>(service, `
        select c.id, d.version, d.calendar #>> '{week,mon,0,from}' as from from unnest($1::uuid[]) as c(id) left join directory_calendar d on d.id = c.id`, [calendars.map(({ calendarId }) => calendarId)]))
        if (version !== 3 || from !== '03:00') wrong.push(`${service} holds version ${version}, from ${from}, of ${id}`);
    return { disturbed: { 'calendars swapped': calendars.length }, wrong };
  }),

  fault('poison on a topic is set aside with its reason, and what follows goes on', { touches: ['messages'], quick: true }, async (ground) => {
    const policy = ground.witness.recent.findLast(({ topic, value }) => topic === 'hq.policy' && value.startsWith('{"specversion"'))!.value;
    const calendarId = randomUUID(); // of a store nobody has
    const calendar = (version: number, id: string) => ground.envelope('hq.calendar-changed.v1', calendarId, { calendarId, storeId: randomUUID(), desk: 'calls', version, calendar: opens(version) }, { id, aggregateversion: version });
    const said = randomUUID();
    const strange = (value: string, reason?: string) => ({ topic: 'hq.policy', key: randomUUID(), value, reason });
    const poison = [
      strange('{', 'no JSON'),
      strange('{"specversion":"1.0"}', 'no envelope'),
      strange(ground.envelope('hq.policy-changed.v1', 'x', { nonsense: true }), 'wrong schema'),
      strange(ground.envelope('hq.policy-changed.v9', 'x', { nonsense: true }), 'unknown version'),
      strange(policy, 'wrong key'), // in another partition than the fact itself, which some have not heard yet
      strange(ground.envelope('hq.policy-unheard-of.v1', 'x', { nonsense: true })), // what nobody hears is skipped
      { topic: 'hq.calendar', key: calendarId, value: calendar(2, said), reason: 'same id, other bytes' },
    ];
    for (const { key } of poison) ground.witness.strange.add(key);
    await ground.say('hq.calendar', [{ key: calendarId, value: calendar(1, said) }]);
    for (const one of poison) await ground.say(one.topic, [one]);
    await ground.more({ policy: 10 });
    for (const topic of ['hq.policy', 'hq.calendar']) await heard(ground, topic);
    const wrong: string[] = [];
    let letters = 0;
    for (const service of services) {
      const rows = await ground.whole.rows<{ key: string; reason: string }>(service, `select key, reason from dead_letter where key = any($1) and state = 'dead' and consumer = $2`, [poison.map(({ key }) => key), `${service}.directory`]);
      letters += rows.length;
      for (const { key, value, reason } of poison) {
        const found = rows.find((row) => row.key === key)?.reason;
        if (reason ? !found?.startsWith(reason) : found) wrong.push(`${service}: ${value.slice(0, 200)} is ${found ?? 'not set aside'}, expected ${reason ?? 'skipped'}`);
      }
    }
    return { disturbed: { 'dead letters': letters }, wrong };
  }),
];
