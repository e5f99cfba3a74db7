import { Injectable, Module, type DynamicModule } from '@nestjs/common';
import type { ServiceName } from '@aftersales/contracts/kernel/event';
import { Staff } from '@aftersales/platform/auth/staff';
import { Health, Readiness } from '@aftersales/platform/health/health';
import { directoryConsumer, directoryTopics } from './directory-consumer';
import { DirectoryStaff } from './directory-staff';

/** Not ready until hq's topics, as long as they were at the start, are read to their end. */
@Injectable()
class DirectoryRead extends Readiness {
  readonly name = 'directory';
  #read = false;

  constructor(private readonly health: Health) {
    super();
  }

  async isReady(): Promise<boolean> {
    return (this.#read ||= (await this.health.bus?.caughtUp(directoryTopics)) ?? false);
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
