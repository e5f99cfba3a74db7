import { Body, Controller, Get, Header, HttpCode, Param, Post, Res, UseFilters, UseGuards } from '@nestjs/common';
import { ThrottlerGuard } from '@nestjs/throttler';
import type { FastifyReply } from 'fastify';
import { Refused } from '@aftersales/contracts/kernel/refused';
import type { Store } from '@aftersales/directory/directory';
import { Database } from '@aftersales/platform/database/database';
import type { Scope, Tx } from '@aftersales/platform/database/tx';
import { currentTraceparent } from '@aftersales/platform/telemetry/trace';
import { languageOf, type Link, type LinkPage } from './link';
import { LinkFilter } from './link.filter';
import { closedPage, renderPage } from './link-page.view';
import { LinkClosed, Links } from './link.service';

const html = Header('content-type', 'text/html; charset=utf-8');
const careful = Header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'");
const secret = Header('referrer-policy', 'no-referrer');
const fresh = Header('cache-control', 'no-store');
const mostStores = 20;

/** The customers' own door: no sign-in, the link is the key. GET shows, POST answers. */
@Controller('l')
@UseGuards(ThrottlerGuard)
@UseFilters(LinkFilter)
export class LinkController {
  constructor(private readonly database: Database, private readonly links: Links) {}

  @Get(':token')
  @html @careful @secret @fresh
  show(@Param('token') token: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    return this.#at(token, reply, (scope, askId) => this.database.read(scope, (tx) => rendered(tx, scope, this.links.page(tx, askId))));
  }

  @Post(':token')
  @HttpCode(200)
  @html @careful @secret @fresh
  answer(@Param('token') token: string, @Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    return this.#at(token, reply, (scope, askId) => this.database.transaction(scope, (tx) => rendered(tx, scope, this.links.answer(tx, askId, textsOf(body)))));
  }

  async #at(token: string, reply: FastifyReply, open: (scope: Scope, askId: string) => Promise<string>): Promise<string> {
    const found = await this.database.acrossStores('link token', (tx) => this.links.find(tx, token));
    try {
      if (!found) throw new LinkClosed();
      return await open({ stores: [found.storeId], actor: { kind: 'system', reason: 'link' }, cause: { id: `link/${found.askId}`, traceparent: currentTraceparent() } }, found.askId);
    } catch (error) {
      // A rule that says no here means that the thing has moved on since the question: the page that says whom to call.
      if (!(error instanceof LinkClosed || error instanceof Refused)) throw error;
      void reply.status(404);
      const stores = await this.database.read({ stores: [], actor: { kind: 'system', reason: 'link' } }, (tx) => storesToCall(tx, found?.storeId ?? null));
      return closedPage(languageOf(stores[0]?.locale ?? 'en'), stores);
    }
  }
}

async function rendered(tx: Tx, scope: Scope, made: Promise<{ page: LinkPage; link: Link }>): Promise<string> {
  const { page, link } = await made;
  return renderPage(page, link.language, await storesToCall(tx, scope.stores[0]!));
}

/** The store that asked; for a link that nobody knows, the group's first stores. */
async function storesToCall(tx: Tx, storeId: string | null): Promise<Store[]> {
  const rows = await tx.query<{ data: Store }>(
    `select data from directory_store where case when $1::uuid is null then data->>'closed' = 'false' else id = $1 end order by data->>'code' limit ${mostStores}`, [storeId],
  );
  return rows.map(({ data }) => data);
}

/** Only single texts of a length that our own pages could have sent. */
function textsOf(body: unknown): Record<string, string> {
  const entries = Object.entries((body ?? {}) as Record<string, unknown>).slice(0, 300);
  return Object.fromEntries(entries.flatMap(([name, value]) => (typeof value === 'string' && value.length <= 500 ? [[name, value]] : [])));
}
