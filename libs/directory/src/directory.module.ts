import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Module, type DynamicModule } from '@nestjs/common';
import type { ServiceName } from '@aftersales/contracts/kernel/event';
import type { Ends } from '@aftersales/platform/bus/bus-server';
import { Staff } from '@aftersales/platform/auth/staff';
import { Health, Readiness } from '@aftersales/platform/health/health';
import { directoryConsumer, directoryTopics } from './directory-consumer';
import { DirectoryStaff } from './directory-staff';

const answerWithinMs = 1_000;

/**
 * Not ready until hq's topics are read as far as they went when this process first looked. While the broker can't be asked, what an earlier
 * process read will do: writes go on without a broker.
 */
@Injectable()
class DirectoryRead extends Readiness {
  readonly name = 'directory';
  #ends: Ends | undefined;
  #read = false;
  #asking: Promise<boolean | 'no answer'> | undefined;

  constructor(private readonly health: Health, private readonly staff: Staff) {
    super();
  }

  async isReady(): Promise<boolean> {
    if (this.#read) return true;
    // One question at a time, and a probe doesn't wait for its end: without a broker it takes seconds to fail.
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    const answer = await Promise.race([this.#asking, pause(answerWithinMs, 'no answer' as const)]);
    return answer === 'no answer' ? (await this.staff.allStores()).length > 0 : answer;
  }

  async #ask(): Promise<boolean | 'no answer'> {
    try {
      this.#ends ??= await this.health.bus!.ends(directoryTopics);
      return (this.#read = await this.health.bus!.hasRead(this.#ends));
    } catch {
      return 'no answer';
    }
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
