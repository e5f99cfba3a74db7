import { Kafka, logLevel, type Admin, type AdminConfig, type KafkaConfig } from 'kafkajs';
import type { Logger } from 'pino';
import { answeringSocket } from './answering-socket';
import { quietQueues } from './quiet-queue';

quietQueues();

const answersWithinMs = 20_000; // the longest any request here waits at a broker is a join of the group, 15 s

/** The one place where the Kafka client is made. Consumers keep trying for a minute: after a broker's kill -9 the default is silent for 30 s, this one 0.5 s. The relay tries again by itself and wants to know soon. */
export function kafkaClient(clientId: string, brokers: readonly string[], log: Pick<Logger, 'warn' | 'debug'>, retries = 60): Kafka {
  return new Client({
    clientId,
    brokers: [...brokers],
    connectionTimeout: 3_000,
    requestTimeout: answersWithinMs,
    socketFactory: answeringSocket(answersWithinMs),
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries },
    logLevel: logLevel.WARN,
    // What it calls an error is mostly a broker that moves or a group that rebalances, which it mends itself: a warning at most.
    logCreator: () => ({ level, log: { message, error, groupId } }) => log[level <= logLevel.WARN && !message.startsWith('Response') ? 'warn' : 'debug']({ kafka: error ?? groupId }, message),
  });
}

/** kafkajs lets an admin connect with the client's retries, whatever its own are: a probe's question would take a minute to fail without a broker. */
class Client extends Kafka {
  constructor(private readonly config: KafkaConfig) {
    super(config);
  }

  override admin(config?: AdminConfig): Admin {
    if (!config?.retry) return super.admin(config);
    return new Kafka({ ...this.config, requestTimeout: 5_000, retry: { ...this.config.retry, ...config.retry } }).admin(config);
  }
}

/** Asks the brokers as an administrator; without any it fails within seconds. */
export async function asAdmin<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin({ retry: { retries: 2 } });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}
