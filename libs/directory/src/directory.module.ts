import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Module, type DynamicModule } from '@nestjs/common';
import type { ServiceName } from '@aftersales/contracts/kernel/event';
import { Staff } from '@aftersales/platform/auth/staff';
import type { Ends } from '@aftersales/platform/bus/read-to-end';
import { Database } from '@aftersales/platform/database/database';
import { Health, Readiness } from '@aftersales/platform/health/health';
import { directoryConsumer, directoryTopics } from './directory-consumer';
import { DirectoryStaff } from './directory-staff';

const answerWithinMs = 1_000;

const scope = { stores: [], actor: { kind: 'system', reason: 'directory' } } as const;

/**
 * Not ready until hq's topics were read once as far as they went when a process first looked: half a directory is none. That is written
 * down, and from then on a process serves at once with what is here, whatever became of the broker.
 */
@Injectable()
class DirectoryRead extends Readiness {
  readonly name = 'directory';
  #ends: Ends | undefined;
  #read = false;
  #asking: Promise<boolean> | undefined;

  constructor(private readonly health: Health, private readonly database: Database) {
    super();
  }

  async isReady(): Promise<boolean> {
    if (this.#read) return true;
    // One question at a time, and a probe doesn't wait for its end: without a broker it takes seconds to fail.
    this.#asking ??= this.#ask().catch(() => false).finally(() => (this.#asking = undefined));
    return Promise.race([this.#asking, pause(answerWithinMs, false)]);
  }

  async #ask(): Promise<boolean> {
    if (await this.database.read(scope, (tx) => tx.one('select 1 from directory_read'))) return (this.#read = true);
    this.#ends ??= await this.health.bus!.ends(directoryTopics);
    if (!(await this.health.bus!.hasRead(this.#ends))) return false;
    // Topics in which hq has said nothing yet have no end worth remembering.
    if ([...this.#ends.values()].some(({ size }) => size > 0)) await this.database.transaction(scope, (tx) => tx.query('insert into directory_read default values on conflict do nothing'));
    return (this.#read = true);
  }
}

@Module({})
export class DirectoryModule {
  static for(service: ServiceName): DynamicModule {
    return {
      module: DirectoryModule,
      global: true,
      controllers: [directoryConsumer(service)],
      providers: [{ provide: Staff, useClass: DirectoryStaff }, DirectoryRead],
      exports: [Staff],
    };
  }
}
