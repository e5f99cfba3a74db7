import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import type { RawBodyRequest } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Settings } from '@aftersales/platform/config/config';
import { Database } from '@aftersales/platform/database/database';
import { InvalidFields, Unauthenticated } from '@aftersales/platform/http/errors';
import { currentTraceparent } from '@aftersales/platform/telemetry/trace';
import { Code } from '@aftersales/contracts/kernel/values';
import { ClaimNews } from '../claim/claim-news.service';
import type { ClaimsSettings } from '../claims.settings';
import { isRecent, verified } from './maker.signature';

/** Fields that we don't know are the maker's to add. */
const News = z.object({
  claimNumber: z.string().min(1).max(100),
  submission: z.int().positive(),
  /** As we told it: our store's id. */
  store: z.uuid(),
  decision: z.enum(['accepted', 'partly-accepted', 'returned', 'rejected', 'paid']),
  reason: Code.nullish().catch(null), // a sentence stays with the maker: reasons travel as codes
  acceptedLines: z.array(z.string().max(100)).max(1000).nullish(),
  payment: Code.nullish(),
  amount: z.int().nullish(),
  currency: z.string().regex(/^[A-Z]{3}$/).nullish(),
});

/** The maker's door (CLM-5): no token, its signature over the very bytes is who it is. Any answer but 2xx makes it call again. */
@Controller('callbacks/maker')
export class MakerController {
  constructor(private readonly database: Database, private readonly settings: Settings<ClaimsSettings>, private readonly news: ClaimNews) {}

  @Post()
  @HttpCode(204)
  async called(@Req() request: RawBodyRequest<FastifyRequest>): Promise<void> {
    const signed = request.rawBody && verified(this.settings.values.AFTERSALES_MAKER_SECRET, request.headers, request.rawBody);
    if (!signed) throw new Unauthenticated('The signature is not the maker’s.');
    const read = News.safeParse(request.body);
    if (!read.success) throw new InvalidFields(read.error.issues.slice(0, 50).map(({ path, code, message }) => ({ pointer: `/${path.join('/')}`, code, detail: message })));
    const { store, claimNumber, submission, decision, reason = null, acceptedLines = null, payment = null, amount = null, currency = null } = read.data;
    const scope = { stores: [store], actor: { kind: 'system', reason: 'maker callback' }, cause: { id: `maker/${signed.id}`, traceparent: currentTraceparent() } } as const;
    await this.database.transaction(scope, async (tx) => {
      // The real time, not tx.now: the maker lives outside a demonstration's clock.
      const { realTime } = (await tx.one<{ realTime: Date }>(`select clock_timestamp() as real_time`))!;
      if (!isRecent(signed, realTime)) throw new Unauthenticated('The signature is too old.');
      await this.news.arrived(tx, store, claimNumber, signed.id, { submission, decision, reason, acceptedLines, payment, amount, currency });
    });
  }
}
