import { Module, type DynamicModule } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import type { ServiceName } from '@aftersales/contracts/kernel/event';
import type { Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import { Auth } from '../auth/auth';
import { Staff } from '../auth/staff';
import { kafkaClient } from '../bus/kafka';
import { FactProducer } from '../bus/producer';
import type { PlatformSettings } from '../config/config';
import { Settings } from '../config/config';
import { Database } from '../database/database';
import { HealthController } from '../health/health.controller';
import { Health } from '../health/health';
import { DeadLetterController } from '../inbox/dead-letter.controller';
import { DeadLetters } from '../inbox/dead-letters';
import { Inbox } from '../inbox/inbox';
import { OperationDoor } from '../http/operation-door';
import { LeaderConnection } from '../outbox/leader-connection';
import { Relay } from '../outbox/relay';
import { Seal } from '../outbox/seal';
import { PromiseController } from '../promises/promise.controller';
import { Promises } from '../promises/promises';
import { Rings } from '../timers/rings';
import { Timers } from '../timers/timers';

export const platformControllers = [HealthController, DeadLetterController, PromiseController];

/** All that a service gets from the platform, made once. */
@Module({})
export class PlatformModule {
  static for(service: ServiceName, settings: PlatformSettings, log: Logger, kafka?: Kafka): DynamicModule {
    const database = new Database({ service: settings.DATABASE_URL, system: settings.SYSTEM_DATABASE_URL }, settings.AFTERSALES_POOL);
    const seal = new Seal({ publicKeys: settings.AFTERSALES_SEAL_PUBLIC_KEYS as never, privateKeys: settings.AFTERSALES_SEAL_PRIVATE_KEYS as never });
    const connection = new LeaderConnection(settings.DATABASE_URL);
    const promises = new Promises(service);
    const rings = new Rings(service, settings.REDIS_URL);
    const relaysKafka = kafkaClient(service, settings.KAFKA_BROKERS, log, 2);
    const provided = [
      { provide: Database, useValue: database },
      { provide: Settings, useValue: new Settings(settings) },
      { provide: Seal, useValue: seal },
      { provide: LeaderConnection, useValue: connection },
      { provide: Promises, useValue: promises },
      { provide: Rings, useValue: rings },
      { provide: Relay, useValue: new Relay(database, connection, () => new FactProducer(relaysKafka)) },
      { provide: Timers, useValue: new Timers(database, rings, promises, connection) },
      { provide: Inbox, useValue: new Inbox(database) },
      { provide: DeadLetters, useValue: new DeadLetters(seal) },
      { provide: Health, useValue: new Health(database, kafka) },
      { provide: Auth, useFactory: (staff: Staff) => new Auth({ issuer: settings.OIDC_ISSUER, audience: settings.OIDC_AUDIENCE }, staff), inject: [Staff] },
      OperationDoor,
    ];
    return {
      module: PlatformModule,
      global: true,
      imports: [DiscoveryModule, TerminusModule.forRoot({ logger: false })],
      controllers: platformControllers,
      providers: provided,
      exports: provided.map((provider) => (typeof provider === 'function' ? provider : provider.provide)),
    };
  }
}
