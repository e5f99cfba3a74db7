import { randomUUID } from 'node:crypto';
import type { Kafka } from 'kafkajs';
import type { Whole } from '../../support/whole';

export interface SaidFact {
  readonly id: string;
  readonly type: string;
  readonly time: string;
  readonly data: Record<string, any>;
}

/** Every fact of these topics, from their beginning to their end now, once by its id: what the relay repeats keeps its id. */
export async function factsOn(kafka: Kafka, topics: string[]): Promise<SaidFact[]> {
  const admin = kafka.admin();
  const groupId = `count-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  const facts = new Map<string, SaidFact>();
  await Promise.all([admin.connect(), consumer.connect()]);
  try {
    const left = new Map<string, number>();
    for (const topic of topics)
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) if (Number(high) > Number(low)) left.set(`${topic}/${partition}`, Number(high));
    await consumer.subscribe({ topics, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      if (left.size === 0) return resolve();
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      consumer.run({ autoCommit: false, eachMessage: async ({ topic, partition, message }) => {
        const fact: SaidFact = JSON.parse(message.value!.toString());
        facts.set(fact.id, fact);
        const place = `${topic}/${partition}`;
        if (Number(message.offset) + 1 >= (left.get(place) ?? Infinity)) left.delete(place);
        if (left.size === 0) resolve();
      } }).catch(reject);
    });
  } finally {
    await consumer.disconnect();
    await admin.deleteGroups([groupId]).catch(() => undefined); // an empty topic was never joined
    await admin.disconnect();
  }
  return [...facts.values()];
}

/**
 * What was not said exactly once about these appointments of one round each: the floor's answer, the store room's, the two promises as they
 * were given and the answers' as it ended; and what headquarters does not hold exactly once. Empty when nothing is lost and nothing doubled.
 */
export async function notOnce(whole: Whole, appointments: readonly string[]): Promise<string[]> {
  const times = new Map(appointments.flatMap((id) => [`floor ${id}/1`, `store room ${id}/1`, ...['reply', 'answers'].flatMap((kind) => [`appointment.${kind} opened ${id}`, `appointment.${kind} at hq ${id}`]), `appointment.answers ended ${id}`].map((what) => [what, 0])));
  const ours = new Set(appointments);
  const count = (id: string, what: string) => ours.has(id) && times.set(what, (times.get(what) ?? 0) + 1);
  for (const { type, data } of await factsOn(whole.kafka, ['workshop.slot', 'parts.reservation', 'reception.promise'])) {
    if (/slot-(held|refused)/.test(type)) count(data['appointmentId'], `floor ${data['appointmentId']}/${data['round']}`);
    if (/reservation-(made|refused)/.test(type)) count(data['holderId'], `store room ${data['holderId']}/${data['round']}`);
    if (/promise-opened/.test(type)) count(data['subject'], `${data['kind']} opened ${data['subject']}`);
    if (/promise-(kept|late|void)/.test(type)) count(data['subject'], `${data['kind']} ended ${data['subject']}`);
  }
  for (const { kind, subject } of await whole.rows('hq', `select kind, subject from ledger_promise where subject = any($1)`, [appointments])) count(subject, `${kind} at hq ${subject}`);
  return [...times].filter(([, n]) => n !== 1).map(([what, n]) => `${what}: ${n} times`);
}
