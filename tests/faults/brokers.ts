import { fault, type Fault } from './fault';
import { pause, type Ground } from './ground';

// The brokers. With three of them, two are enough to go on; facts wait in the outboxes as long as there are fewer.

/** While it is broken, commands go on; the most facts that were waiting meanwhile. */
async function waitingMeanwhile(ground: Ground, ms: number): Promise<number> {
  let most = 0;
  for (const end = Date.now() + ms; Date.now() < end; await pause(500)) most = Math.max(most, await ground.waiting());
  await ground.more({ policy: 3, booking: 5 });
  return Math.max(most, await ground.waiting());
}

const frozen = (name: string, seconds: number, which: (ground: Ground) => Ground['brokers'], quick?: true): Fault => fault(name, { touches: ['kafka'], quick }, async (ground) => {
  const brokers = which(ground);
  for (const broker of brokers) ground.signal(broker, 'SIGSTOP');
  const waiting = await waitingMeanwhile(ground, seconds * 1_000);
  for (const broker of brokers) ground.signal(broker, 'SIGCONT');
  return { disturbed: { 'facts waiting': waiting } };
});

const killed = (name: string, which: (ground: Ground) => Ground['brokers'], quick?: true): Fault => fault(name, { touches: ['kafka'], quick }, async (ground) => {
  const brokers = which(ground);
  await Promise.all(brokers.map((broker) => broker.kill9()));
  const waiting = await waitingMeanwhile(ground, 5_000);
  await Promise.all(brokers.map((broker) => broker.start()));
  return { disturbed: { 'facts waiting': waiting } };
});

export const brokers: readonly Fault[] = [
  killed('every broker is killed, and comes back', ({ brokers: all }) => all, true),
  killed('one broker of three is killed, and comes back', ({ brokers: [first] }) => [first!]),
  killed('two brokers of three are killed: too few to take a fact', ({ brokers: all }) => all.slice(1)),
  frozen('one broker of three is frozen 10 s', 10, ({ brokers: all }) => all.slice(-1)),
  frozen('every broker is frozen 10 s', 10, ({ brokers: all }) => all),
  frozen('every broker is frozen 120 s', 120, ({ brokers: all }) => all),

  fault('the leaders of three topics move to another broker under load', { touches: ['kafka'] }, async (ground) => {
    const admin = ground.whole.kafka.admin();
    await admin.connect();
    try {
      const names = ['reception.appointment', 'hq.policy', 'reception.promise'];
      const leaders = async (): Promise<Map<string, number>> => new Map((await admin.fetchTopicMetadata({ topics: names })).topics.flatMap(({ name, partitions }) => partitions.map(({ partitionId, leader }) => [`${name}/${partitionId}`, leader] as const)));
      const before = await leaders();
      const all = ground.brokers.map((_, i) => i + 1);
      const place = (without: boolean) => names.map((topic) => ({
        topic,
        partitionAssignment: [...before].filter(([at]) => at.startsWith(`${topic}/`)).map(([at, leader]) => {
          const others = all.filter((id) => id !== leader);
          return { partition: Number(at.split('/')[1]), replicas: without ? others : [...others, leader] };
        }),
      }));
      const isDone = async (): Promise<boolean> => (await admin.listPartitionReassignments({ topics: names.map((topic) => ({ topic, partitions: [...before.keys()].filter((at) => at.startsWith(`${topic}/`)).map((at) => Number(at.split('/')[1])) })) })).topics.length === 0;
      await admin.alterPartitionReassignments({ topics: place(true) }); // whoever led holds no replica any more
      await ground.until('the leaders are others', async () => (await isDone()) && [...(await leaders())].every(([at, leader]) => leader >= 0 && leader !== before.get(at)));
      const moved = [...(await leaders())].filter(([at, leader]) => leader !== before.get(at)).length;
      await ground.more({ policy: 5, booking: 5 });
      await admin.alterPartitionReassignments({ topics: place(false) });
      await ground.until('three replicas again', isDone);
      return { disturbed: { 'leaders moved': moved } };
    } finally {
      await admin.disconnect();
    }
  }),
];

