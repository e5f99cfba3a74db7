import type { Consumer } from 'kafkajs';

const syncsWithinMs = 25_000; // after a join one more answer is to come, when the group's leader has spread the partitions; kafkajs waits 20 s for it (kafka.ts)

/**
 * Calls `found` when a consumer has joined its group and never got its partitions. kafkajs tells nobody when that last answer is lost: it goes on with
 * the partitions, the generation and the coordinator it had before, is alive to the group by its heartbeats, has its commits refused, and what it was
 * given nobody reads (seen where two of three brokers were killed).
 */
export function onHalfJoin(consumer: Consumer, found: () => void): void {
  let waiting: NodeJS.Timeout | undefined;
  const over = (): void => clearTimeout(waiting);
  consumer.on(consumer.events.REQUEST, ({ payload: { apiName } }) => {
    if (apiName !== 'JoinGroup') return;
    over();
    waiting = setTimeout(found, syncsWithinMs).unref();
  });
  consumer.on(consumer.events.GROUP_JOIN, over);
  consumer.on(consumer.events.DISCONNECT, over);
}
