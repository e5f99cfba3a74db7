import type { Kafka } from 'kafkajs';
import type { BusServer } from '../bus/bus-server';
import type { Database } from '../database/database';

const silentLimitMs = 30_000;

/** What a service must have before it is ready beside its database and its place in the consumer group (e.g. the directory, read to its end). */
export abstract class Readiness {
  abstract readonly name: string;
  abstract isReady(): Promise<boolean>;
}

export class Health {
  bus: BusServer | undefined;
  started = false;
  draining = false;
  readonly needs: Readiness[] = [];

  constructor(private readonly database: Database, private readonly kafka?: Kafka) {}

  async databaseAnswers(): Promise<boolean> {
    await this.database.read({ stores: [], actor: { kind: 'system', reason: 'health' } }, (tx) => tx.query('select 1'));
    return true;
  }

  /**
   * The watchdog on fetch progress: fails only when the broker answers and our fetches still don't move. kafkajs can go silent with its
   * process up; a broker that is away is no reason to restart us.
   */
  async stuck(): Promise<boolean> {
    if (!this.kafka || !this.bus || this.bus.silentMs < silentLimitMs) return false;
    const admin = this.kafka.admin({ retry: { retries: 0 } });
    try {
      await admin.connect();
      await admin.describeCluster();
      return this.bus.silentMs >= silentLimitMs;
    } catch {
      return false;
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }
}
