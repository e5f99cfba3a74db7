import { AssignerProtocol, type Admin } from 'kafkajs';

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

/**
 * Partitions with facts that a service's group has not committed yet; all of them where it has never committed any. What a group hears is
 * asked of its own members: the catalogue also names hearers to come (`heardBy` of facts that nobody subscribes yet), who would lag for ever.
 */
async function lag(admin: Admin): Promise<string[]> {
  const { groups } = await admin.describeGroups(services);
  // The broker tells the members' subscriptions of a stable group only; in any other nobody is reading.
  const unstable = groups.filter(({ state }) => state !== 'Stable').map(({ groupId, state }) => `${groupId}: its group is ${state}`);
  if (unstable.length) return unstable;
  const hearers = groups.map(({ groupId, members }) => ({ groupId, topics: [...new Set(members.flatMap(({ memberMetadata }) => AssignerProtocol.MemberMetadata.decode(memberMetadata)?.topics ?? []))] }));
  const deaf = hearers.filter(({ topics }) => topics.length === 0).map(({ groupId }) => `${groupId}: hears no topic`);
  if (deaf.length) return deaf;

  const ends = new Map<string, { low: number; high: number }>();
  await Promise.all([...new Set(hearers.flatMap(({ topics }) => topics))].map(async (topic) => {
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) ends.set(`${topic}/${partition}`, { low: Number(low), high: Number(high) });
  }));
  const read = await Promise.all(hearers.map(async ({ groupId, topics }) => ({ groupId, topics: await admin.fetchOffsets({ groupId, topics }) })));
  return read.flatMap(({ groupId, topics }) => topics.flatMap(({ topic, partitions }) => partitions.flatMap(({ partition, offset }) => {
    const { low, high } = ends.get(`${topic}/${partition}`)!;
    const behind = high - Math.max(low, Number(offset)); // -1: never committed
    return behind > 0 ? [`${groupId}: ${topic}/${partition} ${behind} behind`] : [];
  })));
}
