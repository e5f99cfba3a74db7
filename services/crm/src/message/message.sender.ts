import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '@aftersales/platform/database/database';
import { Claiming } from './claiming.service';
import { MailGateway } from './mail.gateway';
import { Outcomes } from './outcomes.service';
import { SmsGateway } from './sms.gateway';

const pollMs = 2_000;
const atOnce = 8;
const batch = 200;

/**
 * Brings message rows to their gateways: a transaction claims the row and commits, the network call follows with no transaction open, another
 * transaction records the outcome. Whoever dies in between leaves a claimed row, which is sent again under the same id after its lease.
 * Several senders run side by side.
 */
@Injectable()
export class Sender implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #log = new Logger('sender');
  #poll: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #again = false;
  #stopping = false;

  constructor(
    private readonly database: Database,
    private readonly claiming: Claiming,
    private readonly outcomes: Outcomes,
    private readonly sms: SmsGateway,
    private readonly mail: MailGateway,
  ) {}

  onApplicationBootstrap(): void {
    // Every message sets its timer message.expire: a commit that set none has asked for none.
    this.database.afterCommit(({ dueAt }) => void (dueAt.length && this.look()));
    // eslint-disable-next-line no-restricted-syntax -- leases and retries run in real time (architecture §2); what waits for a business instant is a timer row
    this.#poll = setInterval(() => void this.look(), pollMs);
    void this.look();
  }

  /** Sends all that may be tried now. Several calls at once become one more look after the present one. */
  look(): Promise<void> {
    if (this.#looking) {
      this.#again = true;
      return this.#looking;
    }
    this.#looking = (async () => {
      do {
        this.#again = false;
        await this.#sendAllDue().catch((error: Error) => this.#log.warn(`looks again at the next poll: ${error.message}`));
      } while (this.#again && !this.#stopping);
    })().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #sendAllDue(): Promise<void> {
    const due = await this.database.acrossStores('message sender', (tx) => this.claiming.due(tx, batch));
    const left = due.values();
    await Promise.all(Array.from({ length: Math.min(atOnce, due.length) }, async () => {
      for (const id of left) if (!this.#stopping) await this.#send(id);
    }));
    this.#again ||= due.length === batch;
  }

  async #send(id: string): Promise<void> {
    try {
      const letter = await this.database.acrossStores('message sender', (tx) => this.claiming.claim(tx, id));
      if (!letter) return;
      const outcome = await (letter.channel === 'sms' ? this.sms : this.mail).send(letter);
      await this.database.acrossStores('message outcome', (tx) => this.outcomes.tried(tx, id, letter.attempt, outcome));
    } catch (error) {
      this.#log.error({ messageId: id }, `tried again later: ${(error as Error).message}`);
      await this.database.acrossStores('message sender', (tx) => tx.query(`update message set try_at = greatest(try_at, now() + interval '30 seconds') where id = $1`, [id])).catch(() => undefined);
    }
  }

  /** What is under way ends; what is queued waits for the next start, or another replica. */
  async onModuleDestroy(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#poll);
    await this.#looking;
  }
}
