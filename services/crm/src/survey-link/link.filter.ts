import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { problemOf } from '@aftersales/platform/http/problem';
import { waitPage } from './page.view';

/** A customer sees a page, never problem+json: too many tries, a database away, a fault of ours. */
@Catch()
export class LinkFilter implements ExceptionFilter {
  readonly #log = new Logger('link');

  catch(error: unknown, host: ArgumentsHost): void {
    const { status } = problemOf(error);
    if (status >= 500) this.#log.error((error as Error).stack ?? String(error));
    void host.switchToHttp().getResponse<FastifyReply>().status(status).header('content-type', 'text/html; charset=utf-8').header('cache-control', 'no-store').send(waitPage());
  }
}
