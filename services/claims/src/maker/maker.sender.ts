import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Settings } from '@aftersales/platform/config/config';
import { Database } from '@aftersales/platform/database/database';
import { lockRow, updateRow } from '@aftersales/platform/database/rows';
import type { Tx } from '@aftersales/platform/database/tx';
import { OnTimer, type Rung } from '@aftersales/platform/timers/on-timer';
import { letSleep, wake } from '@aftersales/platform/timers/wake';
import { ClaimNews } from '../claim/claim-news.service';
import type { ClaimsSettings } from '../claims.settings';
import { CoverageService } from '../coverage/coverage.service';
import type { MakerRequest } from './ask-maker.service';
import { signedHeaders } from './maker.signature';

const callMs = 10_000;
const firstWaitMs = 15_000; // longer than a call takes: a request is not sent twice at once while its sender lives
const longestWaitMs = 15 * 60_000;
const paths = { claim: '/claims', 'pre-approval': '/pre-approvals' } as const;
/** The maker read it and will not have it: the same bytes again would not help. */
const hopeless = new Set([400, 409, 413, 422]);

/**
 * Says to the maker what stands in maker_request. The timer counts the attempt and sets the next one in one transaction; the call goes out
 * after that commit, so nothing is ever held open over the network, and whoever dies in between is made up for by the next ring. The maker
 * knows a repetition by its webhook-id, so it has one effect.
 */
@Injectable()
export class MakerSender implements OnModuleDestroy {
  readonly #log = new Logger('maker');
  readonly #counted = new Map<string, number>();
  readonly #calls = new Set<Promise<void>>();

  constructor(private readonly database: Database, private readonly settings: Settings<ClaimsSettings>, private readonly claims: ClaimNews, private readonly coverages: CoverageService) {
    database.afterCommit(() => this.#sendCounted());
  }

  @OnTimer('maker.send', { locks: 'maker_request' })
  async due(tx: Tx, { subject }: Rung): Promise<string | void> {
    const request = await lockRow<MakerRequest>(tx, 'maker_request', subject);
    if (request.state !== 'waiting') return `it is ${request.state}`;
    const { attempts } = await updateRow(tx, 'maker_request', request, { attempts: request.attempts + 1 });
    wake(tx, 'maker.send', request, new Date(tx.now.getTime() + Math.min(longestWaitMs, firstWaitMs * 2 ** (attempts - 1))));
    this.#counted.set(request.id, attempts);
  }

  /** Waits for the calls that are under way. */
  async settled(): Promise<void> {
    while (this.#calls.size) await Promise.all(this.#calls);
  }

  onModuleDestroy(): Promise<void> {
    return this.settled();
  }

  #sendCounted(): void {
    for (const [id, attempt] of this.#counted) {
      const call: Promise<void> = this.#send(id, attempt).catch((error: Error) => this.#log.warn({ request: id }, error.message)).finally(() => this.#calls.delete(call));
      this.#calls.add(call);
    }
  }

  async #send(id: string, attempt: number): Promise<void> {
    const found = await this.database.acrossStores('maker sender', (tx) => tx.one<MakerRequest & { realTime: Date }>(`select *, clock_timestamp() as real_time from maker_request where id = $1`, [id]));
    // Somebody else's commit woke us before the attempt's own: it is looked at again after that. An undone attempt is counted anew.
    if (!found || found.attempts < attempt) return;
    if (this.#counted.get(id) !== attempt || !this.#counted.delete(id) || found.state !== 'waiting') return;
    const { status, answer, error } = await this.#call(found);
    await this.database.transaction({ stores: [found.storeId], actor: { kind: 'system', reason: 'maker answered' } }, async (tx) => {
      const request = await lockRow<MakerRequest>(tx, 'maker_request', id);
      if (request.state !== 'waiting') return;
      if (status !== null && status < 300) return this.#answered(tx, request, answer);
      if (status !== null && hopeless.has(status)) return this.#refused(tx, request, error);
      await updateRow(tx, 'maker_request', request, { lastError: error });
      this.#log.warn({ request: id, attempt, storeId: found.storeId }, `the maker was not reached: ${error}`);
    });
  }

  async #call({ kind, webhookId, body, realTime }: MakerRequest & { realTime: Date }): Promise<{ status: number | null; answer: unknown; error: string }> {
    const { AFTERSALES_MAKER_URL: url, AFTERSALES_MAKER_SECRET: secret } = this.settings.values;
    try {
      const response = await fetch(new URL(paths[kind], url), {
        method: 'POST', body, redirect: 'manual', signal: AbortSignal.timeout(callMs),
        headers: { 'content-type': 'application/json', ...signedHeaders(secret, webhookId, body, realTime) },
      });
      const text = (await response.text()).slice(0, 20_000);
      return { status: response.status, answer: response.ok ? JSON.parse(text) : null, error: `${response.status} ${text}`.slice(0, 500) };
    } catch (error) {
      return { status: null, answer: null, error: String(error).slice(0, 500) };
    }
  }

  async #answered(tx: Tx, request: MakerRequest, answer: unknown): Promise<void> {
    // A pre-approval's answer is the decision; a claim's says only that it has arrived, its decision comes as a callback.
    if (request.kind === 'pre-approval') await this.coverages.makerAnswered(tx, request.subject, answer);
    await this.#end(tx, request, { state: 'answered', answer, lastError: null });
  }

  async #refused(tx: Tx, request: MakerRequest, error: string): Promise<void> {
    this.#log.error({ request: request.id, storeId: request.storeId }, `the maker refuses it: ${error}`);
    if (request.kind === 'pre-approval') await this.coverages.makerAnswered(tx, request.subject, { approved: false, reason: 'refused-by-maker' });
    else await this.claims.notTaken(tx, request.subject, request.webhookId);
    await this.#end(tx, request, { state: 'refused', lastError: error });
  }

  async #end(tx: Tx, request: MakerRequest, changes: Partial<Pick<MakerRequest, 'state' | 'answer' | 'lastError'>>): Promise<void> {
    await updateRow(tx, 'maker_request', request, changes);
    letSleep(tx, 'maker.send', request);
  }
}
