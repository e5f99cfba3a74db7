import { Body, Catch, Controller, Get, Header, HttpCode, Inject, Logger, Param, Post, Res, UseFilters, UseGuards, type ArgumentsHost, type ExceptionFilter, type Type } from '@nestjs/common';
import { ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler';
import { Refused } from '@aftersales/contracts/kernel/refused';
import type { FastifyReply } from 'fastify';
import { Database } from '../database/database';
import type { Scope, Tx } from '../database/tx';
import { currentTraceparent } from '../telemetry/trace';
import { waitPage } from './customer-page';
import { problemOf } from './problem';

/** What a service asks its customers by link. Pages are HTML. */
export interface CustomerLinks {
  /** Which link of which store a token is; null when nobody's. Not yet whether it is still open. */
  find(tx: Tx, token: string): Promise<{ readonly linkId: string; readonly storeId: string } | null>;
  /** Changes nothing: mail scanners and previews follow links. @throws LinkClosed */
  page(tx: Tx, linkId: string): Promise<string>;
  /** `form` is what somebody sent, whether our page could have sent it or not. @throws LinkClosed */
  answer(tx: Tx, linkId: string, form: Readonly<Record<string, string>>): Promise<string>;
  /** The same page for used, expired, cancelled and unknown links (store null): who tries tokens learns nothing. */
  closed(tx: Tx, storeId: string | null): Promise<string>;
}

/** Used, expired, overtaken: it opens no door any more. */
export class LinkClosed extends Error {
  override readonly name = 'LinkClosed';
}

/** Tries per minute and address: far above a person's, far below what would find a token of 256 bits. */
const triesPerMinute = 30;
/** More than the longest form of ours has. */
const mostFields = 300;

/** What a module that has a link controller imports. */
export const slowedDown = ThrottlerModule.forRoot([{ ttl: 60_000, limit: triesPerMinute }]);

const html = Header('content-type', 'text/html; charset=utf-8');
const careful = Header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'");
const secret = Header('referrer-policy', 'no-referrer');
const fresh = Header('cache-control', 'no-store');

/** A customer sees a page, never problem+json: too many tries, a database away, a fault of ours. */
@Catch()
class WaitFilter implements ExceptionFilter {
  readonly #log = new Logger('link');

  catch(error: unknown, host: ArgumentsHost): void {
    const { status } = problemOf(error);
    if (status >= 500) this.#log.error((error as Error).stack ?? String(error));
    void host.switchToHttp().getResponse<FastifyReply>().status(status).header('content-type', 'text/html; charset=utf-8').header('cache-control', 'no-store').send(waitPage);
  }
}

/** The customers' own door: no sign-in, the link is the key. GET shows, POST answers. */
export function linkController(links: Type<CustomerLinks>): Type {
  @Controller('l')
  @UseGuards(ThrottlerGuard)
  @UseFilters(WaitFilter)
  class LinkController {
    constructor(private readonly database: Database, @Inject(links) private readonly links: CustomerLinks) {}

    @Get(':token')
    @html @careful @secret @fresh
    show(@Param('token') token: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
      return this.#at(token, reply, (scope, linkId) => this.database.read(scope, (tx) => this.links.page(tx, linkId)));
    }

    @Post(':token')
    @HttpCode(200)
    @html @careful @secret @fresh
    answer(@Param('token') token: string, @Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
      return this.#at(token, reply, (scope, linkId) => this.database.transaction(scope, (tx) => this.links.answer(tx, linkId, textsOf(body))));
    }

    async #at(token: string, reply: FastifyReply, open: (scope: Scope, linkId: string) => Promise<string>): Promise<string> {
      const found = await this.database.acrossStores('link token', (tx) => this.links.find(tx, token));
      try {
        if (!found) throw new LinkClosed();
        return await open({ stores: [found.storeId], actor: { kind: 'system', reason: 'link' }, cause: { id: `link/${found.linkId}`, traceparent: currentTraceparent() } }, found.linkId);
      } catch (error) {
        // A rule that says no here means that the thing has moved on since the question: the page that says whom to call.
        if (!(error instanceof LinkClosed || error instanceof Refused)) throw error;
        void reply.status(404);
        return this.database.read({ stores: [], actor: { kind: 'system', reason: 'link' } }, (tx) => this.links.closed(tx, found?.storeId ?? null));
      }
    }
  }
  return LinkController;
}

/** Only single texts, and not more than our own pages could have sent. */
function textsOf(body: unknown): Record<string, string> {
  const entries = Object.entries((body ?? {}) as Record<string, unknown>).slice(0, mostFields);
  return Object.fromEntries(entries.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));
}
