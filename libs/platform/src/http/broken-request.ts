import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { NotFound } from '../database/rows';
import { problemOf } from './problem';
import { tell } from './problem-filter';

/** What Fastify's router refuses before any route: a broken percent escape (400), an id longer than any of ours (404 as any that is none). */
export function refusedByRouter(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  tell(error.code === 'FST_ERR_MAX_PARAM_LENGTH' ? new NotFound('thing') : error, request, reply);
}

/** A compressed body, which would be read as broken JSON. */
export function refuseCoded({ headers }: FastifyRequest, _reply: FastifyReply, done: HookHandlerDoneFunction): void {
  const coding = headers['content-encoding'];
  done(coding && coding !== 'identity' ? (Object.assign(new Error(`a body in ${coding}`), { statusCode: 415 }) as never) : undefined);
}

const statuses: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** What is no HTTP at all, or a method that HTTP does not know. */
export function refusedByParser(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = statuses[error.code ?? ''] ?? 400;
  const body = JSON.stringify(problemOf({ statusCode: status }));
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/problem+json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
}
