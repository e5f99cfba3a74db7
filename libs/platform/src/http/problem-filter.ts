import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { throwError, type Observable } from 'rxjs';
import { problemOf } from './problem';

const log = new Logger('http');

/** Answers an error as its problem. */
export function tell(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = problemOf(error);
  if (problem.status >= 500 && !request.url.startsWith('/health/')) log.error({ method: request.method, route: request.routeOptions?.url }, (error as Error).stack ?? String(error));
  if (problem.status === 503 || problem.code === 'http.busy') void reply.header('retry-after', '1');
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
  void reply.status(problem.status).header('content-type', 'application/problem+json').send(JSON.stringify({ ...problem, instance: request.id }));
}

/** Every HTTP error leaves as problem+json; at the fact door the error itself goes on to the inbox (Nest would make it 'Internal server error'). */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void | Observable<never> {
    if (host.getType() === 'rpc') return throwError(() => error);
    tell(error, host.switchToHttp().getRequest<FastifyRequest>(), host.switchToHttp().getResponse<FastifyReply>());
  }
}
