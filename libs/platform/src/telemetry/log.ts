import pino, { type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import type { LoggerService } from '@nestjs/common';
import { currentContext, traceIdOf } from './trace';

/** One JSON line each, with trace, store and actor. What a person is called, where they live and how they are reached never gets in. */
export function makeLog(service: string, level: string, to?: DestinationStream): Logger {
  const personal = ['name', 'phone', 'email', 'address', 'plate', 'token', 'authorization', 'password', 'link', 'sealed', 'customerName', 'detail', 'where', 'parameters']; // the last three: PostgreSQL's errors quote whole rows there
  const options: LoggerOptions = {
    level,
    base: { service, pid: process.pid },
    redact: { paths: personal.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '•' },
    mixin: () => {
      const context = currentContext();
      return context ? { trace: traceIdOf(context.traceparent), ...(context.storeId && { store: context.storeId }), ...(context.actor && { actor: context.actor }) } : {};
    },
    formatters: { level: (label) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return to ? pino(options, to) : pino(options);
}

/** Nest's logger, written by pino: `log({ …fields }, 'sentence')` or `log('sentence')`. */
export class NestLog implements LoggerService {
  constructor(private readonly log_: Logger) {}

  #say(level: 'info' | 'error' | 'warn' | 'debug' | 'trace', message: unknown, rest: unknown[]): void {
    const context = typeof rest.at(-1) === 'string' && rest.length ? (rest.at(-1) as string) : undefined;
    if (message !== null && typeof message === 'object' && !(message instanceof Error)) {
      const [sentence] = rest.filter((part) => part !== context || rest.length === 1);
      return this.log_[level]({ context, ...message }, typeof sentence === 'string' ? sentence : undefined);
    }
    this.log_[level]({ context }, message instanceof Error ? (message.stack ?? message.message) : String(message));
  }
  log = (message: unknown, ...rest: unknown[]): void => this.#say('info', message, rest);
  error = (message: unknown, ...rest: unknown[]): void => this.#say('error', message, rest);
  warn = (message: unknown, ...rest: unknown[]): void => this.#say('warn', message, rest);
  debug = (message: unknown, ...rest: unknown[]): void => this.#say('debug', message, rest);
  verbose = (message: unknown, ...rest: unknown[]): void => this.#say('trace', message, rest);
  fatal = (message: unknown, ...rest: unknown[]): void => this.#say('error', message, rest);
}
