import type { Message } from '@aftersales/platform/inbox/arrived';
import { Database } from '@aftersales/platform/database/database';
import { Inbox } from '@aftersales/platform/inbox/inbox';
import { Seal } from '@aftersales/platform/outbox/seal';
import type { BuiltService } from '@aftersales/platform/service/build-service';

const scope = { stores: [], actor: { kind: 'system', reason: 'rebuild' } } as const;

/** HQ-9: the fact door without a broker's clock. Kept facts of any age are applied, through the same inbox and the same handlers as the first time. */
export class Rebuild {
  constructor(private readonly built: BuiltService) {}

  get topics(): string[] {
    return this.built.bus.topics;
  }

  /** Only into a database that has heard nothing yet: into a used one the inbox would let nothing through, and the result would be the old one. */
  async demandEmpty(): Promise<void> {
    if (await this.#one('select 1 from inbox limit 1')) throw new Error('this database has heard facts before; figures are rebuilt into an empty one');
  }

  /** A run of one partition, in order. */
  async take(messages: readonly Message[]): Promise<void> {
    const hearing = this.built.bus.hearing(messages[0]!.topic)!;
    const seal = this.built.app.get(Seal);
    const arrived = (await Promise.all(messages.map((message) => hearing.read(message, seal)))).flatMap((one) => one ?? []);
    if (arrived.length) await this.built.app.get(Inbox).apply(hearing, arrived);
  }

  async deadLetters(): Promise<number> {
    return (await this.#one<{ n: number }>('select count(*)::int as n from dead_letter'))!.n;
  }

  #one<Row>(sql: string): Promise<Row | null> {
    return this.built.app.get(Database).read(scope, (tx) => tx.one<Row>(sql));
  }
}
