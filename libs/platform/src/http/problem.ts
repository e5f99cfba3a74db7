import { Refused } from '@aftersales/contracts/kernel/refused';
import { HttpException } from '@nestjs/common';
import { NotFound, Stale } from '../database/rows';
import { isTransient } from '../inbox/transient';
import { BadRequest, Busy, Forbidden, InvalidFields, KeyReused, PreconditionMissing, Unauthenticated, type FieldFault } from './errors';

/** RFC 9457, `application/problem+json`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly errors?: readonly FieldFault[];
  readonly from?: string;
  readonly to?: string;
  readonly allowed?: readonly string[];
  readonly instance?: string;
}

const problem = (status: number, code: string, title: string, more: Partial<Problem> = {}): Problem => ({ type: `urn:aftersales:problem:${code}`, title, status, code, ...more });

/** Every error that can leave a door, as its problem. Nothing of SQL, stacks or other stores' data gets out; what we did not foresee is a 500. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Refused) return problem(409, error.code, error.message, error.move);
  if (error instanceof NotFound) return problem(404, 'http.not-found', 'There is nothing here.');
  if (error instanceof Stale) return problem(412, 'http.stale', error.message);
  if (error instanceof InvalidFields) return problem(422, 'http.fields', error.message, { errors: error.errors });
  if (error instanceof KeyReused) return problem(422, 'http.idempotency-key-reused', error.message);
  if (error instanceof Forbidden) return problem(403, error.code, error.message);
  if (error instanceof Unauthenticated) return problem(401, 'auth.token', error.message);
  if (error instanceof PreconditionMissing) return problem(428, 'http.precondition', error.message);
  if (error instanceof BadRequest) return problem(400, error.code, error.message);
  if (error instanceof Busy) return problem(409, 'http.busy', error.message);
  const { code, statusCode, name, message } = error as { code?: string; statusCode?: number; name?: string; message?: string };
  if (code === '55P03') return problem(409, 'http.busy', new Busy().message);
  if (code === '22021' || code === '22P05') return problem(422, 'http.fields', 'A text holds a character that can not be stored.');
  const beyondTheCalendar = name === 'RangeError' && /^(Not a local date|Invalid time value)/.test(message ?? ''); // a day after 9999-12-31
  if (name === 'NoOpening') return problem(409, 'calendar.no-opening', message ?? ''); // the store's hours, or a policy's span, must change first (TIM-1)
  if (beyondTheCalendar || /^22(P02|003|007|008|009)$/.test(code ?? '')) return problem(422, 'http.fields', 'A value is out of its range.');
  if (isTransient(error)) return problem(503, 'http.unavailable', 'The service can not reach its database right now.');
  if (error instanceof HttpException) {
    const { error: failing } = error.getResponse() as { error?: unknown }; // terminus names what is down
    return { ...ofStatus(error.getStatus()), ...(error.getStatus() === 503 && failing !== null && typeof failing === 'object' && { detail: `down: ${Object.keys(failing).join(', ')}` }) };
  }
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) return ofStatus(statusCode);
  return problem(500, 'http.internal', 'Something went wrong on our side.');
}

function ofStatus(status: number): Problem {
  if (status === 404) return problem(404, 'http.not-found', 'There is nothing here.');
  if (status === 413) return problem(413, 'http.too-large', 'The request is too large.');
  if (status === 415) return problem(415, 'http.media-type', 'Only application/json is understood, as it is and not compressed.');
  if (status === 503) return problem(503, 'http.unavailable', 'The service is not ready.');
  if (status === 429) return problem(429, 'http.too-many', 'Too many requests.');
  if (status >= 400 && status < 500) return problem(status, 'http.syntax', 'The request can not be understood.');
  return problem(status, 'http.internal', 'Something went wrong on our side.');
}
