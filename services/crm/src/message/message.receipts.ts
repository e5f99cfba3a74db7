import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Settings } from '@aftersales/platform/config/config';
import { Database } from '@aftersales/platform/database/database';
import { problemOf } from '@aftersales/platform/http/problem';
import { BadRequest, Unauthenticated } from '@aftersales/platform/http/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { CrmSettings } from '../crm.settings';
import { Outcomes } from './outcomes.service';
import { isGenuine } from './webhook.signature';

const Receipt = z.object({ id: z.uuid(), state: z.enum(['delivered', 'failed']) });

/**
 * POST /callbacks/sms: what became of an SMS, signed by the gateway over the raw bytes. They are kept only here: a Fastify scope of its own
 * with a parser that hands the body on as it came.
 */
@Injectable()
export class Receipts implements OnModuleInit {
  readonly #log = new Logger('receipts');

  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly database: Database,
    private readonly outcomes: Outcomes,
    private readonly settings: Settings<CrmSettings>,
  ) {}

  onModuleInit(): void {
    const fastify: FastifyInstance = this.adapter.httpAdapter.getInstance();
    void fastify.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: 16 * 1024 }, (_request, body, done) => done(null, body));
      scope.setErrorHandler((error, request, reply) => {
        const problem = problemOf(error);
        if (problem.status >= 500) this.#log.error((error as Error).message);
        void reply.status(problem.status).header('content-type', 'application/problem+json').send(JSON.stringify({ ...problem, instance: request.id }));
      });
      scope.post('/callbacks/sms', async (request, reply) => {
        await this.#receive(request);
        return reply.status(204).send();
      });
    });
  }

  async #receive(request: FastifyRequest): Promise<void> {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    // eslint-disable-next-line no-restricted-syntax -- the gateway signs with its own wall clock; the business's may be a demo's
    if (!isGenuine(this.settings.values.AFTERSALES_SMS_SECRET, request.headers, body, Date.now())) throw new Unauthenticated('The signature is missing, wrong or too old.');
    const { id, state } = receiptIn(body);
    await this.database.acrossStores('sms receipt', (tx) => this.outcomes.receipt(tx, id, state === 'delivered'));
  }
}

/** @throws BadRequest */
function receiptIn(body: Buffer): z.output<typeof Receipt> {
  try {
    return Receipt.parse(JSON.parse(body.toString('utf8')));
  } catch {
    throw new BadRequest('This is no receipt.');
  }
}
