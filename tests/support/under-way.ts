import type { Admin } from 'kafkajs';

const services = ['hq', 'reception', 'workshop', 'parts', 'crm', 'claims'];
type Query = (service: string, sql: string) => Promise<Record<string, any>[]>;

/** What is still under way, by name; empty when everything that was said has been heard and everything due has rung. */
export async function underWay(query: Query, admin: Admin): Promise<string[]> {
  const found: string[] = [];
  await Promise.all(services.map(async (service) => {
    const [row] = await query(service, `select (select count(*)::int from outbox) as outbox, (select count(*)::int from timer where ring_at <= app_clock()) as overdue, (select count(*)::int from timer where attempts > 0) as stuck`);
    if (row!['outbox']) found.push(`${service}: ${row!['outbox']} facts in the outbox`);
    if (row!['overdue']) found.push(`${service}: ${row!['overdue']} timers due`);
    if (row!['stuck']) found.push(`${service}: ${row!['stuck']} timers failing`);
  }));
  return found.length ? found : lag(admin);
}

/** Partitions with facts that a service's group has not committed yet. */
async function lag(admin: Admin): Promise<string[]> {
  const ends = new Map<string, number>();
  const read = await Promise.all(services.map(async (groupId) => ({ groupId, topics: await admin.fetchOffsets({ groupId }) })));
  const heard = new Set(read.flatMap(({ topics }) => topics.map(({ topic }) => topic)));
  await Promise.all([...heard].map(async (topic) => {
    for (const { partition, high } of await admin.fetchTopicOffsets(topic)) ends.set(`${topic}/${partition}`, Number(high));
  }));
  return read.flatMap(({ groupId, topics }) => topics.flatMap(({ topic, partitions }) => partitions.flatMap(({ partition, offset }) => {
    const behind = (ends.get(`${topic}/${partition}`) ?? 0) - Number(offset);
    return Number(offset) >= 0 && behind > 0 ? [`${groupId}: ${topic}/${partition} ${behind} behind`] : [];
  })));
}
