import { Kafka, logLevel } from 'kafkajs';
import type { Logger } from 'pino';

/** The one place where the Kafka client is made. Consumers keep trying for a minute: after a broker's kill -9 the default is silent for 30 s, this one 0.5 s. */
export function kafkaClient(clientId: string, brokers: readonly string[], log: Pick<Logger, 'warn' | 'error' | 'debug'>): Kafka {
  return new Kafka({
    clientId,
    brokers: [...brokers],
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 60 },
    logLevel: logLevel.WARN,
    logCreator: () => ({ level, log: { message, ...rest } }) => {
      const say = level <= logLevel.ERROR ? log.error : log.warn;
      say.call(log, { kafka: rest['error'] ?? rest['groupId'] ?? undefined }, message);
    },
  });
}
