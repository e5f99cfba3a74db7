import 'reflect-metadata';
import type { IncomingMessage } from 'node:http';
import { Module, type Type } from '@nestjs/common';
import { DiscoveryService, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import type { ServiceName } from '@aftersales/contracts/kernel/event';
import type { Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { BusServer } from '../bus/bus-server';
import type { PlatformSettings } from '../config/config';
import { Database } from '../database/database';
import { Health, Readiness } from '../health/health';
import { refuseCoded, refusedByParser, refusedByRouter } from '../http/broken-request';
import { controllersOf, openApiOf } from '../http/openapi';
import { ProblemFilter } from '../http/problem-filter';
import { DeadLetters } from '../inbox/dead-letters';
import { Inbox } from '../inbox/inbox';
import { sealWith } from '../outbox/publish';
import { Seal } from '../outbox/seal';
import { NestLog } from '../telemetry/log';
import { enter, traceIdOf, traceparentFrom, within } from '../telemetry/trace';
import { timersOf } from '../timers/on-timer';
import { Timers } from '../timers/timers';
import { PlatformModule, platformControllers } from './platform.module';

export interface ServiceSpec<Own extends z.ZodRawShape = z.ZodRawShape> {
  readonly name: ServiceName;
  readonly module: Type;
  /** The service's own settings beside the platform's; read them from `Settings`. */
  readonly settings?: Own;
}

export interface BuiltService {
  readonly app: NestFastifyApplication;
  readonly bus: BusServer;
}

/** For a request to be here as a whole. Node takes the longer of two limits (its own for the headers is a minute), and looks every half minute unless told. */
const requestMs = 30_000;

type Traced = IncomingMessage & { traceparent?: string };

/** The Nest application with its three doors, not yet listening to anything. Without `kafka` (tests) facts are handed in by hand. */
export async function buildService<Own extends z.ZodRawShape>(spec: ServiceSpec<Own>, settings: PlatformSettings, log: Logger, kafka?: Kafka): Promise<BuiltService> {
  @Module({ imports: [PlatformModule.for(spec.name, settings, log, kafka), spec.module] })
  class Service {}
  const adapter = new FastifyAdapter({
    bodyLimit: 256 * 1024, requestTimeout: requestMs, http: { headersTimeout: requestMs, connectionsCheckingInterval: requestMs / 6 }, trustProxy: settings.AFTERSALES_PROXIES || false, requestIdHeader: false, frameworkErrors: refusedByRouter, clientErrorHandler: refusedByParser,
    genReqId: (request: Traced) => traceIdOf((request.traceparent ??= traceparentFrom(request.headers['traceparent']))),
  });
  const app = await NestFactory.create<NestFastifyApplication>(Service, adapter, { logger: new NestLog(log), abortOnError: false, rawBody: true }); // signed callbacks are checked on their very bytes
  adapter.getInstance().addHook('onRequest', (request, _reply, done) => {
    enter({ traceparent: (request.raw as Traced).traceparent ?? traceparentFrom(null) });
    done();
  });
  adapter.getInstance().addHook('onRequest', refuseCoded);
  closeBehindAnswers(adapter);
  app.useGlobalFilters(new ProblemFilter());
  app.setGlobalPrefix(`api/${spec.name}`, { exclude: ['health/{*rest}', 'metrics', 'l/{*rest}', 'callbacks/{*rest}'] });
  const [seal, timers, health] = [app.get(Seal), app.get(Timers), app.get(Health)];
  sealWith(seal);
  await app.get(Database).open();
  for (const { instance } of [...app.get(DiscoveryService).getProviders(), ...app.get(DiscoveryService).getControllers()]) {
    if (!instance || typeof instance !== 'object') continue;
    if (instance instanceof Readiness) health.needs.push(instance);
    for (const { kind, locks, method } of timersOf(Object.getPrototypeOf(instance)))
      timers.register(kind, locks, (tx, rung) => within({ traceparent: traceparentFrom(tx.cause.traceparent), storeId: rung.storeId ?? undefined, actor: 'timer' }, () => instance[method](tx, rung)));
  }
  const bus = new BusServer({ service: spec.name, inboxDays: settings.AFTERSALES_INBOX_DAYS, kafka, inbox: app.get(Inbox), deadLetters: app.get(DeadLetters), seal });
  health.bus = bus;
  app.connectMicroservice({ strategy: bus }, { inheritAppConfig: true });
  SwaggerModule.setup(`api/${spec.name}/docs`, app, () => openApiOf(spec.name, [...platformControllers, ...controllersOf(spec.module)]) as never, { jsonDocumentUrl: `api/${spec.name}/openapi.json` });
  return { app, bus };
}

/** For what is under way when the server closes. Node no longer looks after requests that come to no end by then, nor after callers who have yet to begin one. */
const lastAnswersMs = 10_000;

/** What is under way when the server closes is answered, and its connection ends with it: kept alive it would hold the stop up until it is idle for long enough. */
function closeBehindAnswers(adapter: FastifyAdapter): void {
  let closing = false;
  adapter.getInstance().addHook('preClose', (done) => {
    closing = true;
    setTimeout(() => adapter.getHttpServer().closeAllConnections(), lastAnswersMs).unref();
    done();
  });
  adapter.getInstance().addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) void reply.header('connection', 'close');
    done();
  });
}
