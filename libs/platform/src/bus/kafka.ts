import { Kafka, logLevel } from 'kafkajs';
import type { Logger } from 'pino';

/** The one place where the Kafka client is made. Consumers keep trying for a minute: after a broker's kill -9 the default is silent for 30 s, this one 0.5 s. */
export function kafkaClient(clientId: string, brokers: readonly string[], log: Pick<Logger, 'warn' | 'debug'>): Kafka {
  return new Kafka({
    clientId,
    brokers: [...brokers],
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 60 },
    logLevel: logLevel.WARN,
    // What it calls an error is mostly a broker that moves or a group that rebalances, which it mends itself: a warning at most.
    logCreator: () => ({ level, log: { message, error, groupId } }) => log[level <= logLevel.WARN && !message.startsWith('Response') ? 'warn' : 'debug']({ kafka: error ?? groupId }, message),
  });
}
